"""How much capacity the next losses would take: pools die whole, and badly timed ones die together."""

from dataclasses import dataclass

# Losses come in storms: when one pool dies, another dies in the same tick about ten times as often as chance would
# have it (public V100 traces, nine zones, 2023: 99 of 715 ticks with a loss had two or more).
STORM_SHARE, STORM_FACTOR = 0.02, 15.0
CALM_FACTOR = (1 - STORM_SHARE * STORM_FACTOR) / (1 - STORM_SHARE)


@dataclass(frozen=True)
class Outlook:
    """Replicas expected to be missing after the next losses, and the chance that none is left."""

    missing: float
    blackout: float


def outlook(wanted: int, safe: int, pools: list[tuple[int, float]]) -> Outlook:
    """``safe`` replicas cannot be lost; ``pools`` are (replicas, probability that the pool dies)."""
    calm, storm = _in(CALM_FACTOR, wanted, safe, pools), _in(STORM_FACTOR, wanted, safe, pools)
    return Outlook(
        (1 - STORM_SHARE) * calm.missing + STORM_SHARE * storm.missing,
        (1 - STORM_SHARE) * calm.blackout + STORM_SHARE * storm.blackout,
    )


def _in(weather: float, wanted: int, safe: int, pools: list[tuple[int, float]]) -> Outlook:
    left = [(safe, 1.0)]
    for count, chance in pools:
        dies = min(0.95, chance * weather)
        merged: dict[int, float] = {}
        for alive, weight in left:
            merged[alive] = merged.get(alive, 0.0) + weight * dies
            merged[alive + count] = merged.get(alive + count, 0.0) + weight * (1 - dies)
        left = list(merged.items())
    missing = sum((wanted - alive) * weight for alive, weight in left if alive < wanted)
    return Outlook(missing, sum(weight for alive, weight in left if alive == 0))
