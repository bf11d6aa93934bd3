"""One's own history played again: the rules of production decide for one's own workloads on the recorded region.

Whether a workload moves for money say ``select_best_instance`` and ``switch.refuse``, what a notice is answered with is
``response.decide``, and where a machine is launched ``pools.emergency_candidates``: the code of the server. Ticks of five
minutes; a machine is billed for every tick it began. Decisions know the price of the tick before.
"""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.decision import select_best_instance
from core.domain.decision.values import Inputs, Offer
from core.domain.lifecycle import Role
from core.domain.move import Move, Place, move_of, present_of, wish_of
from core.domain.pools import DANGER_MEMORY, LONG_AGO, POISON_MEMORY, Candidate, Need, Pool, emergency_candidates
from core.domain.response import Action, decide
from core.domain.switch import Order, refuse
from core.domain.waits import USUAL
from core.replay.actions import ActionLog
from core.replay.history import TICK_SECONDS, Event, Fate, Market
from core.replay.workloads import Life, Machine, OwnPolicy, Workload, cheapest_first, seconds

REVIEW_TICKS = 12  # every workload is compared with its market once an hour
NEXT_POOL_SECONDS = 2.0  # from a refusal to the next try
BUDGET_SECONDS = 60.0  # of unplanned downtime a month; planned moves pause near it


@dataclass(frozen=True)
class Span:
    """The ticks that are played: from ``first`` up to, not including, ``last``."""

    first: int
    last: int


def play(market: Market, fate: Fate, workloads: list[Workload], policy: OwnPolicy, span: Span, log: ActionLog, *,
         skip: bool = True, tell: Callable[[int], None] | None = None) -> list[Life]:  # fmt: skip
    """Every workload's life under a policy in one draw. ``skip``: leave reviews out that can only end in staying."""
    game = Game(market, fate, policy, log, skip)
    lives = [game.begin(policy.applied(one), span.first) for one in workloads]
    for tick in range(span.first, span.last):
        if not game.is_quiet(tick, lives):
            game.tick(tick, lives)
        if tell and tick % 2000 == 0:
            tell(tick)
    for life in lives:
        game.settle(life, span.last)
    return lives


class Game:
    """One draw under one policy."""

    def __init__(self, market: Market, fate: Fate, policy: OwnPolicy, log: ActionLog, skip: bool):
        self.market, self.fate, self.policy, self.log, self.skip = market, fate, policy, log, skip
        self.met: dict[str, tuple[datetime, datetime]] = {}
        self.unplanned: Counter = Counter()
        self._launched = 0
        self._appointments: set[int] = set()
        self._seen: tuple[int, list[Pool], tuple[Offer, ...]] = (-1, [], ())

    def begin(self, workload: Workload, tick: int) -> Life:
        life = Life(workload, None)
        candidate = _start_of(workload, self.market)
        life.primary = self._start(life, candidate, tick, "where it stood when the replay begins")
        return life

    def tick(self, tick: int, lives: list[Life]) -> None:
        """1 end what is due  2 what AWS announces and takes  3 look again for who has no machine  4 review."""
        for life in lives:
            self._due(life, tick)
        for event in self.fate.events.get(tick, ()):
            for life in lives:
                self._befall(life, event, tick)
        for life in lives:
            if life.primary is None:
                self._again(life, tick)
        if tick % REVIEW_TICKS == 0:
            self._review_all(tick, lives)

    def is_quiet(self, tick: int, lives: list[Life]) -> bool:
        """Whether nothing at all happens in a tick."""
        return tick % REVIEW_TICKS > 0 and tick not in self.fate.events and tick not in self._appointments and all(life.primary for life in lives)

    # --- what ends by itself

    def _due(self, life: Life, tick: int) -> None:
        for until, machine in [one for one in life.zombies if one[0] <= tick]:
            life.zombies.remove((until, machine))
            self._end(life, machine, tick, "release", "its successor serves and its wait is over", "zombie_usd")
        if life.warned_at and life.warned_at + USUAL.warning_life <= self.market.history.at(tick):
            life.warned_at = None
            if life.standby:
                self._end(life, life.standby, tick, "release", "the warning came to nothing", "replica_usd")
                life.standby = None

    def settle(self, life: Life, tick: int) -> None:
        """The replay is over: every bill is paid up to now."""
        for machine, kind in [(life.primary, "primary_usd"), (life.standby, "replica_usd"), *((one, "zombie_usd") for _, one in life.zombies)]:
            if machine:
                self._pay(life, machine, tick, kind)
                self.log.note(tick, "release", machine.pool_id, True, "the replay ends here", machine.number, life)

    # --- what AWS does

    def _befall(self, life: Life, event: Event, tick: int) -> None:
        here = life.primary and life.primary.pool == event.pool
        if event.kind == "rebalance":
            if here:
                life.warned_at = self.market.history.at(tick)
                self._appointments.add(tick + math.ceil(USUAL.warning_life.total_seconds() / TICK_SECONDS))
                self._answer_risk(life, tick)
            return
        self._lose_zombies(life, event.pool, tick)
        if life.standby and life.standby.pool == event.pool:
            self._end(life, life.standby, tick, "lost", "the pool was reclaimed", "replica_usd")
            life.standby = None
            if not here and life.warned_at:
                self._answer_risk(life, tick)
        if here:
            self._carry_over(life, event, tick)

    def _lose_zombies(self, life: Life, pool: int, tick: int) -> None:
        for until, machine in [one for one in life.zombies if one[1].pool == pool]:
            life.zombies.remove((until, machine))
            self._end(life, machine, tick, "lost", "the pool was reclaimed", "zombie_usd")

    def _answer_risk(self, life: Life, tick: int) -> None:
        """A recommendation to move: production decides whether a replica is launched, or takes over at once."""
        now = self.market.history.at(tick)
        told = decide(life.situation(1, now, self._launched_at(life.primary), self._is_flagged(life.standby, now)), now)
        if told.action is Action.PREPARE_REPLICA:
            life.standby = self._launch(life, tick, told.reason, now)
            life.orders.append(now)
            life.add(replicas=1)
        elif told.action is Action.PROMOTE:
            self._promote(life, tick)
            life.last_failover = now

    def _carry_over(self, life: Life, event: Event, tick: int) -> None:
        """The machine goes: whoever stands by takes over, else a machine is launched when the notice comes."""
        now = self.market.history.at(tick)
        told = decide(life.situation(2, now, self._launched_at(life.primary), self._is_flagged(life.standby, now)), now)
        life.add(interruptions=1, drawn_interruptions=int(event.is_drawn))
        lost, ready_after = life.primary, 0.0
        self._meet(lost.pool_id, now)
        if told.action is Action.LAUNCH:
            life.standby = self._launch(life, tick, told.reason, now)
        if life.standby:
            ready_after = max(0.0, (life.standby.ready_at - now).total_seconds() - event.lead_seconds)
        self._end(life, lost, tick, "lost", told.reason, "primary_usd")
        life.primary, life.standby = life.standby, None
        life.warned_at, life.last_failover = None, now
        if life.primary:
            self._pay(life, life.primary, tick, "replica_usd")
            self._away(life, tick, ready_after + self.market.history.handover_seconds)

    def _again(self, life: Life, tick: int) -> None:
        """Nobody gave a machine: asked again every tick."""
        life.primary = self._launch(life, tick, "No pool gave a machine; asked again", self.market.history.at(tick), life.workload)
        self._away(life, tick, TICK_SECONDS if life.primary is None else self.market.history.boot_seconds)

    def _away(self, life: Life, tick: int, down: float) -> None:
        life.add(unplanned_seconds=down)
        at = self.market.history.at(tick)
        self.unplanned[at.year, at.month] += down

    def _meet(self, pool_id: str, now: datetime) -> None:
        self.met[pool_id] = (now + DANGER_MEMORY, now + POISON_MEMORY)
        self._seen = (-1, [], ())

    def _known(self, tick: int) -> tuple[list[Pool], tuple[Offer, ...]]:
        """The region as these workloads know it at a tick."""
        if self._seen[0] != tick:
            pools = self.market.pools_at(tick, self.met)
            self._seen = (tick, pools, self.market.offers_at(tick, pools))
        return self._seen[1:]

    # --- moves for money

    def _review_all(self, tick: int, lives: list[Life]) -> None:
        """The riskiest first, as the planner goes through them; each knows where those before it went."""
        due = [life for life in lives if life.primary and life.workload.kinds and not life.standby and not (self.skip and self._cannot_gain(life, tick))]
        if not due:
            return
        stands, answers = Counter(one.primary.pool_id for one in lives if one.primary and one.primary.pool is not None), {}
        for life in sorted(due, key=lambda life: -self.market.risk_at(tick, life.primary.pool_id) if life.primary.pool is not None else 0.0):
            before = life.primary
            self._review(life, tick, stands, len(lives), answers)
            if life.primary is not before:
                stands += Counter([life.primary.pool_id])
                stands -= Counter([before.pool_id] if before.pool is not None else [])
                answers.clear()

    def _review(self, life: Life, tick: int, stands: Counter, count: int, answers: dict) -> None:
        """Workloads that stand alike are answered alike until one of them moves."""
        now, key = self.market.history.at(tick), self._state(life, self.market.history.at(tick)) if self.skip else id(life)
        if key not in answers:
            answers[key] = self._answer(life, tick, now, stands, count)
        place, move = answers[key]
        if move and move.kind in life.workload.kinds and not self._refuses(life, place, move, tick, now):
            self._move(life, move, tick, now)

    def _state(self, life: Life, now: datetime) -> tuple:
        """All of a workload that an answer depends on; waits that are over do not count."""
        here, moves = life.primary, life.workload.moves
        since = here.launched if here.pool is None else None
        waits = _younger(life.last_move, moves.cooldown_seconds, now), _younger(life.last_failover, USUAL.repeat_block.total_seconds(), now)
        return here.pool_id, here.pool, here.instance_type, moves, since, *waits

    def _answer(self, life: Life, tick: int, now: datetime, stands: Counter, count: int) -> tuple[Place, Move | None]:
        pools, offers = self._known(tick)
        known = {pool.pool_id: pool for pool in pools}
        primary = life.primary.as_instance(Role.PRIMARY, self._launched_at(life.primary))
        here, on_demand = known.get(primary.pool_id), self.market.history.on_demand.get(primary.instance_type)
        place = Place(primary, here, self._price(life.primary, here), on_demand)
        others = stands - Counter([primary.pool_id] if life.primary.pool is not None else [])
        inputs = self._inputs(life, place, offers, now, dict(others), count)
        return place, move_of(select_best_instance(inputs), inputs, known)

    def _refuses(self, life: Life, place: Place, move: Move, tick: int, now: datetime) -> bool:
        """What somebody approves overrides auto-switch and the budget, as the server has it."""
        return refuse(self._order(life, place, move.target, tick), now, forced=move.kind not in life.workload.auto) is not None

    def _inputs(self, life: Life, place: Place, offers: tuple[Offer, ...], now: datetime, taken: dict[str, int], count: int) -> Inputs:
        """The same that the planner looks at (core/moves/surroundings.py)."""
        engine, spread = self.market.history.engine, self.policy.spread(self.market.history.placement)
        wish = wish_of(self.market.model_of(life.primary.instance_type), place.on_demand)
        return Inputs(
            replace(wish, allow=spread.allow, deny=spread.deny), offers, present_of(place, life.last_move, life.last_failover), now,
            taken=taken, cap=spread.cap(count), weights=spread.weights(engine), policy=life.workload.moves, gates=engine.gates,
            price_increase_pct=spread.price_increase_pct, repeat_block_seconds=int(USUAL.repeat_block.total_seconds()),
        )  # fmt: skip

    def _cannot_gain(self, life: Life, tick: int) -> bool:
        """No pool at all is so much cheaper that the chooser could call a move worth it."""
        if tick == 0:
            return False
        pool = life.primary.pool
        price = self._price(life.primary, None) if pool is None else float(self.market.history.prices[tick - 1, pool])
        least = self.market.cheapest(self.market.model_of(life.primary.instance_type))[tick - 1]
        return price is not None and bool(100 * (price - least) / price < life.workload.moves.min_saving_pct - 1e-6)

    def _price(self, machine: Machine, here: Pool | None) -> float | None:
        return self.market.history.on_demand.get(machine.instance_type) if machine.pool is None else here and here.price

    def _order(self, life: Life, place: Place, target: Pool, tick: int) -> Order:
        at = self.market.history.at(tick)
        return Order(
            agent=life.agent(), config=life.workload.config, primary=place.primary, present=place.pool, target=target,
            on_demand_price=place.on_demand, is_ice=False, open_incidents=int(life.warned_at is not None), live_switches=0,
            budget_used=self.unplanned[at.year, at.month] / BUDGET_SECONDS,
        )  # fmt: skip

    def _move(self, life: Life, move: Move, tick: int, now: datetime) -> None:
        """A new machine, then a handover, then the old one's wait."""
        target = Candidate(move.target.pool_id, move.target.az_id, move.target.instance_type, "spot", move.target.price, move.sentence)
        life.last_move = now
        if self._is_down(target, tick):
            self._refused(life, target, tick, move.sentence)
            return
        life.standby = self._start(life, target, tick, move.sentence)
        life.add(moves=1)
        self._promote(life, tick)

    def _promote(self, life: Life, tick: int) -> None:
        """The standby takes over from a machine that still runs."""
        wait = math.ceil(life.workload.config.terminate_wait_seconds / TICK_SECONDS)
        self._pay(life, life.primary, tick, "primary_usd")
        self._pay(life, life.standby, tick, "replica_usd")
        life.zombies.append((tick + 1 + wait, life.primary))
        self._appointments.add(tick + 1 + wait)
        life.primary, life.standby = life.standby, None
        life.add(planned_seconds=self.market.history.handover_seconds)

    # --- machines

    def _launch(self, life: Life, tick: int, why: str, now: datetime, workload: Workload | None = None) -> Machine | None:
        """In the first place that gives one, in production's order; None when none does."""
        for tries, candidate in enumerate(self._places(life, tick, now, workload)):
            if self._is_down(candidate, tick):
                self._refused(life, candidate, tick, why)
                continue
            machine = self._start(life, candidate, tick, f"{why}: {candidate.instance_type} in {candidate.az_id} ({candidate.lifecycle}, {candidate.why})")
            machine.ready_at = now + seconds(self.market.history.boot_seconds + NEXT_POOL_SECONDS * tries)
            return machine
        return None

    def _places(self, life: Life, tick: int, now: datetime, workload: Workload | None) -> list[Candidate]:
        lost, config = life.primary, life.workload.config
        kind, az_id, pool_id = (lost.instance_type, lost.az_id, lost.pool_id) if lost else (workload.instance_type, workload.az_id, workload.pool_id or "")
        need = Need(pool_id, az_id, kind, self.market.history.on_demand.get(kind), bool(config.on_demand_fallback))
        found = emergency_candidates(need, self._known(tick)[0], set(), now)
        return cheapest_first(found) if self.policy.by_price else found

    def _is_down(self, candidate: Candidate, tick: int) -> bool:
        return candidate.lifecycle == "spot" and bool(self.fate.down[tick, self.market.index[candidate.pool_id]])

    def _refused(self, life: Life, candidate: Candidate, tick: int, why: str) -> None:
        life.add(refused_launches=1)
        self.log.note(tick, "launch_spot", candidate.pool_id, False, why, None, life)

    def _start(self, life: Life, candidate: Candidate, tick: int, why: str) -> Machine:
        is_spot = candidate.lifecycle == "spot"
        pool = self.market.index[candidate.pool_id] if is_spot else None
        machine = Machine(self._launched, self.market.history.region, candidate.instance_type, candidate.az_id, candidate.pool_id, pool, tick, tick)
        machine.ready_at = self.market.history.at(tick)
        self._launched += 1
        self.log.note(tick, "launch_spot" if is_spot else "launch_on_demand", candidate.pool_id, True, why, machine.number, life)
        return machine

    def _end(self, life: Life, machine: Machine, tick: int, op: str, why: str, kind: str) -> None:
        self._pay(life, machine, max(tick, machine.launched + (op == "release")), kind)
        self.log.note(tick, op, machine.pool_id, True, why, machine.number, life)

    def _pay(self, life: Life, machine: Machine, until: int, kind: str) -> None:
        """Everything since the last payment, booked as ``kind``."""
        since, machine.paid = machine.paid, max(until, machine.paid)
        until = min(machine.paid, self.market.history.ticks)
        if machine.pool is None:
            usd = self.market.history.on_demand.get(machine.instance_type, 0.0) * (until - since) * TICK_SECONDS / 3600
            life.add(on_demand_ticks=until - since)
        else:
            usd = self.market.cost(machine.pool, since, until)
            life.add(spot_ticks=until - since, unwatched_ticks=self.market.unwatched(machine.pool, since, until))
        life.add(**{kind: usd})

    def _launched_at(self, machine: Machine) -> datetime:
        return self.market.history.at(machine.launched)

    def _is_flagged(self, machine: Machine | None, now: datetime) -> bool:
        return machine is not None and self.met.get(machine.pool_id, (LONG_AGO, LONG_AGO))[0] > now


def _start_of(workload: Workload, market: Market) -> Candidate:
    if workload.pool_id in market.index:
        return Candidate(workload.pool_id, workload.az_id, workload.instance_type, "spot", None, "")
    return Candidate(f"{workload.az_id}:{workload.instance_type}:linux", workload.az_id, workload.instance_type, "on-demand", None, "")


def _younger(at: datetime | None, seconds: float, now: datetime) -> datetime | None:
    """A time that is not yet so long ago."""
    return at if at is not None and (now - at).total_seconds() < seconds else None
