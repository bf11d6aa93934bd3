"""A job with a deadline on one spot pool: wait, run on spot, or pay for On-Demand.

Slack is what a job may waste and still finish. It never grows: it is spent on waiting and on changeovers. So the job
waits while slack is generous for the work that is left, then works on On-Demand, and returns to spot whenever slack
covers going there and coming back. A deadline is never missed: no choice is taken from which On-Demand, begun at the
next tick, would be late.
"""

from collections import deque
from dataclasses import dataclass

# How much slack is kept per tick of work left, in a pool that is always up and in one that never is. Found on days
# 0-20 of public V100 availability (nine zones, 2023); between .10 and .20 the cost hardly changes.
RESERVE_UP, RESERVE_DOWN = 0.10, 0.20
RETURN_RESERVE = 0.05  # slack per tick of work left below which spot is not worth its changeovers
FAITH_HOURS = 12.0  # hours of watching that weigh as much as the first guess: up half of the time

FIRST_RUN_HOURS, RUN_FAITH = 3.0, 2.0  # how long spot stays, as long as we saw fewer runs than a handful
RUNS_KEPT = 200
WORTH = 1.5  # times its changeovers that a stay on spot must be expected to earn

IDLE, SPOT, ON_DEMAND = "idle", "spot", "on-demand"


@dataclass(frozen=True)
class JobState:
    """Where a job stands at a tick. Counts are ticks; ``cooling``: what its changeover still takes."""

    running_on: str
    cooling: int
    work_left: int
    ticks_left: int
    spot_up: bool
    changeover: int

    @property
    def slack(self) -> int:
        return self.ticks_left - self.work_left

    def may(self, choice: str) -> bool:
        """Whether On-Demand, begun at the next tick, would still be in time after this choice."""
        if choice == ON_DEMAND:
            return True
        if choice == IDLE:
            return self.slack >= self.changeover + 1
        cooling = self.cooling if self.running_on == SPOT else self.changeover
        return self.spot_up and self.slack >= self.changeover + cooling


class Runs:
    """How long spot stays once it is there: the mean residual life, from the runs we watched."""

    def __init__(self, step_hours: float) -> None:
        self._step, self._age = step_hours, 0
        self._ended: deque[int] = deque(maxlen=RUNS_KEPT)

    def watch(self, spot_up: bool) -> None:
        if spot_up:
            self._age += 1
        elif self._age:
            self._ended.append(self._age)
            self._age = 0

    def ticks_ahead(self) -> float:
        """Expected ticks that the present run still lasts."""
        beyond = [run - self._age for run in self._ended if run >= self._age]
        return (sum(beyond) + RUN_FAITH * FIRST_RUN_HOURS / self._step) / (len(beyond) + RUN_FAITH)


class Finisher:
    """Chooses, tick by tick, where the job runs. ``saving``: 1 - spot price over On-Demand."""

    def __init__(self, step_hours: float, saving: float = 0.7) -> None:
        self._step, self._saving = step_hours, saving
        self._hours, self._up_hours = FAITH_HOURS, FAITH_HOURS / 2
        self._runs = Runs(step_hours)

    def watch(self, spot_up: bool) -> None:
        """One tick went by in which spot was available, or was not."""
        self._hours += self._step
        self._up_hours += self._step * spot_up
        self._runs.watch(spot_up)

    def choose(self, state: JobState) -> tuple[str, str]:
        """Where to run in this tick, and the sentence that says why."""
        choice, why = self._wish(state)
        return (choice, why) if state.may(choice) else (ON_DEMAND, "anything else could miss the deadline")

    def _wish(self, state: JobState) -> tuple[str, str]:
        if state.running_on == ON_DEMAND and state.cooling:
            return ON_DEMAND, "the changeover to On-Demand is under way"
        if state.spot_up and state.running_on == SPOT:
            return SPOT, "spot is available"
        if state.spot_up and self._worth_going(state):
            return SPOT, f"spot is available and {state.slack} ticks of slack cover the changeovers"
        if state.running_on == ON_DEMAND:
            return ON_DEMAND, "spot is not there, or not for long, and the machine is paid already"
        if state.slack > self._reserve() * state.work_left:
            return IDLE, f"waiting for spot: {state.slack} ticks of slack are generous for {state.work_left} of work"
        return ON_DEMAND, f"{state.slack} ticks of slack are too few to wait for spot"

    def _worth_going(self, state: JobState) -> bool:
        """Spot will stay long enough to earn the changeovers: there, and back from where the job runs now."""
        changeovers = state.changeover * (2 if state.running_on == ON_DEMAND else 1)
        stays = self._runs.ticks_ahead() * self._saving >= WORTH * changeovers
        return stays and state.slack >= RETURN_RESERVE * state.work_left

    def _reserve(self) -> float:
        up = self._up_hours / self._hours
        return RESERVE_UP * up + RESERVE_DOWN * (1 - up)
