"""Where a workload should stand: candidates pass ordered filters, are scored, and the best must be worth the move.

Spot first by score, On-Demand last. The score is ``weights.price * price / on-demand price of what is replaced +
weights.risk * risk``, lowest first (K-24). Price is no sign of risk (K-40). Stability beats savings (INV-10).
"""

from collections.abc import Callable
from datetime import datetime
from fnmatch import fnmatchcase

from core.domain.advisor import LABELS
from core.domain.decision.patience import held_back
from core.domain.decision.values import MONTHLY_BY_BUCKET, Choice, Inputs, Offer, Ranked, Rejected, Verdict, Weights, Wish
from core.domain.pools import POISON_MEMORY, affordable, lacks
from core.domain.risk import PRIOR, UNKNOWN_BAND

UNKNOWN_RISK = PRIOR[UNKNOWN_BAND]  # as of a pool nobody has watched
POISON_RISK = 0.4  # added on the day of an interruption; fades to nothing in 15 days


def _too_small(offer: Offer, inputs: Inputs) -> str | None:
    wish = inputs.wish
    if offer.vcpus < wish.vcpus or offer.memory_mib < wish.memory_mib:
        return f"{offer.vcpus} vCPU and {offer.memory_mib} MiB are less than {wish.vcpus} and {wish.memory_mib}"
    return _lacks(offer, wish)


def _lacks(offer: Offer, wish: Wish) -> str | None:
    """What is unknown of either is no reason."""
    if lacks(offer.gpus, wish.gpus):
        return f"{offer.gpus} GPUs are less than {wish.gpus}"
    if lacks(offer.instance_store_gib, wish.instance_store_gib):
        return f"{offer.instance_store_gib} GiB of instance store are less than {wish.instance_store_gib}"
    if lacks(offer.ebs_mbps, wish.ebs_mbps):
        return f"{offer.ebs_mbps} Mbit/s to EBS are less than {wish.ebs_mbps}"
    return None


def _other_kind(offer: Offer, inputs: Inputs) -> str | None:
    if offer.arch != inputs.wish.arch:
        return f"{offer.arch} is not {inputs.wish.arch}"
    if offer.virtualisation != inputs.wish.virtualisation:
        return f"{offer.virtualisation} is not {inputs.wish.virtualisation}"
    return None


def _not_allowed(offer: Offer, inputs: Inputs) -> str | None:
    if inputs.wish.zones and offer.az_id not in inputs.wish.zones:
        return f"{offer.az_id} is none of the zones of its Auto Scaling group"
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
    return f"{taken} of ours stand there or are on their way; the cap is {inputs.cap}" if inputs.cap is not None and taken >= inputs.cap else None


def _riskier(offer: Offer, inputs: Inputs) -> str | None:
    """No saving buys risk. A return from On-Demand weighs it in the score alone."""
    here = inputs.here
    if inputs.policy is None or here is None or inputs.present.on_demand or inputs.is_troubled:
        return None
    there, now_here = weighed_risk(offer, inputs.now), weighed_risk(here, inputs.now)
    return f"its risk weighs {_percent(there)}, here {_percent(now_here)}; no saving buys that" if there - now_here > inputs.gates.riskier else None


def _interrupted_often(offer: Offer, inputs: Inputs) -> str | None:
    """The historic gate (MET-14). By the middle of what AWS publishes: "15 to 20 %" is below a fifth, "more than 20 %" is not."""
    if inputs.policy is None or offer.bucket is None or inputs.is_troubled:
        return None
    most = inputs.gates.historic_below
    often = f"the Spot Advisor counts {LABELS[offer.bucket]} of {offer.instance_type} interrupted within a month"
    return None if MONTHLY_BY_BUCKET[offer.bucket] < most else f"{often}; a planned move goes where it is below {100 * most:g} %"


def _saves_too_little(offer: Offer, inputs: Inputs) -> str | None:
    paid = inputs.present.price
    if inputs.policy is None or paid is None or inputs.is_troubled:
        return None
    share, wanted = 100 * (paid - offer.price) / paid, inputs.policy.min_saving_pct
    if share > 0 and share >= wanted - 1e-9:
        return None
    return f"it would cost {-share:.0f} % more than now" if share < 0 else f"it would save {share:.0f} % of the price now; a move takes {wanted} %"


FILTERS: tuple[tuple[str, Callable[[Offer, Inputs], str | None]], ...] = (
    ("attributes", _too_small),
    ("architecture", _other_kind),
    ("policy", _not_allowed),
    ("price unknown", _without_price),
    ("dearer than on-demand", _too_dear),
    ("no capacity", _without_capacity),
    ("danger", _in_danger),
    ("diversity", _crowded),
    ("historic", _interrupted_often),
    ("saving", _saves_too_little),
    ("riskier", _riskier),
)
MOVING = frozenset({"diversity", "historic", "riskier", "saving"})  # ask whether to go there: a pool in which it stands passes them
PRICE_CAP = "price cap"


def score(offer: Offer, on_demand_price: float | None, weights: Weights, now: datetime) -> float:
    """0 is best. Without an On-Demand price the price term is 1; an unknown risk is the prior's."""
    price = min(1.0, offer.price / on_demand_price) if on_demand_price and offer.price is not None else 1.0
    return weights.price * price + weights.risk * min(1.0, weighed_risk(offer, now))


def weighed_risk(offer: Offer, now: datetime) -> float:
    """Known risk or the prior's, and more while an interruption there is remembered (MET-17, soft)."""
    known = UNKNOWN_RISK if offer.risk is None else offer.risk
    return known + POISON_RISK * max(0.0, (offer.poisoned_until - now) / POISON_MEMORY)


def select_best_instance(inputs: Inputs) -> Choice:
    """Filter, score, and say whether to go. Reads nothing and changes nothing."""
    rejected, fit = [], []
    for offer in inputs.offers:
        failed = _first_failure(offer, inputs)
        if failed:
            rejected.append(Rejected(offer.pool_id, *failed))
        else:
            fit.append(offer)
    fit, too_dear = _under_the_cap(fit, inputs)
    good = [(score(offer, inputs.wish.on_demand_price, inputs.weights, inputs.now), offer) for offer in fit]
    good.sort(key=lambda one: (one[0], inputs.taken.get(one[1].pool_id, 0), one[1].pool_id))
    return _decide(inputs, good, tuple(rejected + too_dear))


def _first_failure(offer: Offer, inputs: Inputs) -> tuple[str, str] | None:
    """The first filter that rejects."""
    for name, check in FILTERS:
        if (why := check(offer, inputs)) and not (name in MOVING and offer.pool_id == inputs.present.pool_id):
            return name, why
    return None


def _under_the_cap(fit: list[Offer], inputs: Inputs) -> tuple[list[Offer], list[Rejected]]:
    """Calm and spread may cost so much more than the cheapest that fits, and no more (P-01)."""
    if inputs.price_increase_pct is None or not fit:
        return fit, []
    least = min(offer.price for offer in fit)
    most = least * (1 + inputs.price_increase_pct / 100) + 1e-12
    dear = [offer for offer in fit if offer.price > most and offer.pool_id != inputs.present.pool_id]
    why = f"more than {inputs.price_increase_pct} % dearer than the cheapest that fits, {least:.4f} USD/h"
    return [offer for offer in fit if offer not in dear], [Rejected(offer.pool_id, PRICE_CAP, why) for offer in dear]


def _decide(inputs: Inputs, good: list[tuple[float, Offer]], rejected: tuple[Rejected, ...]) -> Choice:
    """Sentences are made for the best few only."""
    best, *others = [_ranked(points, offer, inputs) for points, offer in good[: 1 + inputs.runners_up]] or [None]
    here = next((points for points, offer in good if offer.pool_id == inputs.present.pool_id), None)
    verdict, sentence = _verdict(inputs, best, here, rejected)
    return Choice(verdict, best, tuple(others), rejected, sentence)


def _ranked(points: float, offer: Offer, inputs: Inputs) -> Ranked:
    return Ranked(offer, points, f"score {points:.3f}: {_reasons(offer, inputs.wish)}")


def _verdict(inputs: Inputs, best: Ranked | None, here: float | None, rejected: tuple[Rejected, ...]) -> tuple[Verdict, str]:
    """What to do, and the sentence. What forbids a move altogether comes first."""
    present = inputs.present
    if present.has_notice:
        return Verdict.STAY, "Its instance has a notice; that is an emergency's work"
    if best is None:
        return Verdict.STAY, f"No Spot pool passes the {len(FILTERS)} filters; {'On-Demand stays' if present.on_demand else 'On-Demand is what is left'}"
    if best.offer.pool_id == present.pool_id:
        return Verdict.STAY, _why_here(inputs, best, rejected)
    there, held = place(best.offer.pool_id), held_back(inputs)
    if inputs.is_troubled:
        return Verdict.PREPARE_REPLICA, f"{place(present.pool_id)} is in danger; a replica in {there} is prudent{f', but {held}' if held else ''}"
    if inputs.policy and present.price is None:
        return Verdict.STAY, "No price is known of where it runs"
    if held:
        return Verdict.HOLD, f"{there} is better ({best.why}), but {held}"
    if here is not None and here - best.score < inputs.gates.worth_moving:
        return Verdict.STAY, f"{there} would gain {here - best.score:.4f} of score; a move must gain {inputs.gates.worth_moving}"
    return Verdict.SWITCH, _why_there(inputs, best)


def _why_here(inputs: Inputs, best: Ranked, rejected: tuple[Rejected, ...]) -> str:
    """It stands well; or a pool with a lower score is out, and that is why."""
    reasons = {one.pool_id: one for one in rejected if one.filter in MOVING}
    points = {offer.pool_id: score(offer, inputs.wish.on_demand_price, inputs.weights, inputs.now) for offer in inputs.offers if offer.pool_id in reasons}
    nearest = min(points, key=lambda pool_id: (points[pool_id], pool_id), default=None)
    if nearest is None or points[nearest] >= best.score:
        return f"{place(best.offer.pool_id)} is the best already: {best.why}"
    return f"It stays in {place(best.offer.pool_id)}: of {place(nearest)}, {reasons[nearest].why}"


def _why_there(inputs: Inputs, best: Ranked) -> str:
    paid = inputs.present.price
    saves = f", {100 * (1 - best.offer.price / paid):.0f} % less than now" if paid else ""
    what = "Return to Spot" if inputs.present.on_demand else "Move"
    return f"{what}: {place(best.offer.pool_id)} costs ${best.offer.price:.4f}/h{saves}; {_reasons(best.offer, inputs.wish)}"


def place(pool_id: str) -> str:
    """A pool in words: ``m5.large in use1-az1``."""
    az_id, instance_type, *_ = pool_id.split(":")
    return f"{instance_type} in {az_id}"


def _reasons(offer: Offer, wish: Wish) -> str:
    return f"{_price_words(offer, wish)}, {_risk_words(offer)}"


def _price_words(offer: Offer, wish: Wish) -> str:
    if not wish.on_demand_price:
        return f"{offer.price:.4f} USD/h, On-Demand unknown"
    return f"{100 * (1 - offer.price / wish.on_demand_price):.0f} % below On-Demand"


def _risk_words(offer: Offer) -> str:
    return "risk unknown, taken as of a pool nobody watched" if offer.risk is None else f"risk {_percent(offer.risk)} within the hour"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S} UTC"
