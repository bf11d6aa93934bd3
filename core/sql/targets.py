"""What the operational figures are computed from, over all clients."""

from core.database import Tx


def promotions_against_deadlines(tx: Tx) -> list[dict]:
    """Interruptions with a deadline that is past or was met: whether a successor was promoted by then."""
    return tx.all(
        "SELECT COALESCE(promoted_at <= deadline_at, 0) AS in_time FROM incidents WHERE cause = 'termination' AND deadline_at IS NOT NULL"
        " AND opened_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY AND (promoted_at IS NOT NULL OR deadline_at < UTC_TIMESTAMP(6))"
    )


def closed_rebalances(tx: Tx) -> list[dict]:
    """Recommendations that are over: whether AWS took the machine (``notice_rank`` rises with an interruption)."""
    return tx.all(
        "SELECT (deadline_at IS NOT NULL OR gone_at IS NOT NULL) AS came FROM incidents WHERE cause = 'rebalance' AND closed_at IS NOT NULL"
        " AND opened_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY"
    )


def handover_gaps(tx: Tx) -> list[float]:
    """Measured seconds without service of every emergency that was carried over, warm or cold."""
    rows = tx.all(
        "SELECT downtime_seconds AS seconds FROM incidents WHERE downtime_seconds IS NOT NULL AND promoted_at IS NOT NULL"
        " AND opened_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY"
    )
    return _seconds(rows)


def switch_gaps(tx: Tx) -> list[float]:
    rows = tx.all(
        "SELECT downtime_seconds AS seconds FROM switches WHERE cause <> 'emergency' AND downtime_seconds IS NOT NULL"
        " AND started_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY"
    )
    return _seconds(rows)


def downtime_of_clients(tx: Tx) -> list[float]:
    """Unplanned seconds of this month (UTC), of each active client."""
    rows = tx.all(
        "SELECT COALESCE(SUM(d.duration_seconds), 0) AS seconds FROM clients c LEFT JOIN downtime_logs d ON d.client_id = c.id"
        " AND d.cause <> 'planned' AND d.start_time >= DATE_FORMAT(UTC_TIMESTAMP(), '%%Y-%%m-01')"
        " WHERE c.status = 'active' GROUP BY c.id"
    )
    return _seconds(rows)


def notice_times(tx: Tx) -> list[float]:
    """Seconds from the receipt of a notice to what was decided about it."""
    rows = tx.all(
        "SELECT TIMESTAMPDIFF(MICROSECOND, received_at, handled_at) / 1000000 AS seconds FROM notices"
        " WHERE handled_at IS NOT NULL AND disposition = 'act' AND received_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY"
    )
    return _seconds(rows)


def decision_times(tx: Tx) -> list[float]:
    """Milliseconds of the newest ten thousand decisions."""
    return [float(row["ms"]) for row in tx.all("SELECT latency_ms AS ms FROM ml_decisions ORDER BY id DESC LIMIT 10000")]


def _seconds(rows: list[dict]) -> list[float]:
    return [float(row["seconds"]) for row in rows]
