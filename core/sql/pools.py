"""Spot pools, prices, and what we remember of pools. Remembered times only ever move later."""

from datetime import datetime

from core.database import Tx
from core.domain.pools import LONG_AGO, Pool

MEMORY = ("ice_until", "danger_until", "poisoned_until")


def in_region(tx: Tx, region: str) -> list[Pool]:
    rows = tx.all(
        "SELECT p.*, m.ice_until, m.danger_until, m.poisoned_until"
        " FROM spot_pools p LEFT JOIN pool_memory m ON m.pool_id = p.pool_id WHERE p.region = %(region)s ORDER BY p.pool_id",
        region=region,
    )
    return [Pool.from_row({**row, **{name: row[name] or LONG_AGO for name in MEMORY}}) for row in rows]


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


def on_demand_price(tx: Tx, region: str, instance_type: str) -> float | None:
    """USD per hour, or None where it is unknown."""
    row = tx.one(
        "SELECT price FROM ondemand_prices WHERE region = %(region)s AND instance_type = %(type)s AND product = 'linux'",
        region=region,
        type=instance_type,
    )
    return row and row["price"]


def write_pools(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (pool_id, region, az_id, instance_type, vcpus, memory_mib, arch, price, price_at, updated_at)."""
    return tx.insert_many(
        "INSERT INTO spot_pools (pool_id, region, az_id, instance_type, vcpus, memory_mib, arch, price, price_at, updated_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE price = IF(price_at IS NULL OR price_at <= VALUES(price_at), VALUES(price), price),"
        " price_at = GREATEST(COALESCE(price_at, VALUES(price_at)), VALUES(price_at)), updated_at = VALUES(updated_at)",
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
