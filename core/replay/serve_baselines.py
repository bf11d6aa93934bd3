"""What others do in task A, for comparison: simple rules, SpotHedge (EuroSys'25), a learned risk, and hindsight."""

from core.domain.decision.serve import Terms
from core.replay.availability import Market
from core.replay.serve import RecordedCloud, Replica


class OnDemandOnly:
    """N On-Demand replicas, always."""

    def __init__(self, terms: Terms, market: Market):
        self.wanted = terms.wanted

    def act(self, now: float, lost: list[Replica], cloud: RecordedCloud) -> None:
        while len(cloud.held) < self.wanted:
            cloud.launch_on_demand("always On-Demand")


class InOneZone:
    """All replicas in one zone; where it has none, On-Demand until the zone answers again."""

    def __init__(self, terms: Terms, market: Market):
        self.wanted, self.zone = terms.wanted, terms.pools[0]

    def act(self, now: float, lost: list[Replica], cloud: RecordedCloud) -> None:
        self.move(cloud, bool(lost))
        fill(cloud, self.wanted, [self.zone])

    def move(self, cloud: RecordedCloud, lost: bool) -> None:
        """Stay."""


class RoundRobin(InOneZone):
    """All in one zone; after a loss or a refusal the next zone of the list is asked."""

    def __init__(self, terms: Terms, market: Market):
        super().__init__(terms, market)
        self.order = list(terms.pools)

    def act(self, now: float, lost: list[Replica], cloud: RecordedCloud) -> None:
        if lost:
            self.order = self.order[1:] + self.order[:1]
        fill(cloud, self.wanted, self.order)


class StaticRank(RoundRobin):
    """Zones in the order of their interruptions over the whole recording (hindsight, in the baseline's favour)."""

    def __init__(self, terms: Terms, market: Market):
        super().__init__(terms, market)
        rates = {pool: loss_rate(up) for pool, up in zip(market.pools, market.up, strict=True)}
        self.order = sorted(terms.pools, key=rates.__getitem__)

    def act(self, now: float, lost: list[Replica], cloud: RecordedCloud) -> None:
        fill(cloud, self.wanted, self.order)


class SpotHedge:
    """SpotHedge: one more than wanted, spread over zones; zones that took a machine are avoided until others run out;
    On-Demand stands in while ready spot is short."""

    def __init__(self, terms: Terms, market: Market):
        self.wanted, self.zones = terms.wanted, list(terms.pools)
        self.active, self.avoided = list(terms.pools), []

    def act(self, now: float, lost: list[Replica], cloud: RecordedCloud) -> None:
        for zone in dict.fromkeys(replica.pool for replica in lost):
            self._avoid(zone)
        while sum(1 for replica in cloud.held if replica.pool) < self.wanted + 1 and cloud.tries_left:
            zone = self._next(cloud)
            if not cloud.launch_spot(zone, "one more than wanted, spread over zones"):
                self._avoid(zone)
            elif zone in self.avoided:
                self.avoided.remove(zone)
                self.active.append(zone)
        stand_in(cloud, self.wanted)

    def _avoid(self, zone: str) -> None:
        if zone in self.active:
            self.active.remove(zone)
            self.avoided.append(zone)
        if len(self.active) < 2:
            self.active, self.avoided = self.active + self.avoided, []

    def _next(self, cloud: RecordedCloud) -> str:
        used = [replica.pool for replica in cloud.held]
        return min(self.active, key=lambda zone: (used.count(zone), self.active.index(zone)))


class Omniscient:
    """Knows the future: sits in the zone that stays longest and leaves before it goes."""

    def __init__(self, terms: Terms, market: Market):
        self.wanted, self.market, self.boot = terms.wanted, market, max(1, round(terms.boot / terms.step))
        self.ends = {pool: run_ends(up) for pool, up in zip(market.pools, market.up, strict=True)}
        self.tick = -1

    def act(self, now: float, lost: list[Replica], cloud: RecordedCloud) -> None:
        self.tick = round(now / self.market.hours)
        for replica in [replica for replica in cloud.held if replica.pool and self._end(replica) <= self.tick + 1]:
            cloud.release(replica, "it would be lost now")
        best = max(self.market.pools, key=lambda pool: self.ends[pool][self.tick])
        while self._stays(best) and sum(self._stays(replica.pool) for replica in cloud.held if replica.pool) < self.wanted:
            cloud.launch_spot(best, "this zone stays longest")
        while sum(self._stays(replica.pool) for replica in cloud.held) < self.wanted:
            cloud.launch_on_demand("no zone stays long enough")
        self._drop_on_demand(cloud)

    def _stays(self, pool: str | None) -> bool:
        """It stands at least until a successor launched at the next tick would be ready."""
        return pool is None or self.ends[pool][self.tick] > self.tick + self.boot + 1

    def _end(self, replica: Replica) -> int:
        return self.ends[replica.pool][self.tick]

    def _drop_on_demand(self, cloud: RecordedCloud) -> None:
        spare = sum(replica.ready for replica in cloud.held) - self.wanted
        for replica in [replica for replica in cloud.held if replica.pool is None][: max(0, spare)]:
            cloud.release(replica, "spot is ready")


def stand_in(cloud: RecordedCloud, wanted: int) -> None:
    """On-Demand while ready spot is short of one more than wanted."""
    ready = sum(1 for replica in cloud.held if replica.pool and replica.ready)
    stand_ins = [replica for replica in cloud.held if not replica.pool]
    short = min(wanted, wanted + 1 - ready) if ready < wanted else 0
    for _ in range(short - len(stand_ins)):
        cloud.launch_on_demand("ready spot is short")
    for replica in stand_ins[short:]:
        cloud.release(replica, "spot is ready again")


def fill(cloud: RecordedCloud, wanted: int, order: list[str]) -> None:
    """Spot in the first zone that answers, else On-Demand; On-Demand goes when spot is ready in its place."""
    answering = list(order)
    while sum(1 for replica in cloud.held if replica.pool) < wanted and answering and cloud.tries_left:
        if not cloud.launch_spot(answering[0], "the first zone that answers"):
            answering.pop(0)
    while len(cloud.held) < wanted:
        cloud.launch_on_demand("no zone answers")
    ready = sum(1 for replica in cloud.held if replica.pool and replica.ready)
    for replica in [replica for replica in cloud.held if not replica.pool][: max(0, ready + sum(1 for r in cloud.held if not r.pool) - wanted)]:
        cloud.release(replica, "spot is ready again")


def loss_rate(up: bytes) -> float:
    """Losses per tick of availability."""
    return up.count(b"\x01\x00") / max(1, up.count(1))


def run_ends(up: bytes) -> list[int]:
    """For each tick the first tick at which the pool is down (the tick itself where it is down)."""
    ends, end = [0] * len(up), len(up)
    for tick in range(len(up) - 1, -1, -1):
        end = end if up[tick] else tick
        ends[tick] = end
    return ends
