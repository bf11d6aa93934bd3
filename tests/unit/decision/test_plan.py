"""The plan of a deadline job and the spells it rests on."""

from itertools import product
from statistics import fmean

import numpy as np
import pytest

from core.domain.decision import plan
from core.domain.decision.deadline import Finisher
from core.domain.decision.spells import ENDS_BY_AGE, WIDEST, Spells, chain
from core.replay import job
from tests.unit.decision.markets import drawn_market

AGES = len(ENDS_BY_AGE)
HOURS = 195 / 3600
TERMS = plan.Terms.covering(HOURS, 2, 0.3, 300, 60)


@pytest.mark.parametrize(("step", "notch"), list(product((0.05, 0.5, 3.0), (-WIDEST, 0, WIDEST))))
def test_a_pool_is_somewhere_one_step_later(step, notch):
    moves = chain(step, notch)

    assert moves.min() >= 0 and np.allclose(moves.sum(axis=1), 1)


def test_a_pool_that_just_came_back_is_lost_sooner_than_an_old_one():
    lost = chain(HOURS, 0)[:AGES, AGES:].sum(axis=1)

    assert list(lost) == sorted(lost, reverse=True)


def test_a_pool_that_is_lost_more_often_than_the_table_says_is_believed_after_a_while():
    flapping, steady, new = Spells(HOURS), Spells(HOURS), Spells(HOURS)
    for tick in range(4000):
        flapping.watch(tick % 2 == 0)
        steady.watch(True)

    assert new.notch == 0 and steady.notch < 0 < flapping.notch == WIDEST



def test_a_step_of_the_plan_is_the_cheapest_of_its_ways():
    """The last steps by hand: with no slack nothing but On-Demand, with a sure pool and slack for going there spot."""
    here = plan.plan_for(TERMS, 0)

    assert {here.choice(runs, 40, 2, state) for runs in (plan.IDLE, plan.ON_DEMAND) for state in range(2 * AGES)} == {plan.ON_DEMAND}
    assert here.choice(plan.IDLE, 40, 50, AGES - 1) == plan.SPOT
    assert here.choice(plan.IDLE, 40, 50, 2 * AGES - 1) == plan.IDLE


def test_on_a_market_that_follows_the_table_the_plan_beats_uniform_progress_by_far():
    """And a job that takes every pool for a sure one, the naive twin, pays more than one that looks."""
    jobs = [one for seed in range(3) for one in job.jobs_of(_by_table(seed), job.JobTask(work_hours=20, deadline_hours=(24, 30), every_hours=20))]

    def cost(make):
        return fmean(job.play(one, make(one), 2).cost for one in jobs)

    class Deluded(Spells):
        state = property(lambda self: AGES - 1)  # believes spot up for days, always

    def deluded(one):
        policy = Finisher(HOURS)
        policy._spells = Deluded(HOURS)
        return policy

    best = fmean(job.omniscient(one, 2) for one in jobs)
    planned, uniform = cost(lambda one: Finisher(HOURS)), cost(job.UniformProgress)
    assert uniform - planned > 0.3 * (uniform - best)
    assert planned < cost(deluded)


def test_jobs_of_like_length_share_a_plan():
    like = {plan.Terms.covering(HOURS, 2, 0.3, ticks, 70) for ticks in (1050, 1100, 1400)}

    assert len(like) == 1 and like.pop().ticks >= 1400


@pytest.mark.parametrize("changeover", [0, 1, 3, 40])
def test_a_job_of_any_changeover_and_length_is_planned_and_in_time(changeover):
    market = drawn_market(pools=1, ticks=6000, leaving=0.05, coming=0.05)
    task = job.JobTask(work_hours=200, deadline_hours=(215,), changeover=changeover, every_hours=100)
    for one in job.jobs_of(market, task):
        assert not job.play(one, Finisher(HOURS), changeover).late


def _by_table(seed: int):
    """A market drawn from the chain itself."""
    rng, moves = np.random.default_rng(seed), chain(HOURS, 0).cumsum(axis=1)
    drawn = drawn_market(pools=2, ticks=1600, seed=seed)
    traces = []
    for _ in drawn.pools:
        state, trace = 0, bytearray()
        for draw in rng.random(drawn.ticks):
            state = min(2 * AGES - 1, int(np.searchsorted(moves[state], draw)))
            trace.append(state < AGES)
        traces.append(bytes(trace))
    return type(drawn)(drawn.name, drawn.pools, drawn.gap_seconds, tuple(traces))
