"""How long a spot pool stays up, and how long it stays away: spells, from a public table and from what was watched.

A spell ends the less likely the longer it has lasted; in both directions, and in every market looked at, at about 0.45
over its age per hour. A pool's own losses move that side of the table up or down. Its absences do not: learned per
pool they told of the past only, and made plans worse on days 0-20.
"""

from bisect import bisect_left
from functools import lru_cache
from math import ceil, expm1, log2

import numpy as np

# Ends of a spell per hour by its age in hours: public availability of V100 in nine zones (2023) and of eight GPU pools
# (2022), days 0-20 of each; losses and returns together, they differ by less than the two sets do.
AGES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
ENDS_BY_AGE = (2.5, 1.12, 0.73, 0.44, 0.27, 0.2, 0.145, 0.06, 0.027)

FAITH = 20.0  # expected losses that weigh as much as the table
NOTCHES = 2  # steps of a factor per doubling: few, so that plans are shared
WIDEST = 2 * NOTCHES  # notches from the table to either side that are believed
FINEST_HOURS = 0.01  # within which at most one thing happens to a pool


class Spells:
    """The present spell of one pool and how its earlier ones compare with the table."""

    def __init__(self, step_hours: float) -> None:
        self._step, self._age, self._up = step_hours, 0, None
        self._lost = self._expected = FAITH

    def watch(self, up: bool) -> None:
        """One tick went by in which the pool was up, or was not."""
        if self._up:
            self._expected += ENDS_BY_AGE[self._bucket] * self._step
            self._lost += not up
        self._age = self._age + 1 if up == self._up else 1
        self._up = up

    @property
    def state(self) -> int:
        """Which state of ``chain`` the pool is in: up by age, then down by age. Not watched yet: just gone."""
        return self._bucket + (0 if self._up else len(ENDS_BY_AGE))

    @property
    def notch(self) -> int:
        """How much more often the pool is lost than by the table: 2 ** (notch / NOTCHES) times."""
        return max(-WIDEST, min(WIDEST, round(log2(self._lost / self._expected) * NOTCHES)))

    @property
    def _bucket(self) -> int:
        return bisect_left(AGES, self._age * self._step)


@lru_cache(maxsize=128)
def chain(step_hours: float, notch: int) -> np.ndarray:
    """``chain[i, j]``: the chance that a pool in state i is in state j one step later."""
    ages = len(ENDS_BY_AGE)
    rates = np.zeros((2 * ages, 2 * ages))
    for age, ends in enumerate(ENDS_BY_AGE):
        _leave(rates, age, ends * 2.0 ** (notch / NOTCHES), ages)
        _leave(rates, ages + age, ends, 0)
    rates -= np.diag(rates.sum(axis=1))
    halvings = max(0, ceil(log2(step_hours / FINEST_HOURS)))
    return np.linalg.matrix_power(np.eye(2 * ages) + rates * step_hours / 2**halvings, 2**halvings)


def _leave(rates: np.ndarray, state: int, ends: float, other: int) -> None:
    """Rates out of a state: to the youngest of the other side, and into the next band of ages."""
    rates[state, other] = ends
    age = state % len(ENDS_BY_AGE)
    if age < len(AGES):
        hours = AGES[age] - (AGES[age - 1] if age else 0.0)
        rates[state, state + 1] = ends / expm1(ends * hours)  # as many outlive the band as do in truth
