"""Staged prices for tests, and what the plain reference makes of them."""

import random
from datetime import UTC, datetime, timedelta

from core.domain.price_series import BUCKET_SECONDS, BUCKET_US, HISTORY
from core.sql import pools
from tests.reference import Row, reference
from tests.world import World

ROLES = {1: ("agent", "PRIMARY", 11), 2: ("agent", "REPLICA", 12), 3: ("agent", "NONE", 13), 4: ("collector", "NONE", 0)}


def moment(us: int) -> datetime:
    return datetime.fromtimestamp(us // 1_000_000, UTC) + timedelta(microseconds=us % 1_000_000)


def stage(world: World, staged: dict[str, list[Row]], received: datetime) -> None:
    """Rows of each pool, as if they had come in at ``received``."""
    lines = [
        (None, ROLES[rank][2], *ROLES[rank][:2], pool, price / 1e6, moment(at), received)
        for pool, told in staged.items() for at, price, rank in told
    ]  # fmt: skip
    if lines:
        world.db.run(lambda tx: pools.write_snapshots(tx, lines))


def horizon_of(cut: datetime) -> int:
    return int(cut.timestamp()) // BUCKET_SECONDS


def market(seed: int, pools_count: int, until: datetime, hours: int = 60, rows: int = 120) -> dict[str, list[Row]]:
    """Random observations of some pools over the hours before ``until``."""
    dice = random.Random(seed)
    last = horizon_of(until)
    return {f"use1-az{n}:m5.large:linux": [_one(dice, last, hours) for _ in range(rows)] for n in range(pools_count)}


def _one(dice: random.Random, last: int, hours: int) -> Row:
    rank = dice.choice([1, 1, 1, 2, 3, HISTORY])
    return (last - dice.randrange(12 * hours)) * BUCKET_US + dice.randrange(BUCKET_US), dice.randrange(1, 2_000_000), rank


def expected(staged: dict[str, list[Row]], horizon: int) -> dict[str, dict]:
    """The reference's table; of two rows at the same instant of the same host, staging keeps the first."""
    return {pool: reference(_kept(told), horizon) for pool, told in staged.items()}


def _kept(told: list[Row]) -> list[Row]:
    kept: dict[tuple, Row] = {}
    for at, price, rank in told:
        kept.setdefault((at, rank), (at, price, rank))
    return list(kept.values())


def table(world: World) -> dict[str, dict]:
    """What the database holds, as the reference tells it."""
    found: dict[str, dict] = {}
    for row in world.all("SELECT s.pool_id, c.* FROM pricing_consolidated c JOIN price_series s ON s.pool_no = c.pool_no"):
        found.setdefault(row["pool_id"], {})[horizon_of(row["bucket_at"])] = (round(row["price"] * 1e6), row["data_source"])
    return found
