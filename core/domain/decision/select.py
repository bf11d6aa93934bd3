"""Where a workload should stand: candidates pass ordered filters, are scored, and the best must be worth the move.

Spot first by score, On-Demand last. The score is ``weights.price * price / on-demand price of what is replaced +
weights.risk * risk``, lowest first (K-24). Price is no sign of risk (K-40).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from core.domain.decision.values import Choice, Inputs, Offer, Present, Ranked, Rejected, Verdict, Weights, Wish
from core.domain.pools import POISON_MEMORY, affordable
from core.domain.risk import PRIOR, UNKNOWN_BAND

UNKNOWN_RISK = PRIOR[UNKNOWN_BAND]  # as of a pool nobody has watched
POISON_RISK = 0.4  # added on the day of an interruption; fades to nothing in 15 days
COOL_DOWN = timedelta(minutes=60)  # no switch for price or mere risk so soon after another
RETURN_AFTER = timedelta(minutes=30)  # On-Demand is kept at least so long before spot is tried again
WORTH_MOVING = 0.05  # of the score: what a switch must gain


def _too_small(offer: Offer, inputs: Inputs) -> str | None:
    wish = inputs.wish
    if offer.vcpus < wish.vcpus or offer.memory_mib < wish.memory_mib:
        return f"{offer.vcpus} vCPU and {offer.memory_mib} MiB are less than {wish.vcpus} and {wish.memory_mib}"
    return _lacks(offer, wish)


def _lacks(offer: Offer, wish: Wish) -> str | None:
    if offer.gpus < wish.gpus:
        return f"{offer.gpus} GPUs are less than {wish.gpus}"
    if offer.instance_store_gib < wish.instance_store_gib:
        return f"{offer.instance_store_gib} GiB of instance store are less than {wish.instance_store_gib}"
    if wish.ebs_mbps and offer.ebs_mbps is not None and offer.ebs_mbps < wish.ebs_mbps:
        return f"{offer.ebs_mbps} Mbit/s to EBS are less than {wish.ebs_mbps}"
    return None


def _other_kind(offer: Offer, inputs: Inputs) -> str | None:
    if offer.arch != inputs.wish.arch:
        return f"{offer.arch} is not {inputs.wish.arch}"
    if offer.virtualisation != inputs.wish.virtualisation:
        return f"{offer.virtualisation} is not {inputs.wish.virtualisation}"
    return None


def _not_allowed(offer: Offer, inputs: Inputs) -> str | None:
    denied = next((glob for glob in inputs.wish.deny if fnmatchcase(offer.instance_type, glob)), None)
    if denied:
        return f"the policy denies {denied}"
    allowed = not inputs.wish.allow or any(fnmatchcase(offer.instance_type, glob) for glob in inputs.wish.allow)
    return None if allowed else f"the policy allows only {', '.join(inputs.wish.allow)}"


def _without_price(offer: Offer, inputs: Inputs) -> str | None:
    return "its price is unknown" if offer.price is None else None


def _too_dear(offer: Offer, inputs: Inputs) -> str | None:
    """Never dearer than On-Demand (INV-55)."""
    on_demand = inputs.wish.on_demand_price
    return None if affordable(on_demand, offer.price) else f"{offer.price:.4f} USD/h is above On-Demand {on_demand:.4f}"


def _without_capacity(offer: Offer, inputs: Inputs) -> str | None:
    return f"it had no capacity lately; asked again from {_clock(offer.ice_until)}" if offer.ice_until > inputs.now else None


def _in_danger(offer: Offer, inputs: Inputs) -> str | None:
    return f"a notice there lately; avoided until {_clock(offer.danger_until)}" if offer.danger_until > inputs.now else None


def _crowded(offer: Offer, inputs: Inputs) -> str | None:
    taken = inputs.taken.get(offer.pool_id, 0)
    return f"{taken} of ours stand there already; the cap is {inputs.cap}" if inputs.cap is not None and taken >= inputs.cap else None


FILTERS: tuple[tuple[str, Callable[[Offer, Inputs], str | None]], ...] = (
    ("attributes", _too_small),
    ("architecture", _other_kind),
    ("policy", _not_allowed),
    ("price unknown", _without_price),
    ("dearer than on-demand", _too_dear),
    ("no capacity", _without_capacity),
    ("danger", _in_danger),
    ("diversity", _crowded),
)


def score(offer: Offer, on_demand_price: float | None, weights: Weights, now: datetime) -> float:
    """0 is best. Without an On-Demand price the price term is 1; an unknown risk is the prior's."""
    price = min(1.0, offer.price / on_demand_price) if on_demand_price and offer.price is not None else 1.0
    return weights.price * price + weights.risk * min(1.0, _risk(offer, now))


def _risk(offer: Offer, now: datetime) -> float:
    """Known risk or the prior's, and more while an interruption there is remembered (MET-17, soft)."""
    known = UNKNOWN_RISK if offer.risk is None else offer.risk
    return known + POISON_RISK * max(0.0, (offer.poisoned_until - now) / POISON_MEMORY)


def select_best_instance(inputs: Inputs) -> Choice:
    """Filter, score, and say whether to go. Reads nothing and changes nothing."""
    rejected, good = [], []
    for offer in inputs.offers:
        failed = _first_failure(offer, inputs)
        if failed:
            rejected.append(Rejected(offer.pool_id, *failed))
        else:
            good.append((score(offer, inputs.wish.on_demand_price, inputs.weights, inputs.now), offer))
    good.sort(key=lambda one: (one[0], inputs.taken.get(one[1].pool_id, 0), one[1].pool_id))
    return _decide(inputs, good, tuple(rejected))


def _first_failure(offer: Offer, inputs: Inputs) -> tuple[str, str] | None:
    """The first filter that rejects; a pool in which it stands already is not too crowded for it."""
    for name, check in FILTERS:
        if (why := check(offer, inputs)) and not (name == "diversity" and offer.pool_id == inputs.present.pool_id):
            return name, why
    return None


def _ranked(points: float, offer: Offer, inputs: Inputs) -> Ranked:
    return Ranked(offer, points, f"score {points:.3f}: {_price_words(offer, inputs.wish)}, {_risk_words(offer)}")


def _decide(inputs: Inputs, good: list[tuple[float, Offer]], rejected: tuple[Rejected, ...]) -> Choice:
    """Sentences are made for the best few only."""
    best, *others = [_ranked(points, offer, inputs) for points, offer in good[: 1 + inputs.runners_up]] or [None]
    here = next((points for points, offer in good if offer.pool_id == inputs.present.pool_id), None)
    verdict, sentence = _verdict(inputs, best, here)
    return Choice(verdict, best, tuple(others), rejected, sentence)


def _verdict(inputs: Inputs, best: Ranked | None, here: float | None) -> tuple[Verdict, str]:
    present, now = inputs.present, inputs.now
    if best is None:
        return Verdict.STAY, f"No spot pool passes the {len(FILTERS)} filters; {'On-Demand stays' if present.on_demand else 'On-Demand is what is left'}"
    if best.offer.pool_id == present.pool_id:
        return Verdict.STAY, f"{best.offer.pool_id} is the best already: {best.why}"
    if held := _held_back(present, now):
        if _troubled_here(inputs):
            return Verdict.PREPARE_REPLICA, f"{present.pool_id} is in danger; a replica in {best.offer.pool_id} is prudent, but {held}"
        return Verdict.HOLD, f"{best.offer.pool_id} is better ({best.why}), but {held}"
    if here is not None and here - best.score < WORTH_MOVING:
        return Verdict.STAY, f"{best.offer.pool_id} would gain {here - best.score:.3f} of score; a move must gain {WORTH_MOVING}"
    return Verdict.SWITCH, f"Chose {best.offer.pool_id}: {best.why}"


def _troubled_here(inputs: Inputs) -> bool:
    """A notice came lately in the pool where it stands."""
    return any(offer.pool_id == inputs.present.pool_id and offer.danger_until > inputs.now for offer in inputs.offers)


def _held_back(present: Present, now: datetime) -> str | None:
    """What forbids a move now: a dead notice path, On-Demand just taken, a switch just made."""
    if present.on_demand and not present.notice_path_works:
        return "its notice path does not work and spot could end unheard"
    if present.on_demand and now - present.since < RETURN_AFTER:
        return f"On-Demand was taken {_minutes(now - present.since)} min ago and is kept {_minutes(RETURN_AFTER)} min"
    if present.last_switch_at and now - present.last_switch_at < COOL_DOWN:
        return f"it moved {_minutes(now - present.last_switch_at)} min ago and rests {_minutes(COOL_DOWN)} min"
    return None


def _price_words(offer: Offer, wish: Wish) -> str:
    if not wish.on_demand_price:
        return f"{offer.price:.4f} USD/h, On-Demand unknown"
    return f"{100 * (1 - offer.price / wish.on_demand_price):.0f} % below On-Demand"


def _risk_words(offer: Offer) -> str:
    return "risk unknown, taken as of a pool nobody watched" if offer.risk is None else f"risk {100 * offer.risk:.1f} % within the hour"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S} UTC"


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
