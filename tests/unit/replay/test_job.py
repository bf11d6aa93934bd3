"""Task C on small drawn markets: never late, never dearer than it must be, and the log gives the same cost."""

import json
import random

import pytest

from core.domain.decision.deadline import IDLE, ON_DEMAND, SPOT, Finisher, JobState
from core.replay import job
from core.replay.journal import Journal
from core.replay.lineup import TASK_C
from tests.unit.decision.markets import drawn_market

HOURS = 195 / 3600


def jobs(seed: int, **chance) -> list[job.Job]:
    market = drawn_market(pools=3, ticks=1400, seed=seed, **chance)
    return job.jobs_of(market, job.JobTask(work_hours=20, deadline_hours=(21, 25, 40), every_hours=12))


@pytest.mark.parametrize("name", [name for name, make in TASK_C.items() if make])
@pytest.mark.parametrize("chance", [{}, {"leaving": 0.3, "coming": 0.3}, {"leaving": 0.9, "coming": 0.05}, {"leaving": 0.002, "coming": 0.002}])
def test_no_deadline_is_missed_on_any_market(name, chance):
    for seed in range(4):
        for one in jobs(seed, **chance):
            assert not job.play(one, TASK_C[name](one, HOURS), 2).late


def test_a_policy_without_the_guard_is_late():
    """The naive twin waits for spot whatever the clock says."""

    class Patient(job.Greedy):
        def choose(self, state):
            return (SPOT if state.spot_up else IDLE), "patience"

    assert any(job.play(one, Patient(one), 2).late for one in jobs(1, leaving=0.3, coming=0.1))


def test_knowing_the_future_is_never_dearer():
    for one in jobs(2):
        assert job.omniscient(one, 2) <= min(job.play(one, make(one, HOURS), 2).cost for make in TASK_C.values() if make) + 1e-6


def test_the_cost_recomputed_from_the_log_is_the_cost_told():
    market, task, journal = drawn_market(pools=2, ticks=1400), job.JobTask(work_hours=20, deadline_hours=(25,)), Journal()
    metrics = job.cells(market, task, lambda one: Finisher(HOURS), journal)
    log = [json.loads(line) for line in journal.lines()]
    report = {"policy": "deadline", "metrics": metrics, "terms": {"work_hours": 20, "gap_seconds": 195}}

    assert job.differences(report, log) == []
    assert job.differences({**report, "metrics": {**metrics, "cost_over_on_demand": 0.1}}, log)


@pytest.mark.parametrize(("slack", "cooling", "on", "may"), [
    (2, 0, SPOT, {SPOT, ON_DEMAND}), (3, 0, IDLE, {IDLE, ON_DEMAND}), (4, 0, ON_DEMAND, {IDLE, SPOT, ON_DEMAND}), (1, 0, SPOT, {ON_DEMAND}),
])  # fmt: skip
def test_what_may_be_chosen_at_the_last_moment(slack, cooling, on, may):
    state = JobState(on, cooling, 100, 100 + slack, True, 2)

    assert {choice for choice in (IDLE, SPOT, ON_DEMAND) if state.may(choice)} == may


def test_whatever_is_chosen_at_random_the_guard_keeps_the_deadline():
    rng = random.Random(7)

    class Erratic(Finisher):
        def _wish(self, state):
            return rng.choice((IDLE, SPOT, ON_DEMAND)), "a whim"

    assert not any(job.play(one, Erratic(HOURS), 2).late for one in jobs(3, leaving=0.2, coming=0.2))
