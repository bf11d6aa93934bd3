"""The timetable itself: what is on it, and that a tick is as good as its job."""

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


def test_a_failing_job_does_not_stop_the_ticking(timetable):
    def fails(context):
        raise errors.Unavailable("not now")

    timetable.tick(Job("act", 1, fails, led=False))


@pytest.mark.parametrize("name", ["emergency_watch", "safe_mode", "housekeeping", "executor"])
def test_a_job_on_an_empty_installation_finds_nothing_to_do(timetable, name):
    job = next(job for job in JOBS if job.name == name)

    counts = job.run(timetable._context)

    assert not any(counts.values())
