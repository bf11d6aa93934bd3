"""Lights change at their boundaries and nowhere else (MET-20, MET-21, K-15)."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain import lights

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("depth", "colour"), [
    (0, "green"), (99, "green"), (100, "yellow"), (500, "yellow"), (501, "red"),
])  # fmt: skip
def test_a_queue_is_green_below_a_hundred_and_red_above_five_hundred(depth, colour):
    assert lights.light(depth) == colour


@pytest.mark.parametrize(("depth", "oldest", "needed"), [
    (100, 300, False), (101, 0, True), (1, 301, True), (0, None, False),
])  # fmt: skip
def test_a_worker_is_asked_for_when_the_queue_is_long_or_its_oldest_old(depth, oldest, needed):
    assert ("add a worker" in (lights.hint(depth, oldest) or "")) is needed


@pytest.mark.parametrize(("share", "needed"), [(None, False), (0.0, False), (0.8, False), (0.81, True), (1.0, True)])
def test_a_worker_is_asked_for_when_a_process_uses_more_than_four_fifths_of_a_core(share, needed):
    assert ("add a worker" in (lights.load_hint(share) or "")) is needed


@pytest.mark.parametrize(("milliseconds", "status"), [(99.9, "healthy"), (100, "degraded"), (999, "degraded"), (1000, "critical")])
def test_a_slow_database_is_degraded_and_a_very_slow_one_critical(milliseconds, status):
    assert lights.by_latency(milliseconds).status == status


@pytest.mark.parametrize(("periods", "status"), [(2, "healthy"), (2.1, "degraded"), (6, "degraded"), (6.1, "critical")])
def test_what_comes_regularly_may_miss_once_and_is_critical_after_six_periods(periods, status):
    hour = timedelta(hours=1)

    assert lights.by_age("it", NOW - periods * hour, NOW, hour).status == status


def test_what_never_happened_is_unknown_and_so_is_a_fleet_of_none():
    assert lights.by_age("it", None, NOW, timedelta(hours=1)).status is None
    assert lights.by_silence(0, 0, 0).status is None


@pytest.mark.parametrize(("agents", "offline", "late", "status"), [
    (3, 0, 0, "healthy"), (3, 0, 1, "degraded"), (3, 2, 0, "degraded"), (3, 3, 0, "critical"),
])  # fmt: skip
def test_hosts_that_are_silent_degrade_and_all_of_them_are_critical(agents, offline, late, status):
    assert lights.by_silence(agents, offline, late).status == status


def test_what_was_not_checked_for_two_minutes_is_unknown():
    assert lights.as_known("healthy", NOW - timedelta(seconds=120), NOW) == "healthy"
    assert lights.as_known("healthy", NOW - timedelta(seconds=121), NOW) is None
