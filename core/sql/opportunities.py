"""Machines of which something could be cheaper."""

from core.database import Tx
from core.domain.decision.opportunities import Machine


def machines(tx: Tx, client_id: int) -> list[Machine]:
    """A client's living machines that serve, or that nobody looks after; with their CPU where a heartbeat of the last minutes tells it."""
    rows = tx.all(
        "SELECT i.uuid AS instance_id, a.uuid AS agent_id, COALESCE(a.logical_name, i.ec2_instance_id) AS name, i.instance_type, i.region, i.az_id,"
        " i.lifecycle, h.cpu_mean, TIMESTAMPDIFF(SECOND, h.first_at, UTC_TIMESTAMP(6)) AS watched_seconds"
        " FROM instances i LEFT JOIN agents a ON a.primary_instance_id = i.id"
        " LEFT JOIN agent_heartbeats h ON h.instance_id = i.id AND h.received_at > UTC_TIMESTAMP(6) - INTERVAL 5 MINUTE"
        " WHERE i.client_id = %(client_id)s AND (i.role = 'PRIMARY' OR i.role IS NULL) AND i.ec2_instance_id IS NOT NULL"
        " AND i.ended_at IS NULL AND i.lost_at IS NULL AND (i.lifecycle = 'on-demand' OR h.cpu_mean IS NOT NULL) ORDER BY i.id LIMIT 1000",
        client_id=client_id,
    )
    return [Machine.from_row(row) for row in rows]
