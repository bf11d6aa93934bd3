"""What was predicted of live Spot instances, and what became of them."""

from datetime import datetime

from core.database import Tx


def subjects(tx: Tx) -> list[dict]:
    """Live Spot instances with their age in hours."""
    return tx.all(
        "SELECT i.id AS instance_id, i.instance_type, i.region, i.az, i.az_id, i.pool_id,"
        " TIMESTAMPDIFF(SECOND, COALESCE(i.launched_at, i.created_at), UTC_TIMESTAMP(6)) / 3600 AS instance_age_hours"
        " FROM instances i"
        " WHERE i.lifecycle = 'spot' AND i.role IN ('PRIMARY', 'REPLICA') AND i.ec2_instance_id IS NOT NULL AND i.pool_id IS NOT NULL"
        " AND i.notice_rank < 2 AND i.terminate_requested_at IS NULL ORDER BY i.id LIMIT 10000"
    )


def recent_prices(tx: Tx) -> list[dict]:
    """Each pool's prices of the last day, oldest first."""
    return tx.all(
        "SELECT pool_id, price FROM spot_price_snapshots WHERE observed_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY"
        " ORDER BY pool_id, observed_at LIMIT 100000"
    )


def insert(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (model_id, instance_id, pool_id, predicted_at, horizon_at, probability, confidence, features, latency_ms); once each."""
    return tx.insert_many(
        "INSERT IGNORE INTO predictions (model_id, instance_id, pool_id, predicted_at, horizon_at, probability, confidence, features, latency_ms)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        rows,
    )


def due(tx: Tx, limit: int) -> list[dict]:
    """Predictions whose hour is over, with the first sign of an interruption within it and when the instance ended, if it did."""
    return tx.all(
        "SELECT p.id, p.predicted_at, p.horizon_at, i.ended_at, i.terminate_requested_at,"
        " (SELECT MIN(c.opened_at) FROM incidents c WHERE c.instance_id = p.instance_id AND c.notice_rank >= 2"
        " AND c.opened_at > p.predicted_at AND c.opened_at <= p.horizon_at) AS interrupted_at"
        " FROM predictions p JOIN instances i ON i.id = p.instance_id"
        " WHERE p.outcome IS NULL AND p.horizon_at <= UTC_TIMESTAMP(6) ORDER BY p.horizon_at LIMIT %(limit)s",
        limit=limit,
    )


def set_outcome(tx: Tx, prediction_id: int, outcome: str, now: datetime) -> None:
    tx.execute(
        "UPDATE predictions SET outcome = %(outcome)s, outcome_at = %(now)s WHERE id = %(id)s AND outcome IS NULL",
        id=prediction_id, outcome=outcome, now=now,
    )  # fmt: skip


def scored(tx: Tx, model_id: int, limit: int) -> list[tuple[float, int]]:
    """The newest (probability, outcome) pairs of a model, oldest first; 0 is the static rule."""
    rows = tx.all(
        "SELECT probability, outcome FROM predictions WHERE model_id = %(id)s AND outcome IN ('interrupted', 'survived')"
        " ORDER BY id DESC LIMIT %(limit)s",
        id=model_id,
        limit=limit,
    )
    return [(row["probability"], int(row["outcome"] == "interrupted")) for row in reversed(rows)]


def proved(tx: Tx, model_id: int, most: int) -> int:
    """Of how many of a model's predictions is known what became of them; counted up to ``most``."""
    row = tx.one(
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM predictions WHERE model_id = %(id)s AND outcome IN ('interrupted', 'survived')"
        " LIMIT %(most)s) AS counted",
        id=model_id,
        most=most,
    )
    return row["n"]


def last_latencies(tx: Tx, model_id: int) -> list[float]:
    rows = tx.all("SELECT latency_ms FROM predictions WHERE model_id = %(id)s ORDER BY id DESC LIMIT 1000", id=model_id)
    return sorted(row["latency_ms"] for row in rows)
