"""The life cycle of replicas."""

from datetime import datetime

from core.database import Tx
from core.domain.lifecycle import Instance, Replica
from core.domain.response import Standby


def insert(tx: Tx, *, uuid: str, client_id: int, agent_id: int, instance_id: int, incident_id: int | None, mode: str, pool_id: str,
           expires_at: datetime | None, now: datetime) -> int:  # fmt: skip
    return tx.insert(
        "INSERT INTO replica_instances (uuid, client_id, agent_id, instance_id, incident_id, mode, pool_id, requested_at, expires_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(agent_id)s, %(instance_id)s, %(incident_id)s, %(mode)s, %(pool_id)s, %(now)s, %(expires_at)s)",
        uuid=uuid, client_id=client_id, agent_id=agent_id, instance_id=instance_id, incident_id=incident_id, mode=mode,
        pool_id=pool_id, expires_at=expires_at, now=now,
    )  # fmt: skip


def of_instance(tx: Tx, instance_id: int) -> Replica | None:
    return Replica.maybe(tx.one("SELECT * FROM replica_instances WHERE instance_id = %(id)s", id=instance_id))


def by_uuid(tx: Tx, agent_id: int, uuid: str) -> Replica | None:
    return Replica.maybe(
        tx.one(
            "SELECT * FROM replica_instances WHERE agent_id = %(agent_id)s AND uuid = %(uuid)s", agent_id=agent_id, uuid=uuid
        )
    )


def standbys(tx: Tx, agent_id: int) -> tuple[Standby, ...]:
    """The agent's live replicas with their machines and their last contact, oldest order first; flagged as its client sees it (INV-60)."""
    rows = tx.all(
        "SELECT i.*, h.contact_at, r.id AS replica_id,"
        " (i.lifecycle = 'spot' AND (COALESCE(m.danger_until > UTC_TIMESTAMP(6), 0) OR COALESCE(o.danger_until > UTC_TIMESTAMP(6), 0))) AS flagged"
        " FROM replica_instances r JOIN instances i ON i.id = r.instance_id"
        " LEFT JOIN agent_heartbeats h ON h.instance_id = i.id LEFT JOIN pool_memory m ON m.pool_id = i.pool_id"
        " LEFT JOIN pool_reports o ON o.pool_id = i.pool_id AND o.client_id = i.client_id"
        " WHERE r.agent_id = %(agent_id)s AND r.ended_at IS NULL AND i.role = 'REPLICA' ORDER BY r.id",
        agent_id=agent_id,
    )
    return tuple(Standby(of_instance(tx, row["id"]), Instance.from_row(row), row["contact_at"], bool(row["flagged"])) for row in rows)


def set_launched(tx: Tx, instance_id: int, now: datetime) -> None:
    tx.execute(
        "UPDATE replica_instances SET status = 'syncing', launched_at = %(now)s WHERE instance_id = %(id)s AND status = 'launching'",
        id=instance_id,
        now=now,
    )


def set_status(tx: Tx, replica_id: int, status: str) -> None:
    tx.execute("UPDATE replica_instances SET status = %(status)s WHERE id = %(id)s", id=replica_id, status=status)


def set_ready(tx: Tx, replica_id: int, boot_time_seconds: float | None, now: datetime) -> None:
    tx.execute(
        "UPDATE replica_instances SET status = 'ready', ready_at = %(now)s, boot_time_seconds = %(boot)s WHERE id = %(id)s",
        id=replica_id,
        boot=boot_time_seconds,
        now=now,
    )


def end(tx: Tx, instance_id: int, status: str, reason: str, now: datetime) -> int:
    """0 when the instance never was a replica, or its life as one is over."""
    return tx.execute(
        "UPDATE replica_instances SET status = %(status)s, end_reason = %(reason)s, ended_at = %(now)s"
        " WHERE instance_id = %(id)s AND ended_at IS NULL",
        id=instance_id, status=status, reason=reason[:255], now=now,
    )  # fmt: skip


def retarget(tx: Tx, instance_id: int, pool_id: str) -> None:
    tx.execute(
        "UPDATE replica_instances SET pool_id = %(pool_id)s WHERE instance_id = %(id)s AND status = 'launching'",
        id=instance_id,
        pool_id=pool_id,
    )


def set_promoted_by(tx: Tx, replica_id: int, actor: str) -> None:
    tx.execute("UPDATE replica_instances SET promoted_by = %(actor)s WHERE id = %(id)s", id=replica_id, actor=actor[:64])


def set_expiry(tx: Tx, replica: Replica, at: datetime) -> None:
    """Of the replica's life and of its machine, which the sweep reads."""
    tx.execute("UPDATE replica_instances SET expires_at = %(at)s WHERE id = %(id)s", id=replica.id, at=at)
    tx.execute("UPDATE instances SET replica_expiry = %(at)s WHERE id = %(id)s", id=replica.instance_id, at=at)


def set_sync(tx: Tx, replica_id: int, progress_pct: int, lag_seconds: float | None) -> None:
    tx.execute(
        "UPDATE replica_instances SET progress_pct = %(progress)s, lag_seconds = %(lag)s WHERE id = %(id)s",
        id=replica_id,
        progress=progress_pct,
        lag=lag_seconds,
    )


def ordered_since(tx: Tx, agent_id: int, primary_id: int, since: datetime) -> int:
    """How many emergency replicas were ordered for this primary since then."""
    row = tx.one(
        "SELECT COUNT(*) AS n FROM replica_instances r JOIN instances i ON i.id = r.instance_id"
        " WHERE r.agent_id = %(agent_id)s AND i.replica_of_id = %(primary_id)s AND r.mode = 'emergency'"
        " AND r.requested_at >= %(since)s",
        agent_id=agent_id,
        primary_id=primary_id,
        since=since,
    )
    return row["n"]


def fastest_boot_pool(tx: Tx, region: str) -> str | None:
    """The pool whose replicas became ready soonest on average, among those with three boots or more."""
    row = tx.one(
        "SELECT r.pool_id FROM replica_instances r JOIN spot_pools s ON s.pool_id = r.pool_id"
        " WHERE s.region = %(region)s AND r.boot_time_seconds IS NOT NULL"
        " GROUP BY r.pool_id HAVING COUNT(*) >= 3 ORDER BY AVG(r.boot_time_seconds), r.pool_id LIMIT 1",
        region=region,
    )
    return row and row["pool_id"]


def of_agent(tx: Tx, agent_id: int, limit: int) -> list[dict]:
    return tx.all(
        LISTED + " WHERE r.agent_id = %(agent_id)s ORDER BY r.id DESC LIMIT %(limit)s", agent_id=agent_id, limit=limit
    )


def of_client(tx: Tx, client_id: int, limit: int) -> list[dict]:
    return tx.all(
        LISTED + " WHERE r.client_id = %(client_id)s ORDER BY r.id DESC LIMIT %(limit)s", client_id=client_id, limit=limit
    )


LISTED = """
SELECT r.*, i.role, i.ec2_instance_id, i.instance_type, i.az_id, i.lifecycle, a.uuid AS agent_uuid, a.logical_name
  FROM replica_instances r
  JOIN instances i ON i.id = r.instance_id
  JOIN agents a ON a.id = r.agent_id
"""
