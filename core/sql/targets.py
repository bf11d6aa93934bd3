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


def order_times(tx: Tx) -> list[float]:
    """Seconds from a rebalance's first sighting to the order of its replica."""
    rows = tx.all(
        "SELECT TIMESTAMPDIFF(MICROSECOND, i.opened_at, MIN(a.created_at)) / 1000000 AS seconds FROM incidents i"
        " JOIN actions a ON a.incident_id = i.id AND a.kind = 'launch'"
        " WHERE i.cause = 'rebalance' AND i.opened_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY GROUP BY i.id, i.opened_at"
    )
    return _seconds(rows)


def loss_times(tx: Tx) -> list[float]:
    """Seconds from the last word of a machine that was lost without notice to the recovery: a replica ordered, or promoted."""
    rows = tx.all(
        "SELECT TIMESTAMPDIFF(MICROSECOND, h.contact_at, LEAST(COALESCE(MIN(a.created_at), i.promoted_at), COALESCE(i.promoted_at,"
        " MIN(a.created_at)))) / 1000000 AS seconds FROM incidents i JOIN agent_heartbeats h ON h.instance_id = i.instance_id"
        " LEFT JOIN actions a ON a.incident_id = i.id AND a.kind = 'launch'"
        " WHERE i.cause = 'no_notice' AND h.contact_at < i.opened_at AND i.opened_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY"
        " GROUP BY i.id, i.promoted_at, h.contact_at"
    )
    return [float(row["seconds"]) for row in rows if row["seconds"] is not None]


def price_times(tx: Tx) -> list[float]:
    """Seconds from a host's reading of a price to its row, from which charts are drawn."""
    rows = tx.all(
        "SELECT GREATEST(0, TIMESTAMPDIFF(MICROSECOND, observed_at, received_at)) / 1000000 AS seconds FROM spot_price_snapshots"
        " WHERE source = 'agent' AND received_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY ORDER BY received_at DESC LIMIT 10000"
    )
    return _seconds(rows)


def search_times(tx: Tx) -> list[float]:
    """Seconds of the newest ten thousand searches of the planner."""
    rows = tx.all(
        "SELECT latency_ms / 1000 AS seconds FROM ml_decisions WHERE asked_by = 'planner'"
        " AND created_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY ORDER BY id DESC LIMIT 10000"
    )
    return _seconds(rows)


def launch_tries(tx: Tx) -> list[int]:
    """How often each launch that is over was tried."""
    rows = tx.all(
        "SELECT tries FROM actions WHERE kind = 'launch' AND state IN ('done', 'failed') AND created_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY"
    )
    return [int(row["tries"]) for row in rows]


def longest_run(tx: Tx, job: str) -> dict:
    """Of the last seven days, those that ended well: the longest in seconds, and how many there were."""
    return tx.one(
        "SELECT MAX(TIMESTAMPDIFF(MICROSECOND, started_at, finished_at)) / 1000000 AS seconds, COUNT(*) AS runs FROM job_runs"
        " WHERE job = %(job)s AND outcome = 'done' AND started_at > UTC_TIMESTAMP(6) - INTERVAL 7 DAY",
        job=job,
    )


def decision_times(tx: Tx) -> list[float]:
    """Milliseconds of the newest ten thousand decisions."""
    return [float(row["ms"]) for row in tx.all("SELECT latency_ms AS ms FROM ml_decisions ORDER BY id DESC LIMIT 10000")]


def _seconds(rows: list[dict]) -> list[float]:
    return [float(row["seconds"]) for row in rows]
