"""A region as it was recorded: prices, what was seen of pools, notices; and what of it was known at a tick.

Whoever decides asks ``Market`` for a tick and gets nothing later than that. What nobody watched is no proof of calm:
there ``draw`` lets chance decide, by the Spot Advisor's rank of the type (K-40), the same for every policy of a seed.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from zlib import crc32

import numpy as np

from core.domain.decision.engine import Engine, Placement
from core.domain.decision.values import MONTHLY_BY_BUCKET, Offer
from core.domain.move import offer_of
from core.domain.pools import DANGER_MEMORY, LONG_AGO, POISON_MEMORY, Pool, holds
from core.domain.risk import DOWN, FADES, LOSSES, UP, Risk, Sighting, Table, stretches
from core.domain.risk_model import Model
from core.domain.risk_now import by_rule, by_trained, spoken, struck
from core.domain.sightings import LOOK_BACK, Seen

TICK_SECONDS = 300
TICKS_PER_MONTH = 30.4375 * 86400 / TICK_SECONDS
OUTAGE_TICKS = 9  # 45 minutes, where nobody saw a pool come back; the mean of what is drawn
PROMISED_LEAD = 120.0  # seconds from AWS's notice to the end, where no notice was recorded
SAME_LOSS = timedelta(minutes=15)  # siblings of a pool go together
UNRANKED = 2  # the Advisor's middle bucket


@dataclass(frozen=True)
class Told:
    """A notice as it came in: ``kind`` is rebalance or termination; ``lead_seconds`` lie between it and the end."""

    at: datetime
    pool_id: str
    kind: str
    lead_seconds: float = PROMISED_LEAD


@dataclass(frozen=True)
class History:
    """All that a replay rests on. ``prices[tick, pool]`` in USD per hour, NaN before the first; ticks of five minutes from ``start``.

    ``placement`` and ``engine`` are the client's and the installation's figures as they are set now.
    """

    region: str
    start: datetime
    pools: tuple[Pool, ...]
    prices: np.ndarray
    on_demand: Mapping[str, float]
    sightings: Mapping[str, Sequence[Sighting]] = field(default_factory=dict)
    notices: tuple[Told, ...] = ()
    trainings: tuple[tuple[datetime, Table, Model | None], ...] = ()
    ranks: Mapping[str, tuple[int, datetime]] = field(default_factory=dict)
    boot_seconds: float = 75.0
    handover_seconds: float = 3.0
    placement: Placement = Placement()
    engine: Engine = Engine()

    @property
    def ticks(self) -> int:
        return len(self.prices)

    def at(self, tick: int) -> datetime:
        return self.start + timedelta(seconds=TICK_SECONDS * tick)

    def tick(self, at: datetime) -> int:
        return int((at - self.start).total_seconds() // TICK_SECONDS)


@dataclass(frozen=True)
class Event:
    """Something that befalls a pool in a tick: ``rebalance`` or ``loss``; ``is_drawn`` where chance decided."""

    pool: int
    kind: str
    lead_seconds: float = PROMISED_LEAD
    is_drawn: bool = False


@dataclass(frozen=True)
class Fate:
    """What happens in one draw: events by tick, and which pools give no machine when."""

    events: Mapping[int, list[Event]]
    down: np.ndarray


class Market:
    """A history, ready for questions; shared by every policy and every draw."""

    def __init__(self, history: History):
        self.history = history
        self.index = {pool.pool_id: n for n, pool in enumerate(history.pools)}
        self._bill = np.vstack([np.zeros(len(history.pools)), np.cumsum(_filled(history.prices), axis=0)]) * TICK_SECONDS / 3600
        self._flags = {pool: _flags(history, pool) for pool in self.index}
        self._times = {pool: [s.at for s in told] for pool, told in history.sightings.items()}
        self._models = {pool.instance_type: pool for pool in reversed(history.pools)}
        self._known: dict[int, list[Pool]] = {}
        self._made: dict[tuple, Pool] = {}
        self._risks: dict[int, dict[str, Risk]] = {}
        self._cheapest: dict[str, np.ndarray] = {}

    def cost(self, pool: int, since: int, until: int) -> float:
        """USD of one machine over these ticks; before the first known price that one counts."""
        return float(self._bill[until, pool] - self._bill[since, pool])

    def unwatched(self, pool: int, since: int, until: int) -> int:
        """In how many of these ticks nobody would have noticed a loss of the pool."""
        return int(self._unseen[until, pool] - self._unseen[since, pool])

    def pools_at(self, tick: int, met: Mapping[str, tuple[datetime, datetime]]) -> list[Pool]:
        """The pools as they are known at the beginning of a tick; ``met`` is what a policy's own workloads saw besides."""
        if tick not in self._known:
            now, prices = self.history.at(tick), self.history.prices[max(0, tick - 1)].tolist()
            self._known[tick] = [self._as_known(pool, price, now) for pool, price in zip(self.history.pools, prices, strict=True)]
        known = self._known[tick]
        return [_met(pool, *met[pool.pool_id]) if pool.pool_id in met else pool for pool in known] if met else known

    def _as_known(self, pool: Pool, price: float, now: datetime) -> Pool:
        """With its price and its recorded flags; the same object as long as nothing changes."""
        at, dangers, poisons = self._flags[pool.pool_id]
        past = bisect_right(at, now)
        state = (price if price == price else None, dangers[past - 1] if past else LONG_AGO, poisons[past - 1] if past else LONG_AGO)
        made = self._made.setdefault((pool.pool_id, *state), pool)
        if made is pool:
            made = replace(pool, price=state[0], danger_until=state[1], poisoned_until=state[2])
            self._made[(pool.pool_id, *state)] = made
        return made

    def offers_at(self, tick: int, pools: list[Pool]) -> tuple[Offer, ...]:
        """The same pools as the chooser sees them, with their risk."""
        risks, now = self._risks_at(tick), self.history.at(tick)
        told = struck(risks, pools, self._learned(now)[0], now)
        ranks = self._ranks(now)
        return tuple(offer_of(pool, told[pool.pool_id].probability, bucket=ranks.get(pool.instance_type)) for pool in pools)

    def risk_at(self, tick: int, pool_id: str) -> float:
        told = self._risks_at(tick).get(pool_id)
        return told.probability if told else 0.0

    def _risks_at(self, tick: int) -> dict[str, Risk]:
        """P(lost within the hour) by pool, as production would have told it then: by the table and the model of that day."""
        if tick not in self._risks:
            now = self.history.at(tick)
            table, model = self._learned(now)
            seen = {pool: Seen.of(told, now) for pool, told in self._seen(now).items()}
            told = by_rule(self.history.pools, seen, table, self._ranks(now), now)
            self._risks[tick] = spoken(told, by_trained(model, told.keys(), seen, now), "the model") if model else told
        return self._risks[tick]

    def _seen(self, now: datetime) -> dict[str, Sequence[Sighting]]:
        spans = {pool: (bisect_right(at, now - LOOK_BACK), bisect_right(at, now)) for pool, at in self._times.items()}
        return {pool: self.history.sightings[pool][first:last] for pool, (first, last) in spans.items() if last > first}

    def _learned(self, now: datetime) -> tuple[Table, Model | None]:
        return next(((table, model) for at, table, model in reversed(self.history.trainings) if at <= now), (Table(), None))

    def _ranks(self, now: datetime) -> dict[str, int]:
        return {kind: bucket for kind, (bucket, day) in self.history.ranks.items() if day <= now}

    def cheapest(self, model: Pool) -> np.ndarray:
        """The lowest price of each tick among the pools that hold what ``model`` holds; NaN where none is known."""
        key = model.instance_type
        if key not in self._cheapest:
            self._cheapest[key] = np.nanmin(np.where(np.isnan(self.history.prices), np.inf, self.history.prices)[:, self.fitting(model)], axis=1)
        return self._cheapest[key]

    def model_of(self, instance_type: str) -> Pool:
        """A pool of this type: what a workload that runs on it must be replaced by at least."""
        return self._models[instance_type]

    def fitting(self, model: Pool) -> list[int]:
        return [n for n, pool in enumerate(self.history.pools) if holds(pool, model)]

    def draw(self, seed: int, hazard: float = 1.0) -> Fate:
        """What was recorded, and where nobody watched what chance makes of it. ``hazard`` times the Advisor's rates; 0: records alone."""
        events, down = {tick: list(told) for tick, told in self._recorded.items()}, self._down.copy()
        for n, pool in enumerate(self.history.pools):
            dice = np.random.default_rng([seed, crc32(pool.pool_id.encode())])
            for tick in self._losses(dice, n, pool, hazard):
                last = tick + max(1, round(dice.exponential(OUTAGE_TICKS)))
                down[tick:last, n] = True
                events.setdefault(tick, []).append(Event(n, "loss", is_drawn=True))
        return Fate(events, down)

    def _losses(self, dice: np.random.Generator, n: int, pool: Pool, hazard: float) -> list[int]:
        bucket = self.history.ranks.get(pool.instance_type, (UNRANKED, None))[0]
        chance = 1 - np.exp(-MONTHLY_BY_BUCKET[bucket] * hazard / TICKS_PER_MONTH)
        hit = dice.random(self.history.ticks) < chance
        return np.flatnonzero(hit & self.unseen[:, n]).tolist()

    @cached_property
    def unseen(self) -> np.ndarray:
        """Per tick and pool whether nobody would have noticed a loss."""
        seen, end = self._down.copy(), self.history.at(self.history.ticks)
        for pool, told in self.history.sightings.items():
            for one in stretches(told, end):
                seen[max(0, self.history.tick(one.began)) : max(0, self.history.tick(one.until)), self.index[pool]] = True
        return ~seen

    @cached_property
    def _unseen(self) -> np.ndarray:
        return np.vstack([np.zeros(len(self.history.pools), dtype=np.int64), np.cumsum(self.unseen, axis=0)])

    @cached_property
    def _down(self) -> np.ndarray:
        down = np.zeros(self.history.prices.shape, dtype=bool)
        for pool, told in self.history.sightings.items():
            for since, until in _outages(told):
                down[max(0, self.history.tick(since)) : max(0, self.history.tick(since) + 1, self.history.tick(until)), self.index[pool]] = True
        for at, pool, kind, _ in _happened(self.history):
            if kind == "loss":
                last = 1 if pool in self.history.sightings else OUTAGE_TICKS
                down[max(0, self.history.tick(at)) : max(0, self.history.tick(at) + last), self.index[pool]] = True
        return down

    @cached_property
    def _recorded(self) -> dict[int, list[Event]]:
        events: dict[int, list[Event]] = {}
        for at, pool, kind, lead in sorted(_happened(self.history)):
            if 0 <= self.history.tick(at) < self.history.ticks:
                events.setdefault(self.history.tick(at), []).append(Event(self.index[pool], kind, lead))
        return events


def _met(pool: Pool, danger: datetime, poison: datetime) -> Pool:
    return replace(pool, danger_until=max(danger, pool.danger_until), poisoned_until=max(poison, pool.poisoned_until))


def _filled(prices: np.ndarray) -> np.ndarray:
    """Before its first price a pool is billed by that one; without any it costs nothing and nobody can launch there."""
    known = ~np.isnan(prices)
    first = np.where(known.any(axis=0), prices[known.argmax(axis=0), np.arange(prices.shape[1])], 0.0)
    return np.where(known, prices, first)


def _flags(history: History, pool: str) -> tuple[list[datetime], list[datetime], list[datetime]]:
    """When something was told of a pool, and until when it was in danger and poisoned from then on."""
    told = [(one.at, one.kind == "termination") for one in history.notices if one.pool_id == pool]
    told += [(s.at, True) for s in history.sightings.get(pool, ()) if s.kind == "lost"]
    at, dangers, poisons = [], [], [LONG_AGO]
    for when, lost in sorted(told):
        at.append(when)
        dangers.append(when + DANGER_MEMORY)
        poisons.append(when + POISON_MEMORY if lost else poisons[-1])
    return at, dangers, poisons[1:]


def _happened(history: History) -> list[tuple[datetime, str, str, float]]:
    """Recommendations and losses of every pool; what was noticed and then seen is one loss."""
    told = [(one.at, one.pool_id, "rebalance", PROMISED_LEAD) for one in history.notices if one.kind == "rebalance"]
    for pool, seen in history.sightings.items():
        ends = [(n.at + timedelta(seconds=n.lead_seconds), n.lead_seconds) for n in history.notices if n.pool_id == pool and n.kind == "termination"]
        told += [(at, pool, "loss", lead) for at, lead in _merged(ends + [(at, PROMISED_LEAD) for at in _losses(seen)])]
    unseen = [n for n in history.notices if n.kind == "termination" and n.pool_id not in history.sightings]
    told += [(n.at + timedelta(seconds=n.lead_seconds), n.pool_id, "loss", n.lead_seconds) for n in unseen]
    known = {pool.pool_id for pool in history.pools}
    return [one for one in told if one[1] in known]


def _losses(seen: Sequence[Sighting]) -> list[datetime]:
    """When a pool was lost: ``unavailable`` is said again and again, and is a loss after it was up."""
    known = [s for s in seen if s.kind in UP | DOWN]
    after_up = [(s, n and known[n - 1].kind in UP) for n, s in enumerate(known)]
    return [s.at for s, was_up in after_up if s.kind in LOSSES and (was_up or s.kind == "lost")]


def _merged(losses: list[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    kept: list[tuple[datetime, float]] = []
    for at, lead in sorted(losses):
        if not kept or at - kept[-1][0] > SAME_LOSS:
            kept.append((at, lead))
    return kept


def _outages(seen: Sequence[Sighting]) -> list[tuple[datetime, datetime]]:
    """From each sighting without capacity to the next sighting, if that comes within a day; else for 45 minutes."""
    known, found = [s for s in seen if s.kind in UP | DOWN], []
    for n, s in enumerate(known):
        if s.kind in DOWN:
            until = known[n + 1].at if n + 1 < len(known) and known[n + 1].at - s.at <= FADES else s.at + timedelta(seconds=TICK_SECONDS * OUTAGE_TICKS)
            found.append((s.at, until))
    return found
