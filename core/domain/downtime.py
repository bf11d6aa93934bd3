"""Downtime is measured, never assumed (INV-39)."""

from dataclasses import dataclass
from datetime import datetime

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
