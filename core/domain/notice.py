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
    time_members: tuple[str, ...]
    has_deadline: bool


NOTICES = {
    kind.name: kind
    for kind in (
        NoticeKind("rebalance", "rebalance recommendation", Rank.REBALANCE, ("notice_time", "time"), has_deadline=False),
        NoticeKind("termination", "interruption notice", Rank.TERMINATION, ("time", "termination_time"), has_deadline=True),
    )
}

STALE_AFTER = timedelta(seconds=300)
EARLIEST_DEADLINE = timedelta(seconds=-300)
LATEST_DEADLINE = timedelta(seconds=600)


@dataclass(frozen=True)
class Notice:
    """One sighting, read. ``deadline`` is None for a rebalance; ``disposition`` is act or verify."""

    kind: NoticeKind
    source_key: str
    action_time: datetime | None
    deadline: datetime | None
    disposition: str
    action: str
    payload: Mapping[str, Any]

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
    return Notice(
        kind=kind,
        source_key=(text or received_at.isoformat())[:128],
        action_time=at,
        deadline=_deadline(kind, body, at, received_at),
        disposition="verify" if _is_stale(body) else "act",
        action=str(body.get("action") or "terminate"),
        payload=body,
    )


def parse_time(text: str | None) -> datetime | None:
    """An RFC 3339 time as aware UTC; without offset it is UTC; None for what is no time."""
    try:
        at = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    """The earlier of two deadlines, where None means unknown."""
    return min((at for at in (a, b) if at is not None), default=None)


def _time_text(kind: NoticeKind, body: Mapping[str, Any]) -> str:
    return next((str(body[name]) for name in kind.time_members if body.get(name)), "")


def _deadline(kind: NoticeKind, body: Mapping[str, Any], at: datetime | None, received_at: datetime) -> datetime | None:
    """The credible deadline of a termination; the time of receipt when none is credible, or for hibernate."""
    if not kind.has_deadline:
        return None
    if body.get("action") == "hibernate" or at is None:
        return received_at
    credible = EARLIEST_DEADLINE <= at - received_at <= LATEST_DEADLINE
    return at if credible else received_at


def _is_stale(body: Mapping[str, Any]) -> bool:
    age = body.get("seen_age_ms")
    return isinstance(age, (int, float)) and timedelta(milliseconds=age) > STALE_AFTER
