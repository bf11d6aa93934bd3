"""What is reported and seen of pools, the Advisor's ranks, and the models trained on it."""

from collections.abc import Sequence
from datetime import datetime

from core.database import Tx


def insert_event(tx: Tx, *, pool_id: str, event_type: str, client_id: int, event_at: datetime, verified_by: str | None,
                 expires_at: datetime, now: datetime) -> int:  # fmt: skip
    return tx.insert(
        "INSERT INTO global_risk_events (pool_id, event_type, client_id, reported_at, event_at, verified, verified_by, expires_at)"
        " VALUES (%(pool)s, %(type)s, %(client)s, %(now)s, %(at)s, %(by)s IS NOT NULL, %(by)s, %(expires)s)",
        pool=pool_id, type=event_type, client=client_id, now=now, at=event_at, by=verified_by, expires=expires_at,
    )  # fmt: skip


def told_since(tx: Tx, pool_id: str, event_type: str, client_id: int, since: datetime) -> bool:
    """Whether the client has told the same of the pool since then."""
    row = tx.one(
        "SELECT COUNT(*) AS n FROM global_risk_events WHERE client_id = %(client)s AND reported_at >= %(since)s"
        " AND pool_id = %(pool)s AND event_type = %(type)s",
        client=client_id, since=since, pool=pool_id, type=event_type,
    )  # fmt: skip
    return row["n"] > 0


def live_events(tx: Tx, pool_id: str) -> list[dict]:
    """Notices about a pool that have not expired; under the pool's lock, so that two tenants cannot both miss the other."""
    return tx.all(
        "SELECT * FROM global_risk_events WHERE pool_id = %(pool)s AND event_type <> 'capacity_error' AND expires_at > UTC_TIMESTAMP(6)"
        " ORDER BY id",
        pool=pool_id,
    )


def verify(tx: Tx, event_id: int, by: str) -> int:
    """1 when that is news."""
    return tx.execute(
        "UPDATE global_risk_events SET verified = 1, verified_by = %(by)s WHERE id = %(id)s AND verified = 0", id=event_id, by=by
    )


def expired_events(tx: Tx) -> int:
    return tx.execute("DELETE FROM global_risk_events WHERE expires_at < UTC_TIMESTAMP(6) - INTERVAL 7 DAY LIMIT 1000")


def observe(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (pool_id, kind, at, source); a repetition is passed over."""
    return tx.insert_many("INSERT IGNORE INTO pool_observations (pool_id, kind, at, source) VALUES (%s, %s, %s, %s)", rows)


def derive_launches(tx: Tx) -> int:
    """Spot machines that EC2 gave us within the last days."""
    return tx.execute(
        "INSERT IGNORE INTO pool_observations (pool_id, kind, at, source)"
        " SELECT pool_id, 'launched', launched_at, CONCAT('instance:', id) FROM instances"
        " WHERE lifecycle = 'spot' AND pool_id IS NOT NULL AND launched_at > UTC_TIMESTAMP(6) - INTERVAL 2 DAY"
    )


def derive_running(tx: Tx) -> int:
    """A machine that runs and is heard of proves its pool up, once an hour."""
    return tx.execute(
        "INSERT IGNORE INTO pool_observations (pool_id, kind, at, source)"
        " SELECT i.pool_id, 'available', FROM_UNIXTIME(FLOOR(UNIX_TIMESTAMP(h.contact_at) / 3600) * 3600), 'fleet'"
        " FROM instances i JOIN agent_heartbeats h ON h.instance_id = i.id"
        " WHERE i.lifecycle = 'spot' AND i.pool_id IS NOT NULL AND i.ended_at IS NULL AND i.lost_at IS NULL"
        " AND h.contact_at > UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"
        " AND FROM_UNIXTIME(FLOOR(UNIX_TIMESTAMP(h.contact_at) / 3600) * 3600) >= i.created_at"
    )


def derive_notices(tx: Tx) -> int:
    return tx.execute(
        "INSERT IGNORE INTO pool_observations (pool_id, kind, at, source)"
        " SELECT i.pool_id, 'noticed', n.received_at, CONCAT('notice:', n.id) FROM notices n"
        " JOIN instances i ON i.ec2_instance_id = n.ec2_instance_id"
        " WHERE i.lifecycle = 'spot' AND i.pool_id IS NOT NULL AND n.received_at > UTC_TIMESTAMP(6) - INTERVAL 2 DAY"
    )


def derive_false_alarms(tx: Tx) -> int:
    """Rebalance recommendations that no interruption followed."""
    return tx.execute(
        "INSERT IGNORE INTO pool_observations (pool_id, kind, at, source)"
        " SELECT i.pool_id, 'false_alarm', x.closed_at, CONCAT('incident:', x.id) FROM incidents x JOIN instances i ON i.id = x.instance_id"
        " WHERE i.lifecycle = 'spot' AND i.pool_id IS NOT NULL AND x.outcome = 'expired' AND x.notice_rank = 1 AND x.closed_at > UTC_TIMESTAMP(6) - INTERVAL 2 DAY"
    )


def observations(tx: Tx, since: datetime, pool_ids: Sequence[str] = ()) -> list[dict]:
    """Oldest first within a pool; of some pools, or of all."""
    return tx.all(
        "SELECT id, pool_id, kind, at FROM pool_observations WHERE at >= %(since)s AND (%(all)s OR pool_id IN %(pools)s)"
        " ORDER BY pool_id, at, id",
        since=since, all=int(not pool_ids), pools=list(pool_ids) or [""],
    )  # fmt: skip


def unread_pools(tx: Tx, since: datetime) -> list[str]:
    """Pools of which more was seen since than their standing knows, in order."""
    rows = tx.all(
        "SELECT o.pool_id FROM pool_observations o LEFT JOIN pool_standings s ON s.pool_id = o.pool_id WHERE o.at >= %(since)s"
        " GROUP BY o.pool_id HAVING MAX(o.id) > COALESCE(MAX(s.last_id), 0) ORDER BY o.pool_id",
        since=since,
    )
    return [row["pool_id"] for row in rows]


def hold_standings(tx: Tx, pool_ids: Sequence[str], now: datetime) -> None:
    """Lock these rows, or make them: who reads the sightings after this reads all that was committed before."""
    tx.insert_many(
        "INSERT INTO pool_standings (pool_id, refreshed_at) VALUES (%s, %s) ON DUPLICATE KEY UPDATE refreshed_at = VALUES(refreshed_at)",
        [(pool_id, now) for pool_id in pool_ids],
    )


def write_standings(tx: Tx, rows: list[tuple]) -> None:
    """Rows of (pool_id, samples, seen_at, is_down, came_back_at, is_whole, history, last_id, refreshed_at)."""
    tx.insert_many(
        "INSERT INTO pool_standings (pool_id, samples, seen_at, is_down, came_back_at, is_whole, history, last_id, refreshed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE samples = VALUES(samples), seen_at = VALUES(seen_at), is_down = VALUES(is_down),"
        " came_back_at = VALUES(came_back_at), is_whole = VALUES(is_whole), history = VALUES(history), last_id = VALUES(last_id)",
        rows,
    )


def standings(tx: Tx, region: str | None, whole: bool) -> list[dict]:
    """How the pools of a region stand, or all that anybody has watched; their history only where it is wanted."""
    return tx.all(
        "SELECT s.pool_id, s.samples, s.seen_at, s.is_down, s.came_back_at, s.is_whole, IF(%(whole)s, s.history, NULL) AS history"
        " FROM pool_standings s WHERE %(region)s IS NULL OR s.pool_id IN (SELECT pool_id FROM spot_pools WHERE region = %(region)s)",
        region=region, whole=int(whole),
    )  # fmt: skip


def old_observations(tx: Tx) -> int:
    return tx.execute("DELETE FROM pool_observations WHERE at < UTC_TIMESTAMP(6) - INTERVAL 400 DAY LIMIT 1000")


def write_rates(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (region, os, instance_type, bucket, savings_pct, snapshot_date); an older snapshot replaces nothing."""
    return tx.insert_many(
        "INSERT INTO interruption_rates (region, os, instance_type, bucket, savings_pct, snapshot_date) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE bucket = IF(VALUES(snapshot_date) >= snapshot_date, VALUES(bucket), bucket),"
        " savings_pct = IF(VALUES(snapshot_date) >= snapshot_date, VALUES(savings_pct), savings_pct),"
        " snapshot_date = GREATEST(snapshot_date, VALUES(snapshot_date))",
        rows,
    )


def rates(tx: Tx, region: str) -> dict[str, int]:
    """The Advisor's bucket of each type, for Linux."""
    rows = tx.all("SELECT instance_type, bucket FROM interruption_rates WHERE region = %(region)s AND os = 'Linux'", region=region)
    return {row["instance_type"]: row["bucket"] for row in rows}


def insert_model(tx: Tx, *, now: datetime, is_active: bool, samples: int, span_days: float, scores: tuple, params: str, why: str,
                 dataset_id: int) -> int:  # fmt: skip
    return tx.insert(
        "INSERT INTO risk_models (trained_at, is_active, samples, span_days, brier_model, brier_table, brier_base, params, why, dataset_id)"
        " VALUES (%(now)s, %(active)s, %(samples)s, %(span)s, %(model)s, %(table)s, %(base)s, %(params)s, %(why)s, %(dataset)s)",
        now=now, active=is_active, samples=samples, span=span_days, model=scores[0], table=scores[1], base=scores[2], params=params,
        why=why[:255], dataset=dataset_id,
    )  # fmt: skip


def latest_model(tx: Tx) -> dict | None:
    return tx.one("SELECT * FROM risk_models ORDER BY id DESC LIMIT 1")


def old_models(tx: Tx) -> int:
    return tx.execute("DELETE FROM risk_models WHERE trained_at < UTC_TIMESTAMP(6) - INTERVAL 90 DAY LIMIT 1000")


def write_features(tx: Tx, rows: list[tuple]) -> None:
    """Rows of (age_seconds, share_1h, share_6h, share_24h, share_7d, losses_6h, losses_24h, lost_within_1h, pool_id, hour_at)."""
    for row in rows:
        tx.execute(
            "UPDATE pricing_canonical SET age_seconds = %(age)s, share_1h = %(a)s, share_6h = %(b)s, share_24h = %(c)s, share_7d = %(d)s,"
            " losses_6h = %(l6)s, losses_24h = %(l24)s, lost_within_1h = %(lost)s"
            " WHERE hour_at = %(hour)s AND pool_no = (SELECT pool_no FROM price_series WHERE pool_id = %(pool)s)",
            **dict(zip(("age", "a", "b", "c", "d", "l6", "l24", "lost", "pool", "hour"), row, strict=True)),
        )
