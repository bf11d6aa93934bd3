"""Spot pools, prices, and what we remember of pools. Remembered times only ever move later."""

from datetime import datetime

from core.database import Tx
from core.domain.pools import LONG_AGO, Pool

MEMORY = ("ice_until", "danger_until", "poisoned_until")


KNOWN = (
    "SELECT p.pool_id, p.region, p.az_id, p.instance_type, p.vcpus, p.memory_mib, p.arch,"
    " p.updated_at < UTC_TIMESTAMP(6) - INTERVAL 300 SECOND AS is_stale,"
    " t.gpus, t.ebs_mbps, t.instance_store_gib,"
    " TIMESTAMPDIFF(SECOND, p.updated_at, UTC_TIMESTAMP(6)) AS price_age_seconds,"
    " IF(p.updated_at < UTC_TIMESTAMP(6) - INTERVAL 300 SECOND, p.price * 1.1, p.price) AS price,"
    " m.ice_until, m.danger_until, m.poisoned_until, r.danger_until AS own_danger_until, r.poisoned_until AS own_poisoned_until"
    " FROM spot_pools p LEFT JOIN instance_types t ON t.instance_type = p.instance_type LEFT JOIN pool_memory m ON m.pool_id = p.pool_id"
    " LEFT JOIN pool_reports r ON r.pool_id = p.pool_id AND r.client_id = %(client_id)s"
)


def in_region(tx: Tx, region: str, client_id: int = 0) -> list[Pool]:
    """Pools with what everybody knows of them and what this client alone has reported (INV-60). A stale price is ten per cent up."""
    rows = tx.all(KNOWN + " WHERE p.region = %(region)s ORDER BY p.pool_id", region=region, client_id=client_id)
    return [_pool(row) for row in rows]


def get(tx: Tx, pool_id: str | None, client_id: int) -> Pool | None:
    """One pool with the same."""
    row = tx.one(KNOWN + " WHERE p.pool_id = %(id)s", id=pool_id, client_id=client_id)
    return row and _pool(row)


def _pool(row: dict) -> Pool:
    for name in MEMORY:
        row[name] = _later(row, name)
    return Pool.from_row(row)


def _later(row: dict, name: str) -> datetime:
    return max(row[name] or LONG_AGO, row.get(f"own_{name}") or LONG_AGO)


def without_capacity(tx: Tx) -> set[str]:
    """Capacity keys that refused a launch within the last minutes."""
    return {row["pool_id"] for row in tx.all("SELECT pool_id FROM pool_memory WHERE ice_until > UTC_TIMESTAMP(6)")}


def remember(tx: Tx, pool_id: str, *, now: datetime, ice_until: datetime | None = None, danger_until: datetime | None = None,
             poisoned_until: datetime | None = None) -> None:  # fmt: skip
    """Add one experience with a pool."""
    tx.execute(
        "INSERT INTO pool_memory (pool_id, ice_until, danger_until, poisoned_until, capacity_errors, notices, last_seen)"
        " VALUES (%(pool_id)s, COALESCE(%(ice)s, '2000-01-01'), COALESCE(%(danger)s, '2000-01-01'),"
        " COALESCE(%(poisoned)s, '2000-01-01'), %(ice)s IS NOT NULL, %(danger)s IS NOT NULL, %(now)s)"
        " ON DUPLICATE KEY UPDATE ice_until = GREATEST(ice_until, VALUES(ice_until)),"
        " danger_until = GREATEST(danger_until, VALUES(danger_until)),"
        " poisoned_until = GREATEST(poisoned_until, VALUES(poisoned_until)),"
        " capacity_errors = capacity_errors + VALUES(capacity_errors), notices = notices + VALUES(notices), last_seen = VALUES(last_seen)",
        pool_id=pool_id, ice=ice_until, danger=danger_until, poisoned=poisoned_until, now=now,
    )  # fmt: skip


def lock(tx: Tx, pool_id: str, now: datetime) -> None:
    """Whoever writes of a pool waits here for the others, before anything else of it is locked: no two wait for each other."""
    tx.execute(
        "INSERT INTO pool_memory (pool_id, last_seen) VALUES (%(pool_id)s, %(now)s) ON DUPLICATE KEY UPDATE last_seen = VALUES(last_seen)",
        pool_id=pool_id,
        now=now,
    )


def report(tx: Tx, client_id: int, pool_id: str, *, now: datetime, danger_until: datetime, poisoned_until: datetime | None) -> None:
    """What one client saw of a pool; it holds for that client."""
    tx.execute(
        "INSERT INTO pool_reports (client_id, pool_id, danger_until, poisoned_until, notices, last_seen)"
        " VALUES (%(client_id)s, %(pool_id)s, %(danger)s, COALESCE(%(poisoned)s, '2000-01-01'), 1, %(now)s)"
        " ON DUPLICATE KEY UPDATE danger_until = GREATEST(danger_until, VALUES(danger_until)),"
        " poisoned_until = GREATEST(poisoned_until, VALUES(poisoned_until)), notices = notices + 1, last_seen = VALUES(last_seen)",
        client_id=client_id, pool_id=pool_id, danger=danger_until, poisoned=poisoned_until, now=now,
    )  # fmt: skip


def is_reported(tx: Tx, client_id: int, pool_id: str) -> bool:
    """Whether the client's own flag on the pool still stands."""
    row = tx.one(
        "SELECT COUNT(*) AS n FROM pool_reports WHERE client_id = %(client_id)s AND pool_id = %(pool_id)s"
        " AND danger_until > UTC_TIMESTAMP(6)",
        client_id=client_id,
        pool_id=pool_id,
    )
    return row["n"] > 0


def witnesses(tx: Tx, pool_id: str) -> dict:
    """How many clients see the pool in danger now, and how many of them lost a machine there."""
    return tx.one(
        "SELECT COUNT(*) AS clients, COALESCE(SUM(poisoned_until > UTC_TIMESTAMP(6)), 0) AS losers FROM pool_reports"
        " WHERE pool_id = %(pool_id)s AND danger_until > UTC_TIMESTAMP(6)",
        pool_id=pool_id,
    )


def on_demand_price(tx: Tx, region: str, instance_type: str) -> float | None:
    """USD per hour, or None where it is unknown."""
    row = on_demand(tx, region, instance_type)
    return row and row["price"]


def on_demand(tx: Tx, region: str, instance_type: str) -> dict | None:
    """The same with the time it was read."""
    return tx.one(
        "SELECT price, updated_at FROM ondemand_prices WHERE region = %(region)s AND instance_type = %(type)s AND product = 'linux'",
        region=region,
        type=instance_type,
    )


def write_pools(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (pool_id, region, az_id, instance_type, vcpus, memory_mib, arch, price, price_at, updated_at)."""
    return tx.insert_many(
        "INSERT INTO spot_pools (pool_id, region, az_id, instance_type, vcpus, memory_mib, arch, price, price_at, updated_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE price = IF(price_at IS NULL OR price_at <= VALUES(price_at), VALUES(price), price),"
        " price_at = GREATEST(COALESCE(price_at, VALUES(price_at)), VALUES(price_at)), updated_at = VALUES(updated_at)",
        rows,
    )


def write_types(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (instance_type, gpus, ebs_mbps, instance_store_gib, updated_at)."""
    return tx.insert_many(
        "INSERT INTO instance_types (instance_type, gpus, ebs_mbps, instance_store_gib, updated_at) VALUES (%s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE gpus = VALUES(gpus), ebs_mbps = VALUES(ebs_mbps), instance_store_gib = VALUES(instance_store_gib),"
        " updated_at = VALUES(updated_at)",
        rows,
    )


def write_on_demand(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (region, instance_type, price, updated_at)."""
    return tx.insert_many(
        "INSERT INTO ondemand_prices (region, instance_type, price, updated_at) VALUES (%s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE price = VALUES(price), updated_at = VALUES(updated_at)",
        rows,
    )


def write_snapshots(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (client_id, instance_id, source, source_role, pool_id, price, observed_at, received_at); copies are passed over."""
    return tx.insert_many(
        "INSERT IGNORE INTO spot_price_snapshots (client_id, instance_id, source, source_role, pool_id, price, observed_at, received_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        rows,
    )


def in_danger(tx: Tx, pool_id: str) -> bool:
    """Whether a notice was seen there within half an hour."""
    row = tx.one("SELECT 1 AS yes FROM pool_memory WHERE pool_id = %(id)s AND danger_until > UTC_TIMESTAMP(6)", id=pool_id)
    return row is not None
