"""What is kept of a pool answers like all of its sightings, at any later time."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.risk import Sighting, standing
from core.domain.risk_model import SHARES, Watched
from core.domain.sightings import NOTHING_SEEN, Seen

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = ("available", "launched", "lost", "refused", "unavailable", "noticed", "false_alarm")
HISTORIES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 160 * 60)), max_size=40)


def sightings(told: list[tuple[str, int]]) -> list[Sighting]:
    """(kind, minutes ago)"""
    return sorted((Sighting(kind, NOW - timedelta(minutes=ago)) for kind, ago in told), key=lambda one: one.at)


@given(HISTORIES, st.integers(0, 7 * 60))
def test_it_stands_as_its_sightings_say(told, minutes):
    seen, later = sightings(told), NOW + timedelta(minutes=minutes)

    assert Seen.of(seen, NOW).standing(later) == standing(seen, later)


@given(HISTORIES, st.integers(0, 7 * 60))
def test_a_model_is_told_the_same(told, minutes):
    seen, later = sightings(told), NOW + timedelta(minutes=minutes)
    kept, whole = Watched.seen(Seen.of(seen, NOW), later), Watched.of(seen, later)

    assert [kept.share(later, hours) for hours in SHARES.values()] == pytest.approx([whole.share(later, hours) for hours in SHARES.values()])
    assert (kept.losses(later, 6), kept.losses(later, 24)) == (whole.losses(later, 6), whole.losses(later, 24))
    assert kept.current(later - timedelta(seconds=1)) == whole.current(later - timedelta(seconds=1))


@given(HISTORIES)
def test_it_survives_its_row(told):
    seen = Seen.of(sightings(told), NOW)
    row = {"samples": seen.samples, "seen_at": seen.seen_at, "is_down": int(seen.is_down), "came_back_at": seen.came_back_at, "is_whole": int(seen.is_whole)}

    assert Seen.from_row(row, json.loads(json.dumps(seen.history()))) == seen


def test_losses_and_notices_leave_their_window_with_time():
    seen = Seen.of(sightings([("lost", 5 * 60), ("unavailable", 23 * 60), ("noticed", 30)]), NOW)

    assert [seen.lost_within(6, at) for at in (NOW, NOW + timedelta(hours=2))] == [1, 0]
    assert (seen.lost_within(24, NOW), seen.noticed_within(24, NOW), seen.noticed_within(24, NOW + timedelta(days=1))) == (2, 1, 0)


def test_what_was_last_seen_a_week_ago_is_unknown_again():
    seen = Seen.of(sightings([("available", 60)]), NOW)

    assert seen.standing(NOW + timedelta(days=8)).age is None
    assert NOTHING_SEEN.standing(NOW).age is None
