"""Measured downtime."""

from datetime import datetime

from core.database import Tx


def insert(tx: Tx, *, client_id: int, agent_id: int, incident_id: int | None, instance_id: int, start: datetime, end: datetime, seconds: float,
           cause: str, details: str, method: str, metadata: str) -> int:  # fmt: skip
    return tx.execute(
        "INSERT IGNORE INTO downtime_logs (client_id, agent_id, incident_id, instance_id, start_time, end_time, duration_seconds, cause,"
        " cause_details, method, downtime_metadata) VALUES (%(client_id)s, %(agent_id)s, %(incident_id)s, %(instance_id)s, %(start)s,"
        " %(end)s, %(seconds)s, %(cause)s, %(details)s, %(method)s, %(metadata)s)",
        client_id=client_id, agent_id=agent_id, incident_id=incident_id, instance_id=instance_id, start=start, end=end,
        seconds=seconds, cause=cause, details=details[:255], method=method, metadata=metadata,
    )  # fmt: skip


def handovers(tx: Tx, client_id: int, days: int, skip_days: int = 0) -> list[dict]:
    """Incidents in which a successor took over, in a window that ends ``skip_days`` ago."""
    return tx.all(
        "SELECT downtime_seconds, serving_at FROM incidents WHERE client_id = %(client_id)s AND promoted_at IS NOT NULL"
        " AND opened_at > UTC_TIMESTAMP(6) - INTERVAL %(older)s DAY AND opened_at <= UTC_TIMESTAMP(6) - INTERVAL %(skip)s DAY",
        client_id=client_id,
        older=days + skip_days,
        skip=skip_days,
    )


def used_this_month(tx: Tx, client_id: int) -> float:
    """Seconds of unplanned downtime since the month began (UTC)."""
    row = tx.one(
        "SELECT COALESCE(SUM(duration_seconds), 0) AS seconds FROM downtime_logs WHERE client_id = %(client_id)s AND cause <> 'planned'"
        " AND start_time >= DATE_FORMAT(UTC_TIMESTAMP(), '%%Y-%%m-01')",
        client_id=client_id,
    )
    return row["seconds"]


def measured_of_agent(tx: Tx, agent_id: int) -> list[float]:
    """Every measured gap of an agent in seconds, by incident or by hand, shortest first."""
    rows = tx.all(
        "SELECT downtime_seconds AS seconds FROM incidents WHERE agent_id = %(id)s AND downtime_seconds IS NOT NULL"
        " UNION ALL SELECT duration_seconds FROM downtime_logs WHERE agent_id = %(id)s AND incident_id IS NULL ORDER BY seconds",
        id=agent_id,
    )
    return [float(row["seconds"]) for row in rows]


def count_by_hand(tx: Tx, agent_id: int) -> int:
    return tx.one(
        "SELECT COUNT(*) AS n FROM replica_instances r WHERE r.agent_id = %(id)s AND r.promoted_by IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.successor_id = r.instance_id)",
        id=agent_id,
    )["n"]
