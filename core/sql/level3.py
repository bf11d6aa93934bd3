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


def standing(tx: Tx, agent_id: int) -> str | None:
    """The EC2 id of a machine that a host launched alone and that leads or may yet: adopted lately, well, not given up."""
    row = tx.one(
        "SELECT i.ec2_instance_id FROM replica_instances r JOIN instances i ON i.id = r.instance_id"
        " WHERE r.agent_id = %(agent_id)s AND r.mode = 'level3' AND i.role IN ('REPLICA', 'PRIMARY') AND i.status <> 'lost'"
        " AND i.terminate_requested_at IS NULL AND i.notice_rank = 0 AND r.requested_at > UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE"
        " AND (i.role = 'PRIMARY' OR r.status = 'ready' OR r.launched_at > UTC_TIMESTAMP(6) - INTERVAL 300 SECOND)"
        " ORDER BY r.id DESC LIMIT 1",
        agent_id=agent_id,
    )
    return row and row["ec2_instance_id"]


def is_for_an_emergency(tx: Tx, instance_id: int) -> bool:
    return bool(tx.one("SELECT 1 AS yes FROM replica_instances WHERE instance_id = %(id)s AND mode = 'emergency'", id=instance_id))


def is_in_touch(tx: Tx, agent_id: int, seconds: int) -> bool:
    """Whether the host of the agent's PRIMARY asked or said anything within the last seconds."""
    row = tx.one(
        "SELECT 1 AS yes FROM agents a JOIN agent_heartbeats h ON h.instance_id = a.primary_instance_id"
        " WHERE a.id = %(agent_id)s AND h.contact_at > UTC_TIMESTAMP(6) - INTERVAL %(seconds)s SECOND",
        agent_id=agent_id,
        seconds=seconds,
    )
    return row is not None
