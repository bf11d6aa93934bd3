"""What the slack of a job is worth: the cheapest way to be in time, for every hour left and every state of spot.

Solved backwards from the deadline, once per market, by dynamic programming: (steps left) x (slack) x (state of the
pool), apart for a job that is idle, on On-Demand, on spot, or on its way there. A decision is then a look-up.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log2

import numpy as np

from core.domain.decision.spells import ENDS_BY_AGE, chain

MOST_STEPS = 768  # of a plan; a longer job is planned in coarser steps
TABLES_KEPT = 24
NEVER = 1e9
IDLE, SPOT, ON_DEMAND = 0, 1, 2  # as choices in a table


@dataclass(frozen=True)
class Terms:
    """What a plan is made for. ``ticks`` and ``slack`` are the most it covers; ``price``: spot over On-Demand."""

    step_hours: float
    changeover: int
    price: float
    ticks: int
    slack: int

    @classmethod
    def covering(cls, step_hours: float, changeover: int, price: float, ticks: int, slack: int) -> "Terms":
        """Rounded up, so that jobs share plans."""
        return cls(step_hours, changeover, price, _rounded_up(ticks), min(_rounded_up(slack), _rounded_up(ticks)))

    @property
    def ticks_per_step(self) -> int:
        return ceil(self.ticks / MOST_STEPS)


class Plan:
    """Choices by where the job runs: ``choice(runs, work, slack, state)`` with counts in ticks."""

    def __init__(self, terms: Terms, choices: np.ndarray) -> None:
        self._every, self._choices = terms.ticks_per_step, choices
        self._steps, self._slack = choices.shape[1] - 1, choices.shape[2] - 1

    def choice(self, runs: int, work: int, slack: int, state: int) -> int:
        """IDLE, SPOT or ON_DEMAND for a job that is idle (0), on spot (1) or on On-Demand (2)."""
        spare = min(slack // self._every, self._slack)
        left = min(-(-work // self._every) + spare, self._steps)
        return int(self._choices[runs, left, spare, state])


@lru_cache(maxsize=TABLES_KEPT)
def plan_for(terms: Terms, notch: int) -> Plan:
    """The plan for a pool that is lost more often than by the table, by ``notch`` (``Spells.notch``)."""
    every = terms.ticks_per_step
    later = chain(terms.step_hours * every, notch).T.copy()
    steps, slack = ceil(terms.ticks / every), ceil(terms.slack / every)
    values = _Values(terms, slack + 1, later)
    choices = np.zeros((3, steps + 1, slack + 1, len(later)), np.uint8)
    for left in range(1, steps + 1):
        values.step_back(left, choices[:, left])
    return Plan(terms, choices)


class _Values:
    """Cost to go in On-Demand steps by (slack, state), with ``left`` steps to the deadline; all work is done at zero.

    ``of[IDLE][0]``, ``of[SPOT][n]``, ``of[ON_DEMAND][n]``: ``n`` steps of the changeover are still to be paid.
    """

    def __init__(self, terms: Terms, width: int, later: np.ndarray) -> None:
        states, changeover = len(later), terms.changeover / terms.ticks_per_step
        self._later, self._moving = later, max(1, ceil(changeover))
        self._spent = changeover / self._moving  # slack that one step of a changeover takes
        self._price = {SPOT: terms.price, ON_DEMAND: 1.0}
        self._gone = np.where(np.arange(states) < len(ENDS_BY_AGE), 0.0, NEVER)
        zero = np.zeros((width, states))
        self.of = {IDLE: [zero], SPOT: [zero] * self._moving, ON_DEMAND: [zero] * self._moving}

    def step_back(self, left: int, choices: np.ndarray) -> None:
        """One step earlier; writes what is best into ``choices[runs, slack, state]``."""
        wait = _less_slack(self._expected(IDLE, 0), 1.0)
        spot, demand = self._run(SPOT), self._run(ON_DEMAND)
        for way in spot:
            way += self._gone
        start = np.minimum(spot[-1], demand[-1])
        choices[IDLE] = np.where(wait <= start, IDLE, np.where(spot[-1] <= demand[-1], SPOT, ON_DEMAND))
        choices[SPOT] = _best({SPOT: spot[0], IDLE: wait, ON_DEMAND: demand[-1]})
        choices[ON_DEMAND] = _best({ON_DEMAND: demand[0], IDLE: wait, SPOT: spot[-1]})
        idle, off_demand = np.minimum(wait, start), np.minimum(wait, spot[-1])
        self.of = {IDLE: [idle], SPOT: [np.minimum(idle, way) for way in spot[:-1]], ON_DEMAND: [np.minimum(off_demand, way) for way in demand[:-1]]}
        for ways in self.of.values():
            for way in ways:
                way[left:] = 0.0

    def _run(self, where: int) -> list[np.ndarray]:
        """Run one step with 0, 1, ... steps of the changeover to pay; the last is a launch."""
        price = self._price[where]
        working = price + self._expected(where, 0)
        return [working, *(price + _less_slack(self._expected(where, paid), self._spent) for paid in range(self._moving))]

    def _expected(self, where: int, moving: int) -> np.ndarray:
        return self.of[where][moving] @ self._later


def _less_slack(values: np.ndarray, steps: float) -> np.ndarray:
    """Values after ``steps`` (0..1) of slack are spent; there is none below zero."""
    less = np.empty_like(values)
    less[1:] = values[:-1] * steps + values[1:] * (1 - steps)
    less[0] = NEVER
    return less


def _best(ways: dict[int, np.ndarray]) -> np.ndarray:
    """The cheapest choice; the first of equals."""
    names = list(ways)
    return np.array(names, np.uint8)[np.argmin([ways[name] for name in names], axis=0)]


def _rounded_up(count: int) -> int:
    """To the next of 64, 91, 128, 181 ..."""
    return ceil(64 * 2.0 ** (ceil(2 * log2(max(1.0, count / 64))) / 2))
