"""Task B: workers on recorded prices with drawn interruptions.

A pool dies as a whole, by a rate drawn from its type's Spot Advisor bucket, and is unavailable for Exp(45 min) after.
Losses are replaced in the same tick and ready one tick later; once an hour the policy may move workers. A move runs
both machines for one tick.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from core.replay.journal import Journal
from core.replay.prices import TICK_SECONDS, PriceMarket

ON_DEMAND_PRICE = 0.192  # USD per hour of m5.xlarge
ON_DEMAND_POOL = "on-demand"
OUTAGE_MINUTES = 45.0
TICKS_PER_MONTH = 30.4375 * 86400 / TICK_SECONDS
REVIEW = 12  # ticks
MOVES_PER_REPLICA_MONTH = 5.0


@dataclass(frozen=True)
class FleetTask:
    """``hazard`` times the advisor's rates; judged from ``first`` to ``last``; one run per seed."""

    workers: int = 10
    hazard: float = 20.0
    seeds: tuple[int, ...] = tuple(range(20))
    first: int = 0
    last: int | None = None


class FleetPolicy(Protocol):
    def order(self, now: float, prices: np.ndarray, held: dict[int, int]) -> list[int]: ...
    def failed(self, pool: int, now: float) -> None: ...
    def lost(self, workers: int) -> None: ...
    def move(self, now: float, prices: np.ndarray, held: dict[int, int]) -> tuple[int, int] | None: ...


@dataclass
class Outages:
    """When each pool is down: starts and ends in ticks, in order."""

    starts: list[list[int]]
    ends: list[list[int]]

    def down(self, pool: int, tick: int) -> bool:
        before = bisect_left(self.starts[pool], tick + 1) - 1
        return before >= 0 and tick < self.ends[pool][before]

    def next_start(self, pool: int, tick: int) -> int | None:
        after = bisect_left(self.starts[pool], tick)
        return self.starts[pool][after] if after < len(self.starts[pool]) else None


@dataclass
class Run:
    """One seed as it goes."""

    held: Counter = field(default_factory=Counter)
    on_demand: int = 0
    cost: float = 0.0
    lost: int = 0
    moves: int = 0
    worst: int = 0
    down_ticks: int = 0


def draw_outages(market: PriceMarket, task: FleetTask, last: int, seed: int) -> Outages:
    """Losses by chance, the same for every policy that is played with this seed."""
    rng = np.random.default_rng([seed, 20210302])
    starts, ends = [], []
    for monthly in market.monthly:
        chance = min(1.0, monthly * task.hazard / TICKS_PER_MONTH)
        begins, finishes, tick = [], [], task.first
        while True:
            tick += int(rng.geometric(chance))
            if tick >= last:
                break
            begins.append(tick)
            tick += max(1, round(rng.exponential(OUTAGE_MINUTES) * 60 / TICK_SECONDS))
            finishes.append(tick)
        starts.append(begins)
        ends.append(finishes)
    return Outages(starts, ends)


def play_seed(market: PriceMarket, task: FleetTask, policy: FleetPolicy, seed: int, journal: Journal) -> Run:
    """One run through the market; losses and hourly reviews are its events."""
    last = min(task.last or market.ticks, market.ticks)
    outages, run = draw_outages(market, task, last, seed), Run()
    game = _Game(market, task, policy, outages, run, journal, seed)
    tick = task.first
    game.fill(tick)
    while tick < last:
        upcoming = game.next_event(tick, last)
        run.cost += game.bill(tick, upcoming)
        tick = upcoming
        if tick < last:
            game.event(tick)
    return run


@dataclass
class _Game:
    market: PriceMarket
    task: FleetTask
    policy: FleetPolicy
    outages: Outages
    run: Run
    journal: Journal
    seed: int

    def next_event(self, tick: int, last: int) -> int:
        review = (tick // REVIEW + 1) * REVIEW
        losses = (self.outages.next_start(pool, tick + 1) for pool in self.run.held)
        return min(last, review, *(one for one in losses if one is not None)) if self.run.held else min(last, review)

    def bill(self, start: int, end: int) -> float:
        """USD from ``start`` to ``end``."""
        spot = sum(count * float(np.nansum(self.market.prices[start:end, pool])) for pool, count in self.run.held.items())
        return (spot + self.run.on_demand * ON_DEMAND_PRICE * (end - start)) * TICK_SECONDS / 3600

    def event(self, tick: int) -> None:
        now = tick * TICK_SECONDS / 3600
        gone = [pool for pool in self.run.held if self.outages.next_start(pool, tick) == tick]
        taken = sum(self.run.held.pop(pool) for pool in gone if self._lost(pool, tick, now))
        if taken:
            self.policy.lost(taken)
        self.run.lost += taken
        self.run.down_ticks += taken
        self.run.worst = max(self.run.worst, taken)
        if taken or self.run.on_demand:
            self.fill(tick)
        if tick % REVIEW == 0:
            self._review(tick, now)

    def _lost(self, pool: int, tick: int, now: float) -> bool:
        for _ in range(self.run.held[pool]):
            self._note(tick, "lost", pool, True, "the pool was reclaimed")
        self.policy.failed(pool, now)
        return True

    def fill(self, tick: int) -> None:
        """Replace what is missing: pools in the policy's order, On-Demand when none answers."""
        now, prices = tick * TICK_SECONDS / 3600, self.market.prices[tick]
        while self.run.held.total() < self.task.workers:
            if not any(self._launch(pool, tick, now, "replaces what is missing") for pool in self.policy.order(now, prices, dict(self.run.held))):
                break
        self._stand_in(tick, self.task.workers - self.run.held.total())

    def _stand_in(self, tick: int, missing: int) -> None:
        """On-Demand for what no pool answered to, and no longer."""
        for _ in range(missing - self.run.on_demand):
            self.journal.note(tick, "launch_on_demand", ON_DEMAND_POOL, True, "no pool answers", self.seed)
        for _ in range(self.run.on_demand - missing):
            self.journal.note(tick, "release", ON_DEMAND_POOL, True, "a pool answers again", self.seed)
        self.run.on_demand = missing

    def _launch(self, pool: int, tick: int, now: float, why: str) -> bool:
        up = not self.outages.down(pool, tick)
        self._note(tick, "launch_spot", pool, up, why)
        if up:
            self.run.held[pool] += 1
        else:
            self.policy.failed(pool, now)
        return up

    def _review(self, tick: int, now: float) -> None:
        """One move an hour at most, within the task's limit."""
        limit = MOVES_PER_REPLICA_MONTH * self.task.workers * (tick - self.task.first) / TICKS_PER_MONTH
        move = self.policy.move(now, self.market.prices[tick], dict(self.run.held)) if self.run.moves + 1 <= limit else None
        if move and self._launch(move[1], tick, now, "gains more than a move costs"):
            self._note(tick, "release", move[0], True, "a better pool took its place")
            self.run.held[move[0]] -= 1
            self.run.held += Counter()
            self.run.moves += 1
            self.run.cost += float(self.market.prices[tick, move[0]]) * TICK_SECONDS / 3600

    def _note(self, tick: int, op: str, pool: int, ok: bool, why: str) -> None:
        self.journal.note(tick, op, self.market.pools[pool], ok, why, self.seed)


def metrics(market: PriceMarket, task: FleetTask, runs: list[Run]) -> dict[str, float]:
    """Means over the seeds, with the standard error of the interruptions."""
    ticks = min(task.last or market.ticks, market.ticks) - task.first
    months, hours = ticks / TICKS_PER_MONTH * task.workers, ticks * TICK_SECONDS / 3600
    interruptions = [run.lost / months for run in runs]
    return {
        "cost_over_on_demand": round(float(np.mean([run.cost for run in runs])) / (hours * task.workers * ON_DEMAND_PRICE), 5),
        "interruptions_per_replica_month": round(float(np.mean(interruptions)), 4),
        "interruptions_standard_error": round(float(np.std(interruptions, ddof=1) / len(runs) ** 0.5), 4) if len(runs) > 1 else None,
        "downtime_minutes_per_replica_month": round(float(np.mean([run.down_ticks for run in runs])) * TICK_SECONDS / 60 / months, 3),
        "largest_share_lost_at_once": max(run.worst for run in runs) / task.workers,
        "mean_largest_share_lost_at_once": round(float(np.mean([run.worst for run in runs])) / task.workers, 4),
        "moves_per_replica_month": round(float(np.mean([run.moves for run in runs])) / months, 3),
        "judged_days": round(ticks * TICK_SECONDS / 86400, 3),
        "seeds": len(runs),
    }  # fmt: skip
