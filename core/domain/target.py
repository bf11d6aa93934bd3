"""What we promise in figures (A7): a target is met, missed, or nobody measured it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Better = Literal["less", "more", "same"]


@dataclass(frozen=True)
class Target:
    """``id`` is the checklist's, with a word after it where a row promises several figures. ``unit``: s, ms, share, usd, mb, count.

    ``better`` is the side of the target on which it is met; a rule's constant must be the ``same``.
    """

    id: str
    group: str
    name: str
    target: float | None
    unit: str
    window: str
    better: Better = "less"


@dataclass(frozen=True)
class Measured:
    """``value`` is None where nothing was measured; ``reason`` says why."""

    value: float | None
    samples: int
    reason: str | None = None


NOTHING = "nothing of this kind has happened in this time"


def judge(target: Target, measured: Measured) -> dict:
    """The figure against its target; ``met`` is None without either."""
    value = measured.value
    return {
        "id": target.id, "group": target.group, "name": target.name, "current": value, "target": target.target, "unit": target.unit,
        "met": None if value is None or target.target is None else _met(value, target.target, target.better), "better": target.better,
        "window": target.window, "samples": measured.samples, "reason": (measured.reason or NOTHING) if value is None else None,
    }  # fmt: skip


def _met(value: float, target: float, better: Better) -> bool:
    return {"less": value <= target, "more": value >= target, "same": value == target}[better]


def share_of(values: list[bool]) -> Measured:
    """The share that is true."""
    return Measured(sum(values) / len(values) if values else None, len(values))


def tail_of(values: list[float], percentile: Callable[[list[float], int], float | None], share: int) -> Measured:
    """A percentile of what was measured."""
    return Measured(percentile(sorted(values), share), len(values))
