"""How much capacity the next losses would take: pools die whole, and badly timed ones die together."""

from dataclasses import dataclass

import numpy as np

# Losses come in storms: when one pool dies, another dies in the same tick about ten times as often as chance would
# have it (public V100 traces, nine zones, 2023: 99 of 715 ticks with a loss had two or more).
STORM_SHARE, STORM_FACTOR = 0.02, 15.0
CALM_FACTOR = (1 - STORM_SHARE * STORM_FACTOR) / (1 - STORM_SHARE)
WEATHERS, SHARES = np.array([[CALM_FACTOR], [STORM_FACTOR]]), np.array([1 - STORM_SHARE, STORM_SHARE])
SUREST = 0.95


@dataclass(frozen=True)
class Outlook:
    """Replicas expected to be missing after the next losses, and the chance that none is left."""

    missing: float
    blackout: float


def outlook(wanted: int, safe: int, pools: list[tuple[int, float]]) -> Outlook:
    """``safe`` replicas cannot be lost; ``pools`` are (replicas, probability that the pool dies)."""
    left = _left(safe, pools)
    short = left[:wanted]
    return Outlook(float(np.arange(wanted, wanted - len(short), -1) @ short), float(left[0]))


def _left(safe: int, pools: list[tuple[int, float]]) -> np.ndarray:
    """The chance of each number of replicas that the next losses leave, none first."""
    left = np.zeros((len(WEATHERS), safe + sum(count for count, _ in pools) + 1))
    left[:, safe] = 1.0
    most = safe
    for count, chance in pools:
        dies = np.minimum(SUREST, chance * WEATHERS)
        kept = left[:, safe : most + 1] * (1 - dies)
        left[:, safe : most + 1] *= dies
        most += count
        left[:, safe + count : most + 1] += kept
    return SHARES @ left
