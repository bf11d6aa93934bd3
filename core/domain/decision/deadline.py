"""A job with a deadline on one spot pool: wait, run on spot, or pay for On-Demand.

Slack is what a job may waste and still finish. It never grows: it is spent on waiting and on changeovers. What is
best with the slack that is left comes from a plan (``plan``) over what the pool may still do, learned from what it did
(``spells``). A deadline is never missed: no choice is taken from which On-Demand, begun at the next tick, would be
late.
"""

from dataclasses import dataclass

from core.domain.decision import plan
from core.domain.decision.spells import Spells

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


CHOICES = {plan.IDLE: IDLE, plan.SPOT: SPOT, plan.ON_DEMAND: ON_DEMAND}
RUNS = {name: number for number, name in CHOICES.items()}
REASONS = {
    (plan.IDLE, plan.IDLE): "waiting for spot is expected to be cheaper than On-Demand: {slack} ticks of slack for {work} of work",
    (plan.IDLE, plan.SPOT): "spot is available and {slack} ticks of slack cover the changeover",
    (plan.IDLE, plan.ON_DEMAND): "{slack} ticks of slack are too few for {work} of work to wait for spot",
    (plan.SPOT, plan.IDLE): "{slack} ticks of slack are better kept for a steadier time on spot",
    (plan.SPOT, plan.SPOT): "spot is available",
    (plan.SPOT, plan.ON_DEMAND): "spot is not expected to last and {slack} ticks of slack are few",
    (plan.ON_DEMAND, plan.IDLE): "{slack} ticks of slack are enough again to wait for spot",
    (plan.ON_DEMAND, plan.SPOT): "spot is expected to last, and {slack} ticks of slack cover the changeovers",
    (plan.ON_DEMAND, plan.ON_DEMAND): "spot is not there, or not for long, and the machine is paid already",
}


class Finisher:
    """Chooses, tick by tick, where the job runs. ``saving``: 1 - spot price over On-Demand."""

    def __init__(self, step_hours: float, saving: float = 0.7) -> None:
        self._step, self._price = step_hours, 1.0 - saving
        self._spells = Spells(step_hours)
        self._terms: plan.Terms | None = None

    def watch(self, spot_up: bool) -> None:
        """One tick went by in which spot was available, or was not."""
        self._spells.watch(spot_up)

    def choose(self, state: JobState) -> tuple[str, str]:
        """Where to run in this tick, and the sentence that says why."""
        choice, why = self._wish(state)
        return (choice, why) if state.may(choice) else (ON_DEMAND, "anything else could miss the deadline")

    def _wish(self, state: JobState) -> tuple[str, str]:
        if state.cooling and (state.running_on == ON_DEMAND or state.spot_up):
            return state.running_on, f"the changeover to {state.running_on} is under way"
        runs = RUNS[state.running_on]
        choice = self._plan(state).choice(runs, state.work_left, state.slack, self._spells.state)
        return CHOICES[choice], REASONS[runs, choice].format(slack=state.slack, work=state.work_left)

    def _plan(self, state: JobState) -> plan.Plan:
        """For all of the job as it stood at the first choice, by what the pool taught until now."""
        if self._terms is None:
            self._terms = plan.Terms.covering(self._step, state.changeover, self._price, state.ticks_left, state.slack)
        return plan.plan_for(self._terms, self._spells.notch)
