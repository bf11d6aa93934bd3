"""The timetable itself: what is on it, and that a tick is as good as its job."""

import time
from dataclasses import replace

import pytest

from core import errors
from jobs import JOBS, Job
from jobs.scheduler import RUNG, Timetable


@pytest.fixture
def timetable(db, settings):
    return Timetable(settings)


def test_every_job_is_named_once_and_every_bell_rings_for_one():
    names = [job.name for job in JOBS]

    assert len(names) == len(set(names))
    assert set(RUNG) <= set(names)


def test_a_tick_runs_a_led_job_under_the_lease_and_once_in_its_slot(world, timetable):
    ran = []
    job = Job("tidy", 3600, lambda context: ran.append(context))

    timetable.tick(job), timetable.tick(job)

    assert len(ran) == 1
    assert timetable.lease.token is not None


def test_a_tick_of_a_job_that_needs_no_leader_runs_in_each_process(timetable):
    ran = []
    job = Job("act", 1, ran.append, led=False)

    timetable.tick(job), timetable.tick(job)

    assert len(ran) == 2


def test_prices_are_collected_by_one_job_oftener_in_the_demo(db, settings):
    job, collectors = next(job for job in JOBS if job.name == "spot_prices"), [job.name for job in JOBS if "prices" in job.name]

    assert collectors == ["spot_prices"]
    assert (job.period(""), job.period("demo"), Job("any", 60, job.run).period("demo")) == (120, 30, 60)


def test_ranks_are_read_every_six_hours_prices_within_five_minutes_and_alerts_every_half_minute():
    period = {job.name: job.seconds for job in JOBS}

    assert (period["spot_advisor"], period["alert_rules"], period["pool_risk"]) == (6 * 3600, 30, 300)
    assert period["spot_prices"] <= 300


def test_the_ranks_are_read_once_in_six_hours_by_the_databases_clock(world, timetable):
    ran, six_hours = [], 6 * 3600
    job = replace(next(job for job in JOBS if job.name == "spot_advisor"), run=lambda context: ran.append(1))
    world.jump(seconds=six_hours - world.now().timestamp() % six_hours + 5)
    timetable.tick(job)
    for seconds, runs in ((six_hours - 60, 1), (60, 2)):
        world.jump(seconds=seconds)
        timetable.tick(job), timetable.tick(job)
        assert len(ran) == runs


def test_in_the_demo_a_slot_is_as_short_as_the_demos_period(db, settings):
    ran, yearly = [], Job("spot_prices", 365 * 86400, lambda context: ran.append(1), demo_seconds=1)
    demo = Timetable(replace(settings, preset="demo"))

    demo.tick(yearly)
    time.sleep(1.1)
    demo.tick(yearly)

    assert len(ran) == 2


def test_a_failing_job_does_not_stop_the_ticking(timetable):
    def fails(context):
        raise errors.Unavailable("not now")

    timetable.tick(Job("act", 1, fails, led=False))


@pytest.mark.parametrize("name", ["emergency_watch", "safe_mode", "housekeeping", "executor"])
def test_a_job_on_an_empty_installation_finds_nothing_to_do(timetable, name):
    job = next(job for job in JOBS if job.name == name)

    counts = job.run(timetable._context)

    assert not any(counts.values())
