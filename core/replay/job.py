"""Task C: a job of fixed work and a deadline, on one recorded pool.

Each tick the policy sees whether spot is available and says where the job runs. A change to a machine takes the
changeover, paid and without progress. A spot machine is lost in the tick in which its pool is down.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from statistics import fmean
from typing import Protocol

import numpy as np

from core.domain.decision.deadline import IDLE, ON_DEMAND, SPOT, JobState
from core.replay.availability import DAY, Market
from core.replay.journal import Journal

SPOT_SHARE = 0.3
OPS = {IDLE: "release", SPOT: "launch_spot", ON_DEMAND: "launch_on_demand"}


@dataclass(frozen=True)
class JobTask:
    """Hours of work, hours to the deadline, and how many ticks a changeover takes; jobs start every ``every_hours``."""

    work_hours: float = 48.0
    deadline_hours: tuple[float, ...] = (52.0, 60.0, 72.0)
    changeover: int = 2
    every_hours: float = 24.0
    first: int = 0
    last: int | None = None
    cold: bool = False


@dataclass(frozen=True)
class Job:
    """One job: its trace from its start, its work and deadline in ticks."""

    pool: str
    start: int
    work: int
    deadline: int
    deadline_hours: float
    up: bytes

    @property
    def share_up(self) -> float:
        return self.up.count(1) / len(self.up)


@dataclass(frozen=True)
class Outcome:
    """What a job cost, in On-Demand prices of its work, and whether it was late."""

    cost: float
    late: bool
    moves: int


class JobPolicy(Protocol):
    def watch(self, spot_up: bool) -> None: ...
    def choose(self, state: JobState) -> tuple[str, str]: ...


def jobs_of(market: Market, task: JobTask) -> list[Job]:
    """Every job that fits between ``first`` and ``last``, in every pool and for every deadline."""
    work, last = ceil(task.work_hours / market.hours), min(task.last or market.ticks, market.ticks)
    found = []
    for hours in task.deadline_hours:
        deadline, every = int(hours / market.hours), max(1, round(task.every_hours / market.hours))
        for pool, up in zip(market.pools, market.up, strict=True):
            starts = range(task.first, last - deadline + 1, every)
            found += [Job(pool, start, work, deadline, hours, up[start : start + deadline]) for start in starts]
    return found


def play(job: Job, policy: JobPolicy, changeover: int, journal: Journal | None = None, number: int = 0) -> Outcome:
    """Run one job to its end or its deadline."""
    state = JobState(IDLE, 0, job.work, job.deadline, False, changeover)
    cost, moves = 0.0, 0
    for tick, up in enumerate(job.up):
        state = _lose(replace(state, spot_up=up == 1, ticks_left=job.deadline - tick), job, tick, journal, number)
        policy.watch(state.spot_up)
        choice, why = policy.choose(state)
        if choice != state.running_on:
            moves += 1
            _note(journal, job, tick, state.running_on, choice, why, number)
            state = replace(state, running_on=choice, cooling=changeover)
        cost += {IDLE: 0.0, SPOT: SPOT_SHARE, ON_DEMAND: 1.0}[state.running_on]
        state = _worked(state)
        if state.work_left == 0:
            _note(journal, job, tick + 1, state.running_on, IDLE, "the work is done", number)
            return Outcome(cost / job.work, False, moves)
    return Outcome(cost / job.work, True, moves)


def _lose(state: JobState, job: Job, tick: int, journal: Journal | None, number: int) -> JobState:
    """What the market takes away at the start of a tick."""
    if state.running_on != SPOT or state.spot_up:
        return state
    if journal:
        journal.note(job.start + tick, "lost", job.pool, True, "the pool was reclaimed", number)
    return replace(state, running_on=IDLE, cooling=0)


def _worked(state: JobState) -> JobState:
    if state.running_on == IDLE:
        return state
    if state.cooling:
        return replace(state, cooling=state.cooling - 1)
    return replace(state, work_left=state.work_left - 1)


def _note(journal: Journal | None, job: Job, tick: int, old: str, new: str, why: str, number: int) -> None:
    """A change is a release of what ran and a launch of what will."""
    if journal is None:
        return
    if old != IDLE:
        journal.note(job.start + tick, "release", job.pool if old == SPOT else ON_DEMAND, True, why, number)
    if new != IDLE:
        journal.note(job.start + tick, OPS[new], job.pool if new == SPOT else ON_DEMAND, True, why, number)


class Greedy:
    """Spot or nothing, until On-Demand is the only way to be in time; then On-Demand to the end."""

    def __init__(self, job: Job):
        pass

    def watch(self, spot_up: bool) -> None:
        """Learns nothing."""

    def choose(self, state: JobState) -> tuple[str, str]:
        wish = ON_DEMAND if state.running_on == ON_DEMAND else SPOT if state.spot_up else IDLE
        return (wish, "spot or nothing") if state.may(wish) else (ON_DEMAND, "the deadline is near")


class UniformProgress(Greedy):
    """Uniform Progress as published (NSDI'24 "Can't Be Late"): expected progress is a straight line to the deadline.

    Idle and behind the line: On-Demand. On On-Demand: stay until as far as the line will be two changeovers later. Spot
    whenever it is there, until it is lost. Its published safety net, On-Demand to the end once an idle job has less
    than two changeovers of slack, costs the same as the guard here.
    """

    def __init__(self, job: Job):
        self.job = job

    def choose(self, state: JobState) -> tuple[str, str]:
        wish = self._wish(state)
        return (wish, "uniform progress") if state.may(wish) else (ON_DEMAND, "the deadline is near")

    def _wish(self, state: JobState) -> str:
        if state.running_on == ON_DEMAND and self._ahead(state, 2 * state.changeover) < 0:
            return ON_DEMAND
        return SPOT if state.spot_up else ON_DEMAND if self._ahead(state) < 0 else IDLE

    def _ahead(self, state: JobState, later: int = 0) -> float:
        """Ticks of work done beyond where the line is ``later`` ticks from now."""
        due = (self.job.deadline - state.ticks_left + later) * self.job.work / self.job.deadline
        return self.job.work - state.work_left - due


class EagerProgress(UniformProgress):
    """A stronger Uniform Progress of our own: it goes from On-Demand back to spot as soon as it is on the line."""

    def _wish(self, state: JobState) -> str:
        if state.running_on == ON_DEMAND and state.spot_up and self._ahead(state) >= 0:
            return SPOT
        if state.running_on == ON_DEMAND:
            return IDLE if self._ahead(state) >= 2 * state.changeover else ON_DEMAND
        return super()._wish(state)


def omniscient(job: Job, changeover: int) -> float:
    """The least cost of a job whose trace is known, by dynamic programming over (work left) x (where it runs)."""
    never = np.full(job.work + 1, 1e9)
    never[0] = 0.0
    idle, spot, demand = never, [never] * (changeover + 1), [never] * (changeover + 1)
    for up in reversed(job.up):
        on_spot = _run(spot, SPOT_SHARE) if up else None
        on_demand = _run(demand, 1.0)
        idle = np.minimum(idle, on_demand[changeover])
        if on_spot:
            idle = np.minimum(idle, on_spot[changeover])
        spot = [np.minimum(idle, one) for one in on_spot] if on_spot else [idle] * (changeover + 1)
        demand = [np.minimum(idle, one) for one in on_demand]
    return float(idle[job.work]) / job.work


def _run(later: list[np.ndarray], price: float) -> list[np.ndarray]:
    """The value of running one tick with 0, 1, ... ticks of changeover left."""
    worked = np.empty_like(later[0])
    worked[1:], worked[0] = later[0][:-1] + price, 0.0
    return [worked, *(_paid(one, price) for one in later[:-1])]


def _paid(values: np.ndarray, price: float) -> np.ndarray:
    paid = values + price
    paid[0] = 0.0
    return paid


def cells(market: Market, task: JobTask, make: Callable[[Job], JobPolicy] | None, journal: Journal | None = None,
          tell: Callable[[int, int], None] | None = None) -> dict:  # fmt: skip
    """Mean cost per deadline, for jobs that found spot at least half of the time and for the others; None: omniscient."""
    jobs, outcomes = jobs_of(market, task), []
    for number, job in enumerate(jobs):
        outcomes.append(_outcome(market, task, job, make, journal, number))
        if tell and number % 20 == 0:
            tell(number, len(jobs))
    return {"cells": _by_cell(jobs, outcomes), "late": sum(one.late for one in outcomes), "jobs": len(jobs),
            "cost_over_on_demand": round(fmean(one.cost for one in outcomes), 5) if outcomes else None}  # fmt: skip


def _outcome(market: Market, task: JobTask, job: Job, make: Callable | None, journal: Journal | None, number: int) -> Outcome:
    if make is None:
        return Outcome(omniscient(job, task.changeover), False, 0)
    policy = make(job)
    if not task.cold:
        for up in market.up[market.pools.index(job.pool)][max(0, job.start - round(14 * DAY / market.gap_seconds)) : job.start]:
            policy.watch(up == 1)
    return play(job, policy, task.changeover, journal, number)


def _by_cell(jobs: list[Job], outcomes: list[Outcome]) -> dict[str, dict]:
    groups: dict[str, list[Outcome]] = {}
    for job, outcome in zip(jobs, outcomes, strict=True):
        groups.setdefault(f"{job.deadline_hours:g}h, spot {'>=' if job.share_up >= 0.5 else '<'} 50%", []).append(outcome)
    return {
        name: {"jobs": len(group), "cost_over_on_demand": round(fmean(one.cost for one in group), 5), "late": sum(one.late for one in group)}
        for name, group in sorted(groups.items())
    }


def differences(report: dict, log: list[dict]) -> list[str]:
    """The mean cost of a report's jobs again from their launches, losses and releases (``machine`` is the job)."""
    terms, told = report["terms"], report["metrics"]
    if report["policy"] == "omniscient":
        return []
    running: dict[int, tuple[int, float]] = {}
    spent = 0.0
    for line in log:
        if line["op"].startswith("launch"):
            running[line["machine"]] = (line["tick"], SPOT_SHARE if line["op"] == "launch_spot" else 1.0)
        else:
            since, price = running.pop(line["machine"])
            spent += (line["tick"] - since) * price
    cost = spent / told["jobs"] / ceil(terms["work_hours"] * 3600 / terms["gap_seconds"])
    late = [f"{len(running)} jobs never ended"] if running else []
    return late + ([f"the report says {told['cost_over_on_demand']}, the log {cost:.5f}"] if abs(cost - told["cost_over_on_demand"]) > 1e-5 else [])
