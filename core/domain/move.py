"""Whether an agent should be moved for money, and where to: one answer, one sentence. Stability beats savings (INV-10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from core.domain.lifecycle import Instance
from core.domain.pools import POISON_MEMORY, Pool
from core.domain.row import FromRow
from core.domain.switch import holds, is_calm
from core.domain.waits import USUAL

PRICE_WEIGHT, RISK_WEIGHT = 0.6, 0.4
POISONED_RISK = 0.5
RISKIER = 0.1  # P(lost within the hour) more than here: no saving is worth it; a pool is that calm six hours after it came back


@dataclass(frozen=True)
class MovePolicy(FromRow):
    """When a move is worth it. ``return_window`` is ``22:00-06:00`` in UTC, or None for any time."""

    min_saving_pct: int = 10
    cooldown_seconds: int = 3600
    restore_after_seconds: int = 3600
    return_window: str | None = None


@dataclass(frozen=True)
class Place:
    """Where the workload is now, and what that costs (USD per hour; ``on_demand`` is the price of its type)."""

    primary: Instance
    pool: Pool | None
    price: float | None
    on_demand: float | None


@dataclass(frozen=True)
class Move:
    """A move that is worth it. ``saves`` in USD per hour, ``risk`` of the target from 0 to 1."""

    kind: str
    target: Pool
    saves: float
    risk: float
    sentence: str


@dataclass(frozen=True)
class Stay:
    """Nothing is moved, and why."""

    reason: str


def choose(place: Place, pools: Iterable[Pool], ice: set[str], policy: MovePolicy, last_move: datetime | None,
           last_failover: datetime | None, now: datetime, repeat_block: timedelta = USUAL.repeat_block,
           risks: Mapping[str, float] | None = None) -> Move | Stay:  # fmt: skip
    """The best move of an agent, or why it stays. Reads nothing and changes nothing.

    ``risks`` is P(lost within the hour) by pool, as far as it was learned.
    """
    if place.pool is None or place.price is None or place.on_demand is None:
        return Stay("no price is known of where it runs")
    if place.primary.notice_rank:
        return Stay("its instance has a notice; that is an emergency's work")
    failed_over_lately = last_failover is not None and now - last_failover < repeat_block
    blocked = _too_soon(place, policy, last_move, failed_over_lately, now)
    if blocked:
        return Stay(blocked)
    best = best_pool(place, pools, ice, now, risks or {})
    return _worth_it(place, best, policy, now) if best else Stay("no calm pool is cheaper")


def best_pool(place: Place, pools: Iterable[Pool], ice: set[str], now: datetime, risks: Mapping[str, float]) -> Pool | None:
    """The calm pool with the lowest score among those that hold the workload for less than it costs now."""
    fitting = [pool for pool in pools if _fits(place, pool, ice, now) and not _riskier(place, pool, risks)]
    return min(fitting, key=lambda pool: (score(pool, place.on_demand, now, risks.get(pool.pool_id, 0.0)), pool.pool_id), default=None)


def score(pool: Pool, on_demand: float, now: datetime, learned: float = 0.0) -> float:
    """0.6 · price ÷ On-Demand + 0.4 · risk, the remembered or the learned, whichever is higher (K-24); lower is better."""
    return PRICE_WEIGHT * pool.price / on_demand + RISK_WEIGHT * max(risk(pool, now), learned)


def risk(pool: Pool, now: datetime) -> float:
    """What is remembered of a pool, 0 to 1: certain in danger, and a half that fades over the 15 days after a termination."""
    if pool.danger_until > now:
        return 1.0
    left = max(timedelta(), pool.poisoned_until - now)
    return round(POISONED_RISK * min(1.0, left / POISON_MEMORY), 5)


def in_window(window: str | None, now: datetime) -> bool:
    """Whether ``now`` (UTC) lies in ``HH:MM-HH:MM``; a window may span midnight, and its end is outside."""
    if window is None:
        return True
    start, end = (time.fromisoformat(text) for text in window.split("-"))
    at = now.time().replace(tzinfo=None)
    return start <= at < end if start <= end else at >= start or at < end


def _fits(place: Place, pool: Pool, ice: set[str], now: datetime) -> bool:
    if pool.price is None or pool.pool_id == place.primary.pool_id and place.primary.lifecycle == "spot":
        return False
    cheap = pool.price < place.price and pool.price <= place.on_demand  # INV-55
    return cheap and holds(pool, place.pool) and is_calm(pool, pool.pool_id in ice, now)


def _riskier(place: Place, pool: Pool, risks: Mapping[str, float]) -> bool:
    """Whether money would be bought with risk. A return from On-Demand weighs it, and may still be worth it."""
    here = risks.get(place.primary.pool_id, 0.0)
    return place.primary.lifecycle == "spot" and risks.get(pool.pool_id, 0.0) - here > RISKIER


def _too_soon(
    place: Place, policy: MovePolicy, last_move: datetime | None, failed_over_lately: bool, now: datetime
) -> str | None:
    """Hysteresis: one move per cool-down, none so soon after a failover (INV-62), a return not before its time."""
    if last_move and now - last_move < timedelta(seconds=policy.cooldown_seconds):
        return "it was moved within its cool-down"
    if place.primary.lifecycle == "on-demand":
        since = place.primary.launched_at or place.primary.created_at
        if now - since < timedelta(seconds=policy.restore_after_seconds):
            return "it came to On-Demand too recently to return"
        return None if in_window(policy.return_window, now) else "it returns to Spot within its window only"
    return "it was carried over too recently" if failed_over_lately else None


def _worth_it(place: Place, target: Pool, policy: MovePolicy, now: datetime) -> Move | Stay:
    saves = place.price - target.price
    share = 100 * saves / place.price
    if share < policy.min_saving_pct:
        return Stay(f"the best move would save {share:.0f} % of its price; it takes {policy.min_saving_pct} %")
    target_risk = risk(target, now)
    if target_risk > risk(place.pool, now) and place.primary.lifecycle == "spot":
        return Stay(f"{target.pool_id} is cheaper, but riskier than where it runs")
    returning = place.primary.lifecycle == "on-demand"
    what = "Return to Spot" if returning else "Move"
    sentence = f"{what}: {target.instance_type} in {target.az_id} costs ${target.price:.4f}/h, {share:.0f} % less than {place.primary.place}"
    return Move("return_to_spot" if returning else "switch", target, round(saves, 6), target_risk, sentence)
