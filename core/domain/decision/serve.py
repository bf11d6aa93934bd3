"""Keep N replicas ready on spot pools that come and go: where to launch, when a spare or On-Demand pays.

One rule decides all: what a machine costs per hour against what its absence would cost. A ``Dial`` is the price of
absence; it says how lean or how hedged a fleet is. The same code keeps a real fleet and a replayed one: clock, market
and cloud are given to it, and it learns from nothing but its own launches and losses.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from core.domain.decision.memory import PoolMemory
from core.domain.decision.shortfall import Outlook, outlook, overall

LOWEST, HIGHEST = 1 / 16, 8.0
CANDIDATES, LEAVERS = 8, 4  # the calmest pools to go to and the riskiest to leave that are looked at
TICKS_BETWEEN_LOOKS = 4  # a quiet fleet is looked at every so many ticks
ROUNDING = 1e-9  # in On-Demand prices; what is left out of a look is worse by more than sums of floats can err


class Machine(Protocol):
    """A running replica; ``pool`` is None for On-Demand."""

    pool: str | None
    ready: bool


class Cloud(Protocol):
    """What a policy may see and do. A refused launch costs nothing; ``tries_left`` says how many more it may try now."""

    held: list[Machine]
    tries_left: int

    def launch_spot(self, pool: str, why: str) -> Machine | None: ...
    def launch_on_demand(self, why: str) -> Machine: ...
    def release(self, machine: Machine, why: str) -> None: ...


@dataclass(frozen=True)
class Terms:
    """What a fleet is promised and pays. Prices in USD per hour, times in hours."""

    wanted: int
    pools: tuple[str, ...]
    spot_price: float
    on_demand_price: float
    step: float
    boot: float

    def price(self, pool: str | None) -> float:
        """In On-Demand prices."""
        return 1.0 if pool is None else self.spot_price / self.on_demand_price


@dataclass(frozen=True)
class Dial:
    """What absence is worth, in On-Demand hours of one replica."""

    missing: float  # per replica-hour that is missing
    blackout: float  # per hour in which none is ready
    look_hours: float | None = 2.0  # how often a pool that refused is tried, to date its return
    budget: float | None = None  # cost over On-Demand that the average keeps to
    ledger_hours: float = 120.0  # how long money over or under the budget is remembered
    halves: float = 0.1  # days of the whole fleet's On-Demand cost over budget that halve what absence is worth
    patience: float = 0.25  # hours within which a change must earn its overlap


# Found on days 0-20 of public V100 availability (nine zones, 2023) and of eight GPU pools (2022).
DIALS = {
    "lean": Dial(missing=3.0, blackout=30.0, look_hours=None, budget=0.3015),
    "economy": Dial(missing=36.0, blackout=500.0, budget=0.328, ledger_hours=48.0, halves=0.05),
    "hedged": Dial(missing=45.0, blackout=1500.0, budget=0.382, ledger_hours=48.0, halves=0.05),
}


@dataclass(frozen=True)
class Stand:
    """Where the fleet stands: replicas per pool, and replicas that cannot be lost."""

    counts: dict[str, int]
    safe: int

    @classmethod
    def of(cls, machines: list[Machine]) -> "Stand":
        counts = dict(Counter(machine.pool for machine in machines))
        safe = counts.pop(None, 0)
        return cls(counts, safe)

    def plus(self, pool: str | None, change: int = 1) -> "Stand":
        if pool is None:
            return Stand(self.counts, self.safe + change)
        return Stand({**self.counts, pool: self.counts.get(pool, 0) + change}, self.safe)


class Keeper:
    """Keeps ``terms.wanted`` replicas by a dial."""

    def __init__(self, terms: Terms, dial: Dial, now: float = 0.0) -> None:
        self.terms, self.dial = terms, dial
        self.memory = PoolMemory(list(terms.pools), now, terms.step)
        self._weight, self._over = 1.0, 0.0
        self._looked = self._adjusted = now
        self._refused: set[str] = set()
        self._chances: dict[str, float] = {}
        self._known: dict[tuple, Outlook] = {}  # by stand, until a chance changes

    def act(self, now: float, lost: list[Machine], cloud: Cloud) -> None:
        """1 learn  2 replace what is missing  3 drop or add cover  4 ask pools that refused  5 keep the ledger."""
        self._learn(now, lost, cloud)
        self._fill(now, cloud)
        if self._worth_a_look(now, lost, cloud):
            self._adjusted = now
            self._drop_cover(cloud)
            self._add_cover(now, cloud)
        self._ask_the_refused(now, cloud)
        self._account(cloud)

    def _learn(self, now: float, lost: list[Machine], cloud: Cloud) -> None:
        gone = {machine.pool for machine in lost if machine.pool is not None}
        living = {machine.pool for machine in cloud.held if machine.pool is not None}
        self.memory.live(sorted(living - gone), sorted(gone), now)
        self._refused, self._known = set(), {}
        self._chances = {pool: self._dies(pool, now) for pool in self.terms.pools}

    def _dies(self, pool: str, now: float) -> float:
        """Chance that a pool is lost before a replacement could be ready: the dial scales with boot time."""
        expected = self.memory.per_hour(pool, now) * max(self.terms.step, self.terms.boot)
        return expected / (1 + expected)

    def _fill(self, now: float, cloud: Cloud) -> None:
        """Spot where the remaining risk is least, asked pool by pool; On-Demand when none answers."""
        while len(cloud.held) < self.terms.wanted:
            pool = self._best_pool(cloud) if cloud.tries_left > 0 else None
            if pool is None:
                cloud.launch_on_demand("no spot pool answers")
            else:
                self._try(pool, now, cloud, "replaces what is missing where the risk is least")

    def _best_pool(self, cloud: Cloud) -> str | None:
        stand = Stand.of(cloud.held)
        return min(self._askable(), key=lambda pool: (self._risk(stand.plus(pool)), self._chances[pool]), default=None)

    def _askable(self) -> list[str]:
        """The calmest pools that did not refuse in this step."""
        open_to = [pool for pool in self.terms.pools if pool not in self._refused]
        return sorted(open_to, key=self._chances.__getitem__)[:CANDIDATES]

    def _try(self, pool: str, now: float, cloud: Cloud, why: str) -> Machine | None:
        """Launch there; a refusal costs nothing and teaches."""
        machine = cloud.launch_spot(pool, why)
        if machine is None:
            self._refused.add(pool)
            self.memory.refused(pool, now)
        else:
            self.memory.saw_up(pool, now)
        self._chances[pool], self._known = self._dies(pool, now), {}
        return machine

    def _worth_a_look(self, now: float, lost: list[Machine], cloud: Cloud) -> bool:
        unusual = lost or len(cloud.held) > self.terms.wanted or any(machine.pool is None for machine in cloud.held)
        return bool(unusual) or now - self._adjusted >= TICKS_BETWEEN_LOOKS * self.terms.step

    def _drop_cover(self, cloud: Cloud) -> None:
        """Release machines, one by one, whose absence costs less than they do; never below what is promised."""
        while min(len(cloud.held), sum(machine.ready for machine in cloud.held)) > self.terms.wanted:
            stand, kinds = Stand.of(cloud.held), {machine.pool: machine for machine in cloud.held if machine.ready}
            here, best, leaver = self._ahead(stand), 0.0, None
            for pool, machine in kinds.items():
                if (saved := self._saved_without(stand, here, pool, best)) > best:
                    best, leaver = saved, machine
            if leaver is None:
                return
            cloud.release(leaver, "costs more than what it covers")

    def _saved_without(self, stand: Stand, here: Outlook, pool: str | None, floor: float) -> float:
        """What one machine less there saves per hour beyond what its absence would cost; not worked out where that is below ``floor``.

        It is missed at least where none could be spared and its pool lives.
        """
        price = self.terms.price(pool)
        if price - self._worth(here.tight - self._gone(pool), 0.0) < floor - ROUNDING:
            return floor
        return price - (self._risk(stand.plus(pool, -1)) - self._cost(here))

    def _add_cover(self, now: float, cloud: Cloud) -> None:
        """Launch a spare, or the successor of a worse machine, where that earns more than it costs."""
        for _ in range(3):
            stand, best, where = Stand.of(cloud.held), 0.0, None
            here = self._ahead(stand)
            leavers = self._leavers(stand) if len(cloud.held) <= self.terms.wanted else []
            for pool in (*(self._askable() if cloud.tries_left > 0 else ()), None):
                if (gain := self._gain(stand, here, pool, leavers, best)) > best:
                    best, where = gain, pool
            if best <= 0:
                return
            if where is None:
                cloud.launch_on_demand("no spot pool covers what could be lost")
            else:
                self._try(where, now, cloud, "covers what could be lost")

    def _gain(self, stand: Stand, here: Outlook, pool: str | None, leavers: list[str | None], floor: float) -> float:
        """What one more machine there earns per hour beyond its price, as a spare or in place of one of ``leavers``.

        What cannot earn more than ``floor`` is not worked out. A spare helps only where a machine is missing. A swap
        without any spare saves as many machines as its pools differ in their chance to die, and at most the blackout.
        """
        price, best = self.terms.price(pool), floor
        toll = price * self.terms.step / self.dial.patience
        if self._worth(here.short, here.blackout) - price - toll > best - ROUNDING:
            best = max(best, self._cost(here) - self._risk(stand.plus(pool)) - price - toll)
        for old in leavers:
            most = self._worth(self._gone(old) - self._gone(pool), here.blackout) - price - toll + self.terms.price(old)
            if old != pool and most > best - ROUNDING:
                best = max(best, self._cost(here) - self._risk(stand.plus(pool).plus(old, -1)) - price - toll + self.terms.price(old))
        return best

    def _gone(self, pool: str | None) -> float:
        """The chance that a machine there is lost."""
        return overall(self._chances[pool]) if pool else 0.0

    def _leavers(self, stand: Stand) -> list[str | None]:
        """Where the machines stand that a new one may replace."""
        return [*self._riskiest(stand), *([None] if stand.safe else [])]

    def _riskiest(self, stand: Stand) -> list[str]:
        held = [pool for pool, count in stand.counts.items() if count]
        return sorted(held, key=self._chances.__getitem__, reverse=True)[:LEAVERS]

    def _ask_the_refused(self, now: float, cloud: Cloud) -> None:
        """An answer dates a pool's return; the machine is not needed and goes at once."""
        if self.dial.look_hours is None or now - self._looked < self.dial.look_hours:
            return
        self._looked = now
        for pool in self.memory.refusing():
            if pool not in self._refused and cloud.tries_left > 0:
                machine = self._try(pool, now, cloud, "asks whether the pool is back")
                if machine:
                    cloud.release(machine, "the pool is back; nothing is needed there")

    def _risk(self, stand: Stand) -> float:
        """What the next losses would cost, in On-Demand hours per hour."""
        return self._cost(self._ahead(stand))

    def _cost(self, ahead: Outlook) -> float:
        return self._worth(ahead.missing, ahead.blackout)

    def _worth(self, missing: float, blackout: float) -> float:
        """Of so many replicas missing, and of so much of a chance that none is left."""
        return self._weight * (self.dial.missing * missing + self.dial.blackout * blackout)

    def _ahead(self, stand: Stand) -> Outlook:
        """What the next losses leave of a stand; worked out once until a chance changes."""
        key = (stand.safe, *stand.counts.items())
        if key not in self._known:
            pools = [(count, self._chances[pool]) for pool, count in stand.counts.items() if count]
            self._known[key] = outlook(self.terms.wanted, stand.safe, pools)
        return self._known[key]

    def _account(self, cloud: Cloud) -> None:
        """Keep the average to the budget: above it absence is worth less, below it more."""
        if self.dial.budget is None:
            return
        rate = sum(self.terms.price(machine.pool) for machine in cloud.held) / self.terms.wanted
        self._over += (rate - self.dial.budget) * self.terms.step / 24 - self._over * self.terms.step / self.dial.ledger_hours
        self._weight = min(HIGHEST, max(LOWEST, 2.0 ** (-self._over / self.dial.halves)))
