"""What was seen of one pool, kept as a few numbers, so that nobody reads a week of sightings to know how it stands."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.domain.risk import DOWN, FADES, LOSSES, UP, Sighting, Standing, Stretch, standing, stretches

LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Seen:
    """A pool after its last sighting. Nothing in it depends on when it is read; times of losses and notices are ascending.

    ``seen_at`` is the last sighting that said up or down, ``came_back_at`` the begin of the present stretch (None: it is down).
    """

    samples: int = 0
    seen_at: datetime | None = None
    is_down: bool = False
    came_back_at: datetime | None = None
    is_whole: bool = True
    up: tuple[Stretch, ...] = ()
    losses: tuple[float, ...] = ()
    notices: tuple[float, ...] = ()

    @classmethod
    def of(cls, sightings: Sequence[Sighting], now: datetime) -> "Seen":
        """After these sightings, oldest first."""
        here, known = standing(sightings, now), [s for s in sightings if s.kind in UP | DOWN and s.at <= now]
        return cls(
            len(sightings), known[-1].at if known else None, here.is_down, now - here.age if known and not here.is_down else None,
            here.is_whole, tuple(stretches(sightings, now)), _times(sightings, LOSSES), _times(sightings, {"noticed"}),
        )  # fmt: skip

    def standing(self, now: datetime) -> Standing:
        """How it stands at a later time; what was last seen a week ago is unknown again."""
        if self.seen_at is None or now - self.seen_at > LOOK_BACK:
            return Standing(None, False, self.samples)
        if self.is_down:
            return Standing((now - self.seen_at) / 2, True, self.samples)
        return Standing(now - self.came_back_at, False, self.samples, self.is_whole)

    def stretches(self, now: datetime) -> tuple[Stretch, ...]:
        """When it was up; the last sighting speaks for a day."""
        if self.came_back_at is None or not self.up:
            return self.up
        last = self.up[-1]
        return (*self.up[:-1], Stretch(last.began, min(now, self.seen_at + FADES), last.lost, last.is_whole))

    def lost_within(self, hours: int, now: datetime) -> int:
        """How often it was lost in the last ``hours``."""
        return _count(self.losses, hours, now)

    def noticed_within(self, hours: int, now: datetime) -> int:
        return _count(self.notices, hours, now)

    def history(self) -> dict:
        """What has no column of its own, as JSON; times in seconds since 1970."""
        spans = [[one.began.timestamp(), one.until.timestamp(), int(one.lost), int(one.is_whole)] for one in self.up]
        return {"up": spans, "losses": self.losses, "notices": self.notices}

    @classmethod
    def from_row(cls, row: Mapping[str, Any], history: Mapping[str, Any]) -> "Seen":
        spans = (Stretch(_at(began), _at(until), bool(lost), bool(whole)) for began, until, lost, whole in history["up"])
        return cls(
            row["samples"], row["seen_at"], bool(row["is_down"]), row["came_back_at"], bool(row["is_whole"]), tuple(spans),
            tuple(history["losses"]), tuple(history["notices"]),
        )  # fmt: skip


NOTHING_SEEN = Seen()


def _times(sightings: Sequence[Sighting], kinds: frozenset[str] | set[str]) -> tuple[float, ...]:
    return tuple(sorted(s.at.timestamp() for s in sightings if s.kind in kinds))


def _count(times: tuple[float, ...], hours: int, now: datetime) -> int:
    end = now.timestamp()
    return bisect_right(times, end) - bisect_right(times, end - 3600 * hours)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
