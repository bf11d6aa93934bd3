"""How much capacity the next losses would take: pools die whole, and badly timed ones die together."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

# Losses come in storms: when one pool dies, another dies in the same tick about ten times as often as chance would
# have it (public V100 traces, nine zones, 2023: 99 of 715 ticks with a loss had two or more).
STORM_SHARE, STORM_FACTOR = 0.02, 15.0
CALM_FACTOR = (1 - STORM_SHARE * STORM_FACTOR) / (1 - STORM_SHARE)
WEATHERS, SHARES = np.array([[CALM_FACTOR], [STORM_FACTOR]]), np.array([1 - STORM_SHARE, STORM_SHARE])
SUREST = 0.95


@dataclass(frozen=True)
class Outlook:
    """What the next losses leave of a fleet: ``left[n]`` is the chance of ``n`` replicas."""

    wanted: int
    left: np.ndarray

    @cached_property
    def missing(self) -> float:
        """Replicas expected to be missing."""
        short = self.left[: self.wanted]
        return float(np.arange(self.wanted, self.wanted - len(short), -1) @ short)

    @cached_property
    def blackout(self) -> float:
        """The chance that none is left."""
        return float(self.left[0])

    @cached_property
    def short(self) -> float:
        """The chance that any is missing."""
        return float(self.left[: self.wanted].sum())

    @cached_property
    def tight(self) -> float:
        """The chance that none can be spared."""
        return float(self.left[: self.wanted + 1].sum())


def outlook(wanted: int, safe: int, pools: list[tuple[int, float]]) -> Outlook:
    """``safe`` replicas cannot be lost; ``pools`` are (replicas, probability that the pool dies)."""
    return Outlook(wanted, _left(safe, [count for count, _ in pools], _dies([chance for _, chance in pools])))


def overall(chance: float) -> float:
    """The probability that a pool dies, whatever the weather: as told, or less, since nothing is surer in a storm than ``SUREST``."""
    return (1 - STORM_SHARE) * min(SUREST, CALM_FACTOR * chance) + STORM_SHARE * min(SUREST, STORM_FACTOR * chance)


def _dies(chances: list[float]) -> np.ndarray:
    """The chance of each pool's death, by weather."""
    return np.minimum(SUREST, WEATHERS * np.array(chances))


def _left(safe: int, counts: list[int], dies: np.ndarray) -> np.ndarray:
    """The chance of each number of replicas that the next losses leave, none first."""
    left, lives = np.zeros((len(WEATHERS), safe + sum(counts) + 1)), 1 - dies
    left[:, safe], most = 1.0, safe
    for pool, count in enumerate(counts):
        reached = left[:, safe : most + 1]
        kept = reached * lives[:, pool : pool + 1]
        reached *= dies[:, pool : pool + 1]
        most += count
        left[:, safe + count : most + 1] += kept
    return SHARES @ left
