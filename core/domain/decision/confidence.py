"""How far a choice can be trusted: how much of what it rests on was seen and proven, and how much was assumed."""

from dataclasses import dataclass

from core.domain.model.score import JUDGED_AFTER
from core.domain.risk import POOL_WEIGHT, PRIOR_HOURS, Risk, Source
from core.domain.risk_model import LEAST_LOSSES

FRESH_SECONDS, WORTHLESS_SECONDS = 300, 86400  # of a price: from the first it counts as old (INV-21), from the second as a guess
LEVELS = ((2 / 3, "Well founded"), (1 / 3, "Partly founded"), (1e-9, "Weakly founded"), (0.0, "Assumed"))


@dataclass(frozen=True)
class Trust:
    """``confidence`` from 0, all of it assumed, to 1, all of it seen and proven; and what that rests on, in words."""

    confidence: float
    words: str


def trust(risk: Risk, price_age_seconds: float) -> Trust:
    """In the choice of a pool with this risk and a price of this age."""
    found = confidence(risk, price_age_seconds)
    level = next(name for least, name in LEVELS if found >= least)
    return Trust(found, f"{level}: {_rests_on(risk)}; its price is {_age(price_age_seconds)} old")


def confidence(risk: Risk, price_age_seconds: float) -> float:
    """One third for how much was known of the pool, two for how far the answer to it is proven; less while the price is old.

    0 where nothing was known of the pool: then the figure is a prior's, whoever says it.
    """
    founded = (risk.known + 2 * proven(risk)) / 3 if risk.known > 0 else 0.0
    return round(founded * freshness(price_age_seconds), 4)


def proven(risk: Risk) -> float:
    """0 to 1, by as many observations as outweigh what was assumed before them: a half where both weigh the same.

    The table's rate of an age and its record of the pool by the weights with which it mixes them itself; the trained
    model by the losses it takes to train one; a registered model by the outcomes after which it is judged.
    """
    if risk.source is Source.TABLE:
        return (_share(risk.hours, PRIOR_HOURS) + _share(risk.outcomes, POOL_WEIGHT)) / 2
    return _share(risk.outcomes, LEAST_LOSSES if risk.source is Source.TRAINED else JUDGED_AFTER)


def freshness(age_seconds: float) -> float:
    """1 up to five minutes, then evenly less, 0 after a day: prices move by half a per cent a day."""
    return min(1.0, max(0.0, (WORTHLESS_SECONDS - age_seconds) / (WORTHLESS_SECONDS - FRESH_SECONDS)))


def _share(seen: float, assumed: float) -> float:
    return seen / (seen + assumed)


def _rests_on(risk: Risk) -> str:
    if risk.known <= 0:
        return "nobody has watched this pool, its risk is a public figure"
    if risk.source is Source.TABLE:
        return f"its risk rests on {risk.hours:.0f} hours watched of pools of its age and {risk.outcomes:.1f} losses expected of this one"
    if risk.source is Source.TRAINED:
        return f"its risk is the trained model's, learned from {risk.outcomes:.0f} losses"
    return f"its risk is a model's that knew {risk.known:.0%} of its numbers and has {risk.outcomes:.0f} proven predictions"


def _age(seconds: float) -> str:
    if seconds < 90:
        return f"{max(0.0, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
