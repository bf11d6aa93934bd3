"""Small histories for tests, drawn from a seed: prices that step, pools that are watched and lost, notices."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from core.domain.pools import LONG_AGO, Pool
from core.domain.risk import Sighting
from core.replay.history import History, Told
from core.replay.workloads import Workload

START = datetime(2026, 3, 1, tzinfo=UTC)
TYPES = {"m5.large": 0.096, "c5.large": 0.085, "m6i.large": 0.1}


def pool_of(kind: str, zone: int) -> Pool:
    return Pool(f"use1-az{zone}:{kind}:linux", "us-east-1", f"use1-az{zone}", kind, 2, 8192, "x86_64", None, LONG_AGO, LONG_AGO, LONG_AGO)


def drawn_history(days: int = 6, seed: int = 1, watched_zones: int = 2, losses: float = 0.02) -> History:
    """Three types in three zones; the first zones are watched each hour, and lost by chance."""
    dice, ticks = np.random.default_rng(seed), 288 * days
    pools = [pool_of(kind, zone) for kind in TYPES for zone in (1, 2, 3)]
    prices = np.array([_prices(dice, TYPES[pool.instance_type], ticks) for pool in pools]).T
    sightings = {pool.pool_id: _seen(dice, days, losses) for pool in pools if int(pool.az_id[-1]) <= watched_zones}
    notices = tuple(
        Told(START + timedelta(hours=float(hour)), pools[0].pool_id, kind, 118.0)
        for hour, kind in zip(dice.uniform(1, 24 * days - 1, 4), ("rebalance", "termination", "rebalance", "rebalance"), strict=True)
    )
    return History("us-east-1", START, tuple(pools), prices, TYPES, sightings, notices, ranks={"m5.large": (3, START)})


def _prices(dice: np.random.Generator, on_demand: float, ticks: int) -> np.ndarray:
    steps = np.where(dice.random(ticks) < 0.02, dice.normal(0, 0.15, ticks), 0.0)
    return np.clip(on_demand * 0.35 * dice.uniform(0.7, 1.3) * np.exp(np.cumsum(steps)), 0.01, on_demand * 1.2).round(4)


def _seen(dice: np.random.Generator, days: int, losses: float) -> tuple[Sighting, ...]:
    told, at = [], START
    while at < START + timedelta(days=days):
        told.append(Sighting("available", at))
        if dice.random() < losses:
            told.append(Sighting("lost", at + timedelta(minutes=7)))
            at += timedelta(hours=1)
        at += timedelta(hours=1)
    return tuple(told)


def own_workloads() -> list[Workload]:
    """Four: two alike, one elsewhere, one On-Demand."""
    return [
        Workload("web-1", "m5.large", "use1-az1", "use1-az1:m5.large:linux"),
        Workload("web-2", "m5.large", "use1-az1", "use1-az1:m5.large:linux"),
        Workload("batch", "c5.large", "use1-az3", "use1-az3:c5.large:linux"),
        Workload("store", "m6i.large", "use1-az2", None),
    ]  # fmt: skip


def mixed(one: History, other: History, tick: int) -> History:
    """The first one until a tick, the other one from then on."""
    at = one.at(tick)
    seen = {
        pool: tuple(s for s in one.sightings.get(pool, ()) if s.at < at) + tuple(s for s in other.sightings.get(pool, ()) if s.at >= at)
        for pool in {*one.sightings, *other.sightings}
    }  # fmt: skip
    notices = tuple(n for n in one.notices if n.at < at) + tuple(n for n in other.notices if n.at >= at)
    return replace(one, prices=np.vstack([one.prices[:tick], other.prices[tick:]]), sightings=seen, notices=notices)
