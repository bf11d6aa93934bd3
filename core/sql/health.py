"""What the health monitor measures, and what it found last."""

from datetime import datetime

from core.database import Tx


def ping(tx: Tx) -> None:
    tx.one("SELECT 1 AS yes")


def hosts(tx: Tx) -> dict:
    """How the hosts of all clients are heard; zeros without any."""
    return tx.one(
        "SELECT COALESCE(SUM(agents), 0) AS agents, COALESCE(SUM(online), 0) AS online, COALESCE(SUM(late), 0) AS late,"
        " COALESCE(SUM(offline), 0) AS offline, COALESCE(SUM(never_heard), 0) AS never_heard, COALESCE(SUM(expected), 0) AS expected,"
        " COALESCE(SUM(missed), 0) AS missed, SUM(missed) / NULLIF(SUM(expected), 0) AS miss_rate FROM v_agent_health_summary"
    )


def last_run(tx: Tx, job: str) -> datetime | None:
    """When a job last ended well."""
    row = tx.one("SELECT MAX(finished_at) AS at FROM job_runs WHERE job = %(job)s AND outcome = 'done'", job=job)
    return row["at"]


def newest_price(tx: Tx) -> datetime | None:
    return tx.one("SELECT MAX(price_at) AS at FROM spot_pools")["at"]


def last_good_file(tx: Tx) -> datetime | None:
    """When the Spot Advisor's file was last read whole; None while no rank of it is stored."""
    row = tx.one("SELECT MAX(last_ok_at) AS at FROM price_feeds WHERE feed = 'advisor' AND EXISTS (SELECT 1 FROM interruption_rates)")
    return row["at"]


def components(tx: Tx) -> dict[str, dict]:
    return {row["component"]: row for row in tx.all("SELECT * FROM health_components")}


def write(tx: Tx, component: str, status: str | None, details: str, latency_ms: float, now: datetime) -> None:
    """``since`` moves only when the status does. Assignments run from left to right: ``since`` compares with the old one."""
    tx.execute(
        "INSERT INTO health_components (component, status, details, since, latency_ms, checked_at)"
        " VALUES (%(component)s, %(status)s, %(details)s, %(now)s, %(latency)s, %(now)s)"
        " ON DUPLICATE KEY UPDATE since = IF(status <=> VALUES(status), since, VALUES(since)), status = VALUES(status),"
        " details = VALUES(details), latency_ms = VALUES(latency_ms), checked_at = VALUES(checked_at)",
        component=component, status=status, details=details[:255], latency=latency_ms, now=now,
    )  # fmt: skip


def queues(tx: Tx) -> list[dict]:
    """What waits, by queue: how many, and the age of the oldest in seconds."""
    return tx.all(
        "SELECT 'actions' AS queue, COUNT(*) AS depth, TIMESTAMPDIFF(SECOND, MIN(next_run_at), UTC_TIMESTAMP(6)) AS oldest_age_seconds"
        "  FROM actions WHERE state = 'pending' AND next_run_at <= UTC_TIMESTAMP(6)"
        " UNION ALL SELECT 'commands', COUNT(*), TIMESTAMPDIFF(SECOND, MIN(created_at), UTC_TIMESTAMP(6))"
        "  FROM commands WHERE status IN ('pending', 'leased') AND expires_at > UTC_TIMESTAMP(6)"
        " UNION ALL SELECT 'notices', COUNT(*), TIMESTAMPDIFF(SECOND, MIN(received_at), UTC_TIMESTAMP(6))"
        "  FROM notices WHERE handled_at IS NULL"
        " UNION ALL SELECT 'dead_letters', COUNT(*), TIMESTAMPDIFF(SECOND, MIN(received_at), UTC_TIMESTAMP(6)) FROM dead_letters"
        "  WHERE outcome IS NULL OR outcome = 'dead_letter'"
    )


def newest_runs(tx: Tx) -> list[dict]:
    """The newest finished run of each job of the timetable."""
    return tx.all(
        "SELECT r.job, r.started_at, r.finished_at, r.outcome, r.counts,"
        " TIMESTAMPDIFF(MICROSECOND, r.started_at, r.finished_at) / 1000 AS duration_ms FROM job_runs r"
        " JOIN (SELECT job, MAX(slot) AS slot FROM job_runs WHERE finished_at IS NOT NULL GROUP BY job) newest"
        " ON newest.job = r.job AND newest.slot = r.slot ORDER BY r.job"
    )
