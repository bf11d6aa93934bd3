"""Warnings of AWS and what became of them, by pool."""

from core.database import Tx
from core.domain.leads import Warned


def warned(tx: Tx, client_id: int | None, most: int, instance_type: str | None = None) -> list[Warned]:
    """Of the last ninety days the newest ``most``: the client's own, and what AWS itself proved of others (INV-60); without a client, all.

    Of one type those that are among them.
    """
    rows = tx.all(
        "SELECT i.pool_id, i.region, i.instance_type, x.cause, (%(client)s IS NULL OR x.client_id = %(client)s) AS is_own,"
        " x.closed_at IS NOT NULL AS is_closed, x.notice_rank, x.opened_at, x.deadline_at, x.gone_at, x.verified_at IS NOT NULL AS verified,"
        " (SELECT MIN(n.received_at) FROM notices n WHERE n.incident_id = x.id AND n.kind = 'termination') AS noticed_at"
        " FROM (SELECT * FROM incidents WHERE cause IN ('rebalance', 'termination') AND opened_at > UTC_TIMESTAMP(6) - INTERVAL 90 DAY"
        "   AND (%(client)s IS NULL OR client_id = %(client)s OR verified_at IS NOT NULL) ORDER BY id DESC LIMIT %(most)s) AS x"
        " JOIN instances i ON i.id = x.instance_id"
        " WHERE i.lifecycle = 'spot' AND i.pool_id IS NOT NULL AND (%(type)s IS NULL OR i.instance_type = %(type)s) ORDER BY x.id DESC",
        client=client_id, type=instance_type, most=most,
    )  # fmt: skip
    return [Warned.from_row(row) for row in rows]
