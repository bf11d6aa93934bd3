"""A workload among the pools of its region, put to the one chooser: what it answers as a move for money, or why it stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.domain.decision.select import select_best_instance
from core.domain.decision.values import Choice, Inputs, MovePolicy, Offer, Present, Verdict, Wish
from core.domain.lifecycle import Instance
from core.domain.pools import Pool
from core.domain.waits import USUAL


@dataclass(frozen=True)
class Place:
    """Where the workload is now, and what that costs (USD per hour; ``on_demand`` is the price of its type)."""

    primary: Instance
    pool: Pool | None
    price: float | None
    on_demand: float | None


@dataclass(frozen=True)
class Move:
    """A move that is worth it. ``saves`` in USD per hour, ``risk`` of the target: P(lost within the hour), None when unknown."""

    kind: str
    target: Pool
    saves: float
    risk: float | None
    sentence: str


@dataclass(frozen=True)
class Stay:
    """Nothing is moved, and why."""

    reason: str


def offer_of(pool: Pool, risk: float | None, price: float | None = None, bucket: int | None = None) -> Offer:
    """A pool as a candidate; ``price`` in place of its own, ``bucket`` the Spot Advisor's of its type."""
    counted = pool.price if price is None else price
    return Offer(
        pool.pool_id, pool.region, pool.az_id, pool.instance_type, pool.arch, pool.vcpus, pool.memory_mib,
        None if counted is None else float(counted), risk, pool.gpus, pool.ebs_mbps, pool.instance_store_gib,
        ice_until=pool.ice_until, danger_until=pool.danger_until, poisoned_until=pool.poisoned_until, bucket=bucket,
    )  # fmt: skip


def wish_of(model: Pool, on_demand: float | None) -> Wish:
    """At least as much as what is replaced."""
    return Wish(model.arch, model.vcpus, model.memory_mib, on_demand, model.gpus, model.ebs_mbps, model.instance_store_gib)


def present_of(place: Place, last_move: datetime | None, last_failover: datetime | None, why_not_spot: str | None = None) -> Present:
    primary, on_demand = place.primary, place.primary.lifecycle != "spot"
    return Present(
        None if on_demand else primary.pool_id, on_demand, primary.launched_at or primary.created_at, last_move, last_failover, place.price,
        bool(primary.notice_rank), why_not_spot,
    )  # fmt: skip


def choose(place: Place, pools: Iterable[Pool], ice: set[str], policy: MovePolicy, last_move: datetime | None,
           last_failover: datetime | None, now: datetime, repeat_block: timedelta = USUAL.repeat_block,
           risks: Mapping[str, float] | None = None, limits: Mapping | None = None) -> Move | Stay:  # fmt: skip
    """The best move of an agent, or why it stays. ``risks`` is P(lost within the hour) by pool; ``limits`` further inputs by name."""
    if place.pool is None:
        return Stay("No price is known of where it runs")
    known, later = {pool.pool_id: pool for pool in pools}, now + timedelta(seconds=1)
    offers = [offer_of(pool, (risks or {}).get(pool.pool_id, 0.0)) for pool in known.values()]
    inputs = Inputs(
        wish_of(place.pool, place.on_demand), tuple(replace(one, ice_until=later) if one.pool_id in ice else one for one in offers),
        present_of(place, last_move, last_failover), now, policy=policy, repeat_block_seconds=int(repeat_block.total_seconds()), **limits or {},
    )  # fmt: skip
    choice = select_best_instance(inputs)
    return move_of(choice, inputs, known) or Stay(choice.sentence)


def move_of(choice: Choice, inputs: Inputs, known: Mapping[str, Pool]) -> Move | None:
    """The decision as a move, if it says so."""
    if choice.verdict is not Verdict.SWITCH:
        return None
    offer, paid = choice.chosen.offer, inputs.present.price
    kind = "return_to_spot" if inputs.present.on_demand else "switch"
    return Move(kind, known[offer.pool_id], round(paid - offer.price, 6), offer.risk, choice.sentence)
