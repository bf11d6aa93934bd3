"""Times in which a machine provably answered, and what they say of a handover."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """From the end of the first good answer to the start of the last one: in between it served, for sure."""

    start: float
    end: float


def longest_gap(spans: Iterable[Span], since: float, until: float) -> float:
    """The longest time between ``since`` and ``until`` that no span covers: an upper bound of the outage."""
    longest, covered = 0.0, since
    for span in sorted(spans):
        if span.start > until:
            break
        longest = max(longest, span.start - covered)
        covered = max(covered, span.end)
    return max(longest, until - covered)


def double_serving(machines: Iterable[Sequence[Span]], since: float, until: float) -> float:
    """Seconds between ``since`` and ``until`` in which two machines or more provably served."""
    turns = sorted(turn for spans in machines for span in spans for turn in _turns(_clipped(span, since, until)))
    seconds, serving, before = 0.0, 0, since
    for at, step in turns:
        seconds += (at - before) * (serving >= 2)
        serving, before = serving + step, at
    return seconds


def percentile(values: Sequence[float], share: float) -> float | None:
    """By nearest rank, so that every figure was really measured; None without values."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else None


def _clipped(span: Span, since: float, until: float) -> Span:
    return Span(max(span.start, since), min(span.end, until))


def _turns(span: Span) -> list[tuple[float, int]]:
    return [(span.start, 1), (span.end, -1)] if span.end > span.start else []
