"""The policies of task B: ours, and what others do."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from core.domain.decision.spread import AVOID_HOURS, SpreadDial, Spreader
from core.replay.fleet import ON_DEMAND_PRICE, FleetTask, metrics, play_seed
from core.replay.fleet_check import check
from core.replay.journal import Journal
from core.replay.prices import PriceMarket, read_markets

__all__ = ["TASK_B", "check", "play", "read_markets"]


class Ranking:
    """Pools in the order of a key; stays where it is. ``cap``: workers per pool, None: all."""

    def __init__(self, key: Callable[[np.ndarray, np.ndarray], np.ndarray], monthly: np.ndarray, cap: int | None = None):
        self._key, self._monthly, self._cap = key, monthly, cap
        self._avoid: dict[int, float] = {}

    def order(self, now: float, prices: np.ndarray, held: dict[int, int]) -> list[int]:
        points = np.where(np.isnan(prices), np.inf, self._key(prices, self._monthly))
        open_to = [pool for pool in np.argsort(points, kind="stable") if np.isfinite(points[pool])]
        return [int(pool) for pool in open_to if self._avoid.get(pool, -1) <= now and (self._cap is None or held.get(pool, 0) < self._cap)]

    def failed(self, pool: int, now: float) -> None:
        self._avoid[pool] = now + AVOID_HOURS / 3

    def lost(self, workers: int) -> None:
        """Learns nothing."""

    def move(self, now: float, prices: np.ndarray, held: dict[int, int]) -> None:
        """Never."""


def by_price(prices: np.ndarray, monthly: np.ndarray) -> np.ndarray:
    return prices


def by_bucket(prices: np.ndarray, monthly: np.ndarray) -> np.ndarray:
    return monthly * 100 + prices


def by_capacity_then_price(prices: np.ndarray, monthly: np.ndarray) -> np.ndarray:
    """price-capacity-optimized, approximated: price, with each bucket a tenth of On-Demand dearer."""
    return prices + ON_DEMAND_PRICE * 0.1 * np.searchsorted(np.unique(monthly), monthly)


TASK_B = {
    "balanced": lambda workers, monthly: Spreader(workers, monthly, ON_DEMAND_PRICE, SpreadDial()),
    "cheapest-stay": lambda workers, monthly: Ranking(by_price, monthly),
    "lowest-bucket": lambda workers, monthly: Ranking(by_bucket, monthly),
    "diversified": lambda workers, monthly: Ranking(by_price, monthly, cap=1),
    "pco": lambda workers, monthly: Ranking(by_capacity_then_price, monthly, cap=2),
}


def play(market: PriceMarket, name: str, make: Callable, options: dict, tell: Callable[[int, int], None] | None) -> tuple[dict, Journal]:
    """Every seed of a policy; the report and the log, in which ``machine`` is the seed."""
    last = market.ticks if options["to_day"] is None else market.tick_of_day(options["to_day"])
    seeds = tuple(range(options["seed"], options["seed"] + options["seeds"]))
    task = FleetTask(options["wanted"] or 10, options["hazard"], seeds, market.tick_of_day(options["from_day"]), last)
    journal, runs = Journal(), []
    for number, seed in enumerate(seeds):
        runs.append(play_seed(market, task, make(task.workers, market.monthly), seed, journal))
        if tell:
            tell(number + 1, len(seeds))
    return {"task": "B", "policy": name, "market": market.name, "terms": asdict(task), "metrics": metrics(market, task, runs)}, journal
