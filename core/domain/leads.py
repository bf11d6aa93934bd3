"""How long AWS left between a warning and the end, as it was seen: per pool, and never more than was seen (K-01, L-24).

AWS promises no lead time after a rebalance recommendation, and two minutes after an interruption notice at best.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.domain.row import FromRow

LEAST_SEEN = 5  # fewer say nothing of the next one


@dataclass(frozen=True)
class Warned(FromRow):
    """One incident of a Spot machine. ``verified``: AWS itself proved that it took it, so that ``gone_at`` is its doing and not ours."""

    pool_id: str
    region: str
    instance_type: str
    cause: str
    is_own: bool
    is_closed: bool
    notice_rank: int
    opened_at: datetime
    noticed_at: datetime | None
    deadline_at: datetime | None
    gone_at: datetime | None
    verified: bool

    @property
    def came(self) -> bool:
        """Whether the machine was taken, or announced to be."""
        return bool(self.notice_rank >= 2 or self.verified)

    @property
    def end(self) -> datetime | None:
        """When AWS took it, as seen; else when it said that it would."""
        return self.gone_at if self.verified and self.gone_at else self.deadline_at

    def lead_seconds(self, kind: str) -> float | None:
        """From the recommendation, or from the first interruption notice, to the end; None where that is not known."""
        if kind == "rebalance":
            began, end = (self.opened_at, self.end) if self.cause == "rebalance" and self.came else (None, None)
        else:
            began, end = self.noticed_at, self.gone_at if self.verified else None
        return max(0.0, (end - began).total_seconds()) if began and end else None


@dataclass(frozen=True)
class Lead:
    """Seconds: half of what was seen was no shorter than ``p50``, nine of ten no shorter than ``p10``."""

    samples: int
    p10: float | None
    p50: float | None
    shortest: float | None


@dataclass(frozen=True)
class Learned:
    """What was learned of a pool, or where that is too little of all pools of its type in its region."""

    scope: str
    lead: Lead


def lead_of(seconds: Iterable[float | None]) -> Lead:
    """Always one that was seen, and the shorter of two: nobody is promised more time than there was."""
    known = sorted(one for one in seconds if one is not None)
    if not known:
        return Lead(0, None, None, None)
    return Lead(len(known), known[int(0.1 * (len(known) - 1))], known[(len(known) - 1) // 2], known[0])


def learned(warned: Sequence[Warned], pool_id: str, region: str, instance_type: str, kind: str) -> Learned | None:
    """The pool's own where enough was seen of it, else that of pools like it, else nothing."""
    alike = [one for one in warned if (one.region, one.instance_type) == (region, instance_type)]
    for scope, some in (("pool", [one for one in alike if one.pool_id == pool_id]), ("type", alike)):
        lead = lead_of(one.lead_seconds(kind) for one in some)
        if lead.samples >= LEAST_SEEN:
            return Learned(scope, lead)
    return None


def alarms(warned: Iterable[Warned]) -> dict:
    """Recommendations that are over, how many came to nothing, and the share of those (MET-12); of one's own alone."""
    ended = [one for one in warned if one.cause == "rebalance" and one.is_closed and one.is_own]
    false = sum(not one.came for one in ended)
    return {"ended": len(ended), "false_alarms": false, "false_alarm_share": round(false / len(ended), 4) if ended else None}
