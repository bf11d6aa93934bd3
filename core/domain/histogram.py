"""How long things took, as counts below fixed bounds: a process adds, a database sums, and any share can be asked for."""

from bisect import bisect_left
from collections.abc import Mapping

BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000)
ABOVE = 4_294_967_295  # whatever took longer than all of them


def bucket_of(seconds: float) -> int:
    """The bound, in ms, that ``seconds`` stay at or below."""
    place = bisect_left(BOUNDS_MS, 1000 * seconds)
    return BOUNDS_MS[place] if place < len(BOUNDS_MS) else ABOVE


def cumulative(counts: Mapping[int, int]) -> list[tuple[str, int]]:
    """As Prometheus wants it: each bound in seconds, and how many stayed at or below it."""
    told, total = [], 0
    for bound in (*BOUNDS_MS, ABOVE):
        total += counts.get(bound, 0)
        told.append(("+Inf" if bound == ABOVE else str(bound / 1000), total))
    return told


def below(counts: Mapping[int, int], share: float) -> float | None:
    """The least bound in ms that this share (0 to 1) stayed at or below; 1 ms more than the last where that is none, None of nothing."""
    total, seen = sum(counts.values()), 0
    for bound in BOUNDS_MS if total else ():
        seen += counts.get(bound, 0)
        if seen >= share * total:
            return float(bound)
    return BOUNDS_MS[-1] + 1.0 if total else None
