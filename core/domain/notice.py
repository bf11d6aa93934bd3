"""What AWS announces, how sure we are of it, and by when it happens.

Source of the rules: the EC2 User Guide on Spot interruption notices and rebalance recommendations.
An interruption notice names its own deadline; a rebalance recommendation promises no lead time at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any


class Rank(IntEnum):
    """How bad it is. While an incident is open the rank only rises."""

    NONE = 0
    REBALANCE = 1
    TERMINATION = 2


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice: its rank, and the member of the agent's body that holds AWS's time."""

    name: str
    words: str
    rank: Rank
    time_members: tuple[str, ...] = ()
    has_deadline: bool = False


# Agents tell of the first two; the others come as AWS's events alone. tests/fixtures/notices holds one of each.
NOTICES = {
    kind.name: kind
    for kind in (
        NoticeKind("rebalance", "rebalance recommendation", Rank.REBALANCE, ("notice_time", "time")),
        NoticeKind("termination", "interruption notice", Rank.TERMINATION, ("time", "termination_time"), has_deadline=True),
        NoticeKind("state_change", "state change", Rank.NONE),
        NoticeKind("eviction", "eviction by AWS", Rank.NONE),
        NoticeKind("maintenance", "scheduled maintenance", Rank.TERMINATION, has_deadline=True),
        NoticeKind("lifecycle", "Auto Scaling termination", Rank.TERMINATION),
        NoticeKind("activity", "Auto Scaling or API activity", Rank.NONE),
    )
}

STALE_AFTER = timedelta(seconds=300)
EARLIEST_DEADLINE = timedelta(seconds=-300)
LATEST_DEADLINE = timedelta(seconds=600)
GRACE = timedelta(seconds=5)  # AWS writes whole seconds, and a poll takes two
BELIEVABLE_YEARS = range(1970, 9000)
STALE, OVERDUE = "stale", "overdue"


@dataclass(frozen=True)
class Notice:
    """One sighting, read. ``deadline`` is None where none is promised.

    ``disposition`` is act, verify or record; ``reason`` says why it is not act.
    """

    kind: NoticeKind
    source_key: str
    action_time: datetime | None
    deadline: datetime | None
    disposition: str
    action: str
    payload: Mapping[str, Any]
    reason: str | None = None

    @property
    def rank(self) -> Rank:
        return self.kind.rank


def read_notice(kind: NoticeKind, body: Mapping[str, Any], received_at: datetime) -> Notice:
    """Read an agent's body at ``received_at`` (database clock). A bad time never refuses a notice.

    Stale is what was last seen in the metadata more than 300 s ago (``seen_age_ms``): it is verified,
    not acted upon.
    """
    text = _time_text(kind, body)
    at = parse_time(text)
    deadline = _deadline(kind, body, at, received_at)
    doubt = STALE if _is_stale(body) else OVERDUE if is_overdue(deadline, received_at) else None
    return Notice(
        kind=kind,
        source_key=(text or received_at.isoformat())[:128],
        action_time=at,
        deadline=deadline,
        disposition="verify" if doubt else "act",
        action=str(body.get("action") or "terminate"),
        payload=body,
        reason=doubt,
    )


def credible(deadline: datetime | None, received_at: datetime) -> datetime:
    """The deadline if it lies close enough to the receipt to be believed, else the time of receipt."""
    if deadline is None:
        return received_at
    return deadline if EARLIEST_DEADLINE <= deadline - received_at <= LATEST_DEADLINE else received_at


def is_overdue(deadline: datetime | None, received_at: datetime) -> bool:
    """Whether what was announced should have happened by now: the state is asked for before anything is done."""
    return deadline is not None and deadline < received_at - GRACE


def parse_time(text: str | None) -> datetime | None:
    """An RFC 3339 time as aware UTC; without offset it is UTC; None for what is no time."""
    try:
        at = datetime.fromisoformat((text or "").strip())
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in BELIEVABLE_YEARS else None


def _time_text(kind: NoticeKind, body: Mapping[str, Any]) -> str:
    return next((str(body[name]) for name in kind.time_members if body.get(name)), "")


def _deadline(kind: NoticeKind, body: Mapping[str, Any], at: datetime | None, received_at: datetime) -> datetime | None:
    """The credible deadline of a termination; the time of receipt when none is credible, or for hibernate."""
    if not kind.has_deadline:
        return None
    return received_at if body.get("action") == "hibernate" else credible(at, received_at)


def _is_stale(body: Mapping[str, Any]) -> bool:
    age = body.get("seen_age_ms")
    return isinstance(age, (int, float)) and timedelta(milliseconds=age) > STALE_AFTER
