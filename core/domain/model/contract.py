"""The contract between the product and a model, version v1.0.

In: what is known of a pool at one moment. Out: how likely an interruption is within the hour.
A model names the numbers it takes (``NUMBERS``); what is not known is NaN, and each kind of model says what it does then.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

VERSION = "v1.0"
SAFE_BELOW, AVOID_ABOVE = 0.2, 0.5  # both borders belong to CAUTION
UNKNOWN = math.nan


class ContractBroken(ValueError):
    """A model or its answer is not as the contract says; the message names the member."""


@dataclass(frozen=True)
class Features:
    """One pool at one moment. Prices in USD per hour, oldest first; ``pool`` holds what we learnt of it, by name."""

    instance_type: str
    availability_zone: str
    spot_price_history: tuple[float, ...]
    hour_of_day: int
    day_of_week: int
    pool: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Prediction:
    """``interruption_probability`` within 60 minutes; ``confidence_score`` is the share of the model's numbers that were known."""

    interruption_probability: float
    confidence_score: float

    @property
    def recommended_action(self) -> str:
        if self.interruption_probability < SAFE_BELOW:
            return "SAFE"
        return "AVOID" if self.interruption_probability > AVOID_ABOVE else "CAUTION"


def _learnt(name: str) -> Callable[[Features], float]:
    return lambda features: float(features.pool.get(name, UNKNOWN))


def _price(read: Callable[[tuple[float, ...]], float]) -> Callable[[Features], float]:
    return lambda features: read(features.spot_price_history) if features.spot_price_history else UNKNOWN


# Every number a model may ask for. Prices are offered because the contract names them; they say nothing of interruptions (K-40).
NUMBERS: dict[str, Callable[[Features], float]] = {
    "hour_of_day": lambda features: float(features.hour_of_day),
    "day_of_week": lambda features: float(features.day_of_week),
    "price_last": _price(lambda prices: prices[-1]),
    "price_mean": _price(lambda prices: sum(prices) / len(prices)),
    "price_change": _price(lambda prices: prices[-1] / prices[0] - 1 if prices[0] else UNKNOWN),
    "pool_age_hours": _learnt("pool_age_hours"),  # since the pool last refused or lost a machine
    "instance_age_hours": _learnt("instance_age_hours"),
    "losses_6h": _learnt("losses_6h"),
    "losses_24h": _learnt("losses_24h"),
    "losses_7d": _learnt("losses_7d"),
    "notices_24h": _learnt("notices_24h"),
    "other_zones_lost_6h": _learnt("other_zones_lost_6h"),
}

CHECK_VECTOR = Features("c5.xlarge", "us-east-1a", (0.45, 0.42, 0.48), 14, 2)


def matrix(names: tuple[str, ...], rows: list[Features]) -> np.ndarray:
    """The numbers of each row, in the model's order: shape (rows, names), NaN where unknown."""
    return np.array([[NUMBERS[name](features) for name in names] for features in rows], dtype=float).reshape(len(rows), len(names))


def predictions(probabilities: np.ndarray, known: np.ndarray) -> list[Prediction]:
    """A model's answers, or ContractBroken when one of them is no probability. ``known``: share of known numbers per row."""
    if probabilities.shape != known.shape:
        raise ContractBroken(f"interruption_probability has shape {probabilities.shape}, not {known.shape}")
    if not np.all(np.isfinite(probabilities)):
        raise ContractBroken("interruption_probability is not a number")
    if np.any(probabilities < 0) or np.any(probabilities > 1):
        raise ContractBroken("interruption_probability is outside 0..1")
    return [Prediction(float(p), float(share)) for p, share in zip(probabilities, known, strict=True)]
