"""What we promise in figures (A7): a target is met, missed, or nobody measured it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """``id`` is the checklist's; ``unit`` is s, ms, share or seconds of a month; ``most`` says whether less is better."""

    id: str
    name: str
    target: float | None
    unit: str
    window: str
    most: bool = True


@dataclass(frozen=True)
class Measured:
    """``value`` is None where nothing was measured."""

    value: float | None
    samples: int


def judge(target: Target, measured: Measured) -> dict:
    """The figure against its target; ``met`` is None without either."""
    value = measured.value
    met = None if value is None or target.target is None else (value <= target.target if target.most else value >= target.target)
    return {
        "id": target.id, "name": target.name, "current": value, "target": target.target, "unit": target.unit, "met": met,
        "better": "less" if target.most else "more", "window": target.window, "samples": measured.samples,
    }  # fmt: skip


def share_of(values: list[bool]) -> Measured:
    """The share that is true."""
    return Measured(sum(values) / len(values) if values else None, len(values))


def tail_of(values: list[float], percentile: Callable[[list[float], int], float | None], share: int) -> Measured:
    """A percentile of what was measured."""
    return Measured(percentile(sorted(values), share), len(values))
