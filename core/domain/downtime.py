"""Downtime is measured, never assumed (INV-39)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from core.domain.row import FromRow


@dataclass(frozen=True)
class ServingReport(FromRow):
    """One change of a workload, in the server's time."""

    instance_id: int
    serving: int
    since_at: datetime


@dataclass(frozen=True)
class Gap:
    """From the old workload's last answer to the new one's first. ``method`` says how we know."""

    start: datetime
    end: datetime
    method: str

    @property
    def seconds(self) -> float:
        return max(0.0, round((self.end - self.start).total_seconds(), 3))


def handover_gap(
    old: list[ServingReport], new: list[ServingReport], opened_at: datetime, last_contact: datetime | None
) -> Gap | None:
    """The gap of one handover, or None while the new workload has not answered yet.

    ``old`` and ``new`` are the two hosts' reports, oldest first. A host that died without a report was last
    known to serve at ``last_contact``: an upper bound, and the method says so.
    """
    serves = next((report.since_at for report in new if report.serving and report.since_at >= opened_at), None)
    if serves is None:
        return None
    lost = next((report.since_at for report in old if not report.serving and report.since_at >= opened_at), None)
    if lost is not None:
        return Gap(lost, serves, "serving_reports")
    return None if last_contact is None else Gap(last_contact, serves, "last_contact")


@dataclass(frozen=True)
class Measured(FromRow):
    """What one switch measured; whether it was this workload's own, and planned."""

    seconds: float
    is_own: int
    is_planned: int


@dataclass(frozen=True)
class Expected:
    """What a planned switch will take, by the median of so many measured ones; ``words`` say whose. None: nothing was measured."""

    seconds: float | None
    switches: int
    words: str


def expected_gap(measured: Iterable[Measured]) -> Expected:
    """By the nearest likeness that was measured: planned before emergency, this workload's before the client's others."""
    told = list(measured)
    for is_planned, is_own in ((1, 1), (1, 0), (0, 1), (0, 0)):
        found = [one.seconds for one in told if (one.is_planned, one.is_own) == (is_planned, is_own)]
        if found:
            return Expected(round(median(found), 3), len(found), _whose(len(found), is_planned, is_own))
    return Expected(None, 0, "no switch was measured yet")


def _whose(count: int, is_planned: int, is_own: int) -> str:
    what = ("planned switch" if count == 1 else "planned switches") if is_planned else ("emergency" if count == 1 else "emergencies")
    whose = "of this workload" if is_own else "of your other workloads"
    return f"as in the one measured {what} {whose}" if count == 1 else f"median of {count} measured {what} {whose}"
