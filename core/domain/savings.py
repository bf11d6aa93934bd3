"""The savings ledger: what an instance-hour cost, against what the workload would have cost without us (D3).

A line moves its amount from one account to another, so that every saving is somebody's cost not paid, and losses
are booked like gains. Amounts are whole millionths of a dollar: sums are exact in any order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from core.domain.lifecycle import NONE, Role

HOUR = timedelta(hours=1)
HOURS_PER_MONTH = 730  # MET-26
STALE_AFTER = timedelta(minutes=30)
ON_DEMAND_STALE_AFTER = timedelta(hours=24)
STALE_FACTOR = 1.10  # INV-21: the last known price and a tenth
MILLION = 1_000_000

# Each line with the account it is taken from and the one it goes to.
LINES = {
    "baseline": ("on_demand_equivalent", "savings"),
    "actual": ("savings", "compute"),
    "overlap": ("savings", "replicas"),
    "fallback_premium": ("savings", "fallback"),
    "zombie_burn": ("savings", "zombies"),
}
COSTS = tuple(line for line in LINES if line != "baseline")


@dataclass(frozen=True)
class Quote:
    """A price in USD per hour, where it comes from, and whether it is the last known one of a feed that fell silent."""

    usd_per_hour: float
    data_source: str
    stale: bool = False


@dataclass(frozen=True)
class Span:
    """A time in which an instance had one role."""

    role: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Life:
    """What is booked of one instance. ``is_fallback``: On-Demand, launched by us because Spot was not to be had."""

    instance_id: int
    lifecycle: str
    is_fallback: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class HourPrices:
    """The prices of one instance-hour; ``baseline`` is None while no On-Demand price of the workload is known."""

    own: Quote
    spot: Quote | None
    baseline: Quote | None


@dataclass(frozen=True)
class Line:
    """One line of the ledger."""

    line: str
    seconds: float
    usd_per_hour: float
    micros: int
    data_source: str
    stale: bool


def quote(price: float | None, updated_at: datetime | None, patience: timedelta, source: str, at: datetime) -> Quote | None:
    """A price as it may be booked at ``at``: last known plus a tenth, and marked, once its feed was silent for ``patience``."""
    if price is None or updated_at is None:
        return None
    stale = at - updated_at > patience
    return Quote(round(price * STALE_FACTOR, 6) if stale else price, source, stale)


def spans_of(changes: Iterable[tuple[str, datetime]], begin: datetime, end: datetime) -> tuple[Span, ...]:
    """The roles of an instance between its launch and its end, from its changes of role, oldest first.

    It is billed from ``begin`` whatever the history says; its first role counts from there.
    """
    ordered = sorted(changes, key=lambda change: change[1])
    starts = [begin, *(at for _, at in ordered[1:])]
    ends = [*(at for _, at in ordered[1:]), end]
    spans = [
        Span(role, max(start, begin), min(stop, end)) for (role, _), start, stop in zip(ordered, starts, ends, strict=True)
    ]
    return tuple(span for span in spans if span.start < span.end)


def lines_of(life: Life, hour: datetime, prices: HourPrices) -> list[Line]:
    """The lines of one instance in the hour that begins at ``hour``. The same facts give the same lines, however often."""
    seconds = _seconds_by_role(life.spans, hour)
    serving = seconds.get(Role.PRIMARY, 0.0)
    lines = [_line("overlap", seconds.get(Role.REPLICA, 0.0), prices.own), _line("zombie_burn", _burnt(seconds), prices.own)]
    lines += _own_cost(life, serving, prices)
    if prices.baseline is not None:
        lines.append(_line("baseline", serving, prices.baseline))
    return [line for line in lines if line.seconds > 0]


def amount(seconds: float, usd_per_hour: float) -> int:
    """Millionths of a dollar, rounded half to even."""
    exact = Decimal(str(seconds)) * Decimal(str(usd_per_hour)) * MILLION / 3600
    return int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


def net(sums: Mapping[str, int]) -> int:
    """Baseline less every cost; negative where we lost money."""
    return sums.get("baseline", 0) - sum(sums.get(line, 0) for line in COSTS)


def usd(micros: int | None) -> float | None:
    """Dollars; None where nothing is booked."""
    return None if micros is None else int(micros) / MILLION


def cents(parts: Mapping[str, int]) -> dict[str, int]:
    """Millionths as whole cents that add up to the cents of their total: what rounding leaves over goes to the largest remainders."""
    total = _to_cents(sum(parts.values()))
    floors = {name: value // 10_000 for name, value in parts.items()}
    left = total - sum(floors.values())
    by_remainder = sorted(parts, key=lambda name: (floors[name] * 10_000 - parts[name], name))
    return {name: floors[name] + (name in by_remainder[:left]) for name in parts}


def hours_between(first: datetime, last: datetime) -> list[datetime]:
    """The hours from the one that holds ``first`` to the one that holds ``last``."""
    start, end = hour_of(first), hour_of(last)
    return [start + n * HOUR for n in range(int((end - start) / HOUR) + 1)]


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _to_cents(micros: int) -> int:
    """Half to even, as finance rounds."""
    return int((Decimal(micros) / 10_000).quantize(Decimal(1), ROUND_HALF_EVEN))


def _seconds_by_role(spans: tuple[Span, ...], hour: datetime) -> dict[str, float]:
    found: dict[str, float] = {}
    for span in spans:
        start, end = max(span.start, hour), min(span.end, hour + HOUR)
        if start < end:
            found[span.role] = round(found.get(span.role, 0.0) + (end - start).total_seconds(), 3)
    return found


def _burnt(seconds: Mapping[str, float]) -> float:
    """Whatever it was after it served and before it ended."""
    return round(sum(seconds.get(role, 0.0) for role in (Role.ZOMBIE, Role.TERMINATED, NONE)), 3)


def _own_cost(life: Life, serving: float, prices: HourPrices) -> list[Line]:
    """What a PRIMARY costs; the part of a fallback that Spot would not have cost stands on a line of its own."""
    own, spot = prices.own, prices.spot
    if not life.is_fallback or spot is None or spot.usd_per_hour >= own.usd_per_hour:
        return [_line("actual", serving, own)]
    whole, cheap = amount(serving, own.usd_per_hour), amount(serving, spot.usd_per_hour)
    premium = round(own.usd_per_hour - spot.usd_per_hour, 6)
    return [
        _line("actual", serving, spot),
        Line("fallback_premium", serving, premium, whole - cheap, own.data_source, own.stale or spot.stale),
    ]


def _line(name: str, seconds: float, price: Quote) -> Line:
    return Line(name, seconds, price.usd_per_hour, amount(seconds, price.usd_per_hour), price.data_source, price.stale)
