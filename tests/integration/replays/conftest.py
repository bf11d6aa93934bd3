"""A small region with three days of prices, and a client's workloads in it."""

import math
from datetime import datetime, timedelta

import pytest

from core.domain.pools import pool_id
from core.sql import pools, risk
from tests.integration.conftest import Api
from tests.world import PRICES, ZONES, World

DAYS = 3


def published(world: World, until: datetime, days: int = DAYS) -> None:
    """AWS's list: each pool's price changes every six hours, round about its place in the small market."""
    rows = []
    for n, (name, (spot, _)) in enumerate(PRICES.items()):
        for z, zone in enumerate(ZONES):
            for step in range(4 * days):
                usd = spot * (1 + 0.3 * math.sin(0.7 * step + 2 * n + z))
                rows.append((None, 0, "collector", "NONE", pool_id(zone, name), round(usd, 6), until - timedelta(days=days, hours=-6 * step), until))
    world.db.run(lambda tx: pools.write_snapshots(tx, rows))


def seen(world: World, pool: str, until: datetime, lost_after: float | None = None, days: int = DAYS) -> None:
    """Somebody watched a pool each hour; ``lost_after`` hours from the beginning it was lost, and came back two hours later."""
    since = until - timedelta(days=days)
    rows = [(pool, "available", since + timedelta(hours=h), "fleet") for h in range(24 * days) if lost_after is None or not lost_after <= h < lost_after + 2]
    rows += [(pool, "lost", since + timedelta(hours=lost_after), "instance:1")] if lost_after is not None else []
    world.db.run(lambda tx: risk.observe(tx, rows))


@pytest.fixture
def history(world: World):
    """Two workloads alike and one other; three days of prices; every pool was watched, and the first one lost once."""
    world.prices()
    now = world.now()
    shop = world.workload("web-1")
    world.workload("web-2", shop.client)
    world.workload("batch", shop.client, instance_type="c5.large", az_id="use1-az1")
    published(world, now)
    for zone in ZONES:
        for name in PRICES:
            seen(world, pool_id(zone, name), now, 30.5 if (zone, name) == ("use1-az6", "m5.large") else None)
    return shop


@pytest.fixture
def me(api: Api, history) -> Api:
    return api.by(history.client.token)
