"""Many workers over many pools: cheap and calm by score, never too many in one pool, moved rarely.

The score is the one of ``select``: price over On-Demand and monthly risk, weighted. A pool that took workers is
avoided for a while; a worker moves only for a gain that lasts, within a budget of moves. Interruptions have a budget
too: what calm pools leave of it is spent on a few workers in cheap, riskier pools.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.domain.decision.values import Weights

AVOID_HOURS = 3.0  # after an interruption or a refusal
CALM_RISK = 0.05  # P(interrupted within a month) up to which a pool counts as calm: the lowest Spot Advisor bucket
MONTH_HOURS = 730.5
FIRST_LOSSES = 0.5  # in hand at the start, so that a short time uses its budget of interruptions too
RISK_GAIN = 0.08  # of On-Demand that a worker in a riskier pool must save


@dataclass(frozen=True)
class SpreadDial:
    """``cap``: share of the fleet in one pool; ``gain``: of the score a move must win; moves and losses per replica-month."""

    cap: float = 0.2
    gain: float = 0.01
    moves_per_month: float = 2.0
    losses_per_month: float = 0.95
    weights: Weights = Weights()


class Spreader:
    """Places workers and moves them. Pools are numbers; ``risk`` is P(interrupted within a month) of each."""

    def __init__(self, workers: int, risk: np.ndarray, on_demand_price: float, dial: SpreadDial) -> None:
        self._risk, self._on_demand, self._dial = risk, on_demand_price, dial
        self._cap = max(1, int(workers * dial.cap + 1e-9))
        self._avoid = np.full(len(risk), -np.inf)
        self._moves, self._workers, self._asked_at = 0.0, workers, None
        self._losses = min(FIRST_LOSSES, dial.losses_per_month * workers)

    def order(self, now: float, prices: np.ndarray, held: Mapping[int, int]) -> list[int]:
        """Pools for one more worker, best first. Prices in USD per hour, NaN where there is none; ``now`` in hours."""
        points = self._score(prices)
        points[self._avoid > now] += 1.0
        for pool, count in held.items():
            if count >= self._cap:
                points[pool] = np.inf
        best = np.argsort(points, kind="stable")
        return [int(pool) for pool in best if np.isfinite(points[pool])]

    def failed(self, pool: int, now: float) -> None:
        """Workers were lost there, or a launch was refused."""
        self._avoid[pool] = now + AVOID_HOURS

    def lost(self, workers: int) -> None:
        """They count against the budget of interruptions."""
        self._losses -= workers

    def move(self, now: float, prices: np.ndarray, held: Mapping[int, int]) -> tuple[int, int] | None:
        """From a worse pool to a better one, if that gains enough and a move is left in the budget."""
        self._earn(now)
        if not held or self._moves < 1:
            return None
        move = self._to_a_risk(now, prices, held) or self._to_the_best(now, prices, held)
        if move:
            self._moves -= 1
        return move

    def _to_the_best(self, now: float, prices: np.ndarray, held: Mapping[int, int]) -> tuple[int, int] | None:
        """The worst calm worker to the pool with the best score."""
        order, points = self.order(now, prices, held), self._score(prices)
        calm = [pool for pool in held if self._risk[pool] <= CALM_RISK] or list(held)
        worst = max(calm, key=lambda pool: (points[pool], pool))
        if not order or self._avoid[order[0]] > now or points[worst] - points[order[0]] < self._dial.gain:
            return None
        return worst, order[0]

    def _to_a_risk(self, now: float, prices: np.ndarray, held: Mapping[int, int]) -> tuple[int, int] | None:
        """The dearest worker to the cheapest pool of any risk, while each such worker's loss is paid for ahead."""
        at_risk = sum(count for pool, count in held.items() if self._risk[pool] > CALM_RISK)
        if self._losses - at_risk < 1:
            return None
        open_to = [pool for pool in self.order(now, prices, held) if self._avoid[pool] <= now]
        dearest = max(held, key=lambda pool: (prices[pool], pool))
        cheapest = min(open_to, key=lambda pool: (prices[pool], pool), default=dearest)
        worth = (prices[dearest] - prices[cheapest]) / self._on_demand >= RISK_GAIN
        return (dearest, cheapest) if worth else None

    def _score(self, prices: np.ndarray) -> np.ndarray:
        weights = self._dial.weights
        points = weights.price * prices / self._on_demand + weights.risk * self._risk
        return np.where(np.isnan(prices) | (prices > self._on_demand), np.inf, points)

    def _earn(self, now: float) -> None:
        """Budgets grow with time and with the fleet; not beyond a month's worth."""
        if self._asked_at is not None:
            months = (now - self._asked_at) / MONTH_HOURS * self._workers
            self._moves = min(self._moves + months * self._dial.moves_per_month, self._dial.moves_per_month * self._workers)
            self._losses = min(self._losses + months * self._dial.losses_per_month, self._dial.losses_per_month * self._workers)
        self._asked_at = now
