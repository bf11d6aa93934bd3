"""Task A: keep N replicas ready on recorded availability.

Within a tick: what stands in a pool that is down is lost; the policy sees its losses, acts, and sees the results of
its launches; ready replicas are counted. A launch is billed from its tick, a release ends the bill at once unless
the machine was launched in the same tick.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.domain.decision.serve import Terms
from core.replay.availability import DAY, Market
from core.replay.journal import Journal

SPOT, ON_DEMAND = 0.918, 3.06  # USD per hour of p3.2xlarge
TRIES, SETTLE = 12, 3
ON_DEMAND_POOL = "on-demand"


@dataclass(frozen=True)
class ServeTask:
    """What is asked: ``wanted`` replicas, machines that boot for ``boot_ticks``, judged from ``first`` to ``last``."""

    wanted: int = 4
    boot_ticks: int = 1
    first: int = 0
    last: int | None = None
    cold: bool = False
    spot_price: float = SPOT
    on_demand_price: float = ON_DEMAND

    def terms(self, market: Market) -> Terms:
        return Terms(
            self.wanted, market.pools, self.spot_price, self.on_demand_price, market.hours, self.boot_ticks * market.hours
        )  # fmt: skip


class Replica:
    """A machine of the replay; ``pool`` is None for On-Demand."""

    __slots__ = ("launched", "number", "pool", "ready")

    def __init__(self, number: int, pool: str | None, launched: int):
        self.number, self.pool, self.launched, self.ready = number, pool, launched, False


class Policy(Protocol):
    def act(self, now: float, lost: list[Replica], cloud: "RecordedCloud") -> None: ...


class RecordedCloud:
    """The cloud port of a replay: launches succeed where the market was up at that tick; nothing later can be seen."""

    def __init__(self, market: Market, boot_ticks: int):
        self.held: list[Replica] = []
        self.tries_left = TRIES
        self.journal = Journal()
        self._market, self._boot = market, boot_ticks
        self._index = {pool: number for number, pool in enumerate(market.pools)}
        self._tick, self._launched, self.failed = 0, 0, 0
        self.wasted: list[Replica] = []

    def begin(self, tick: int) -> list[Replica]:
        """A tick begins: what it takes away."""
        self._tick, self.tries_left, self.wasted, self.failed = tick, TRIES, [], 0
        down = {pool for pool, number in self._index.items() if not self._market.is_up(number, tick)}
        lost = [replica for replica in self.held if replica.pool in down]
        if lost:
            self.held = [replica for replica in self.held if replica not in lost]
        for replica in lost:
            self.journal.note(tick, "lost", replica.pool, True, "the pool was reclaimed", replica.number)
        for replica in self.held:
            replica.ready = tick - replica.launched >= self._boot
        return lost

    def launch_spot(self, pool: str, why: str) -> Replica | None:
        if self.tries_left < 1:
            return None
        self.tries_left -= 1
        if not self._market.is_up(self._index[pool], self._tick):
            self.failed += 1
            self.journal.note(self._tick, "launch_spot", pool, False, why)
            return None
        return self._start(pool, "launch_spot", why)

    def launch_on_demand(self, why: str) -> Replica:
        return self._start(None, "launch_on_demand", why)

    def release(self, replica: Replica, why: str) -> None:
        self.held.remove(replica)
        if replica.launched == self._tick:
            self.wasted.append(replica)
        self.journal.note(self._tick, "release", replica.pool or ON_DEMAND_POOL, True, why, replica.number)

    def _start(self, pool: str | None, op: str, why: str) -> Replica:
        replica = Replica(self._launched, pool, self._tick)
        self._launched += 1
        self.held.append(replica)
        self.journal.note(self._tick, op, pool or ON_DEMAND_POOL, True, why, replica.number)
        return replica


@dataclass
class Tally:
    """Sums over the judged ticks."""

    ticks: int = 0
    cost: float = 0.0
    missing: int = 0
    full: int = 0
    zero: int = 0
    lost: int = 0
    failed: int = 0

    def metrics(self, task: ServeTask, gap_seconds: float) -> dict[str, float]:
        days = self.ticks * gap_seconds / DAY
        replica_days = days * task.wanted
        return {
            "cost_over_on_demand": round(self.cost / (self.ticks * task.wanted * task.on_demand_price), 5),
            "availability_percent": round(100 * self.full / self.ticks, 3),
            "downtime_minutes_per_replica_day": round(self.missing * gap_seconds / 60 / replica_days, 3),
            "zero_ready_minutes_per_day": round(self.zero * gap_seconds / 60 / days, 3),
            "interruptions_per_replica_day": round(self.lost / replica_days, 3),
            "failed_launches": self.failed,
            "missing_replica_ticks": self.missing,
            "judged_days": round(days, 3),
        }


def play(market: Market, task: ServeTask, make: Callable[[Terms, Market], Policy], tell: Callable[[int, int], None] | None = None):
    """Run a policy through the market; its metrics and its journal. ``tell(tick, last)`` is called now and then."""
    cloud, last = RecordedCloud(market, task.boot_ticks), min(task.last or market.ticks, market.ticks)
    start = task.first if task.cold else 0
    policy, tally = make(task.terms(market), market), Tally()
    for tick in range(start, last):
        lost = cloud.begin(tick)
        policy.act(tick * market.hours, lost, cloud)
        if tick >= task.first + SETTLE:
            _count(tally, task, cloud, len(lost))
        if tell and tick % 1000 == 0:
            tell(tick, last)
    return tally.metrics(task, market.gap_seconds), cloud.journal


def _count(tally: Tally, task: ServeTask, cloud: RecordedCloud, lost: int) -> None:
    ready = sum(replica.ready for replica in cloud.held)
    tally.ticks += 1
    tally.cost += sum(task.spot_price if replica.pool else task.on_demand_price for replica in (*cloud.held, *cloud.wasted))
    tally.missing += max(0, task.wanted - ready)
    tally.full += ready >= task.wanted
    tally.zero += ready == 0
    tally.lost += lost
    tally.failed += cloud.failed

