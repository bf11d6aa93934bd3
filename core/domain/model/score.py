"""How good predictions were: Brier score, log loss and calibration, beside the naive base rate.

Brier (1950): mean squared difference of probability and outcome. The base rate predicts the same share for everything;
a model that cannot beat it on the same outcomes knows nothing.
"""

import math
from dataclasses import dataclass

BINS = 10
CLOSEST = 1e-6  # a probability of 0 or 1 that was wrong would cost infinitely much
JUDGED_AFTER = 200


@dataclass(frozen=True)
class Bin:
    """Predictions of similar height: what was said, what happened, how many there were."""

    low: float
    high: float
    said: float
    happened: float
    count: int


@dataclass(frozen=True)
class Scorecard:
    """None where nothing was counted yet."""

    outcomes: int
    base_rate: float | None
    brier: float | None
    base_brier: float | None
    log_loss: float | None
    base_log_loss: float | None
    calibration: tuple[Bin, ...]

    @property
    def is_worse_than_base_rate(self) -> bool:
        return self.brier is not None and self.brier > self.base_brier


def scorecard(pairs: list[tuple[float, int]]) -> Scorecard:
    """``pairs`` of (probability, outcome 0 or 1)."""
    if not pairs:
        return Scorecard(0, None, None, None, None, None, ())
    rate = sum(outcome for _, outcome in pairs) / len(pairs)
    base = [(rate, outcome) for _, outcome in pairs]
    return Scorecard(len(pairs), rate, brier(pairs), brier(base), log_loss(pairs), log_loss(base), calibration(pairs))


def must_be_demoted(pairs: list[tuple[float, int]]) -> bool:
    """Whether the newest ``JUDGED_AFTER`` outcomes show a model that is worse than the base rate; never before there are so many."""
    return len(pairs) >= JUDGED_AFTER and scorecard(pairs[-JUDGED_AFTER:]).is_worse_than_base_rate


def brier(pairs: list[tuple[float, int]]) -> float:
    return sum((p - outcome) ** 2 for p, outcome in pairs) / len(pairs)


def log_loss(pairs: list[tuple[float, int]]) -> float:
    return -sum(math.log(_within(p if outcome else 1 - p)) for p, outcome in pairs) / len(pairs)


def calibration(pairs: list[tuple[float, int]]) -> tuple[Bin, ...]:
    """Ten bins of equal width; empty ones are left out."""
    filled: dict[int, list[tuple[float, int]]] = {}
    for p, outcome in pairs:
        filled.setdefault(min(int(p * BINS), BINS - 1), []).append((p, outcome))
    return tuple(_bin(number, inside) for number, inside in sorted(filled.items()))


def _bin(number: int, inside: list[tuple[float, int]]) -> Bin:
    count = len(inside)
    said, happened = sum(p for p, _ in inside) / count, sum(outcome for _, outcome in inside) / count
    return Bin(number / BINS, (number + 1) / BINS, said, happened, count)


def _within(p: float) -> float:
    return min(max(p, CLOSEST), 1 - CLOSEST)
