"""What Level 3 asks of the tables: the ground for a plan, and machines that are surplus once a PRIMARY lives."""

from datetime import datetime

from core.database import Tx


def zones_of_type(tx: Tx, region: str, instance_type: str) -> set[str]:
    rows = tx.all(
        "SELECT DISTINCT az_id FROM spot_pools WHERE region = %(region)s AND instance_type = %(type)s",
        region=region,
        type=instance_type,
    )
    return {row["az_id"] for row in rows}


def secret_hash(tx: Tx, token_id: int) -> bytes:
    return tx.one("SELECT secret_hash FROM agent_tokens WHERE id = %(id)s", id=token_id)["secret_hash"]


def set_seen(tx: Tx, instance_id: int, launched_at: datetime, state: str | None) -> None:
    """When a machine that was not ours to launch began, and what EC2 says of it (None: not asked yet)."""
    tx.execute(
        "UPDATE instances SET launched_at = %(at)s, state = %(state)s WHERE id = %(id)s",
        id=instance_id,
        at=launched_at,
        state=state,
    )


def surplus(tx: Tx, grace_seconds: int) -> list[dict]:
    """Replicas that hosts launched alone, while their agent's PRIMARY provably lives and nothing threatens it."""
    return tx.all(
        "SELECT i.id, i.agent_id FROM replica_instances r JOIN instances i ON i.id = r.instance_id"
        " JOIN agents a ON a.id = i.agent_id JOIN instances p ON p.id = a.primary_instance_id"
        " JOIN agent_heartbeats h ON h.instance_id = p.id"
        " WHERE r.mode = 'level3' AND r.ended_at IS NULL AND i.role = 'REPLICA' AND i.terminate_requested_at IS NULL"
        " AND r.requested_at <= UTC_TIMESTAMP(6) - INTERVAL %(grace)s SECOND"
        " AND p.status <> 'lost' AND p.notice_rank = 0 AND h.contact_at > UTC_TIMESTAMP(6) - INTERVAL 45 SECOND"
        " AND NOT EXISTS (SELECT 1 FROM incidents n WHERE n.instance_id = p.id AND n.open_slot = 1)"
        " ORDER BY i.agent_id, i.id LIMIT 200",
        grace=grace_seconds,
    )
