"""A learned risk for task A, as a baseline: logistic regression on the past of every pool, all of which it sees.

Sees more than our own policies do: the state of every pool at every tick. Trained anew each day on the days before.
"""

import numpy as np

from core.domain.decision.serve import Terms
from core.replay.availability import Market
from core.replay.serve import RecordedCloud, Replica
from core.replay.serve_baselines import stand_in

SPANS = (1.0, 6.0, 24.0)  # hours over which availability and losses are counted
AHEAD_HOURS = 1.0
ROUNDS, RATE, SHRINK = 300, 0.5, 1e-3
FIRST_DAYS = 1.0  # of watching, before which the longest up is taken for the safest


class LogisticRisk:
    """One more than wanted, each in another zone where there are enough, those with the least risk first."""

    def __init__(self, terms: Terms, market: Market):
        self.wanted, self.zones, self.step = terms.wanted, list(terms.pools), terms.step
        rows = [market.pools.index(pool) for pool in terms.pools]
        self.features = features_of(np.array([list(market.up[row]) for row in rows], float), terms.step)
        self.up = np.array([list(market.up[row]) for row in rows], bool)
        self.weights: np.ndarray | None = None
        self.trained_on = 0

    def act(self, now: float, lost: list[Replica], cloud: RecordedCloud) -> None:
        tick = round(now / self.step)
        self._train(tick)
        order = [zone for zone in self._by_risk(tick) if self.up[self.zones.index(zone), tick]]
        while order and sum(1 for replica in cloud.held if replica.pool) <= self.wanted and cloud.tries_left:
            used = [replica.pool for replica in cloud.held]
            cloud.launch_spot(min(order, key=lambda zone: (used.count(zone), order.index(zone))), "the least learned risk, spread over zones")
        stand_in(cloud, self.wanted)

    def _by_risk(self, tick: int) -> list[str]:
        here = self.features[:, tick]
        risk = -here[:, 1] if self.weights is None else here @ self.weights
        return [self.zones[number] for number in np.argsort(risk, kind="stable")]

    def _train(self, tick: int) -> None:
        """Once a day, on ticks whose next hour is over."""
        day, ahead = round(24 / self.step), max(1, round(AHEAD_HOURS / self.step))
        if tick < FIRST_DAYS * day or tick - self.trained_on < day:
            return
        self.trained_on, known = tick, tick - ahead
        ends = np.array([[not row[at + 1 : at + 1 + ahead].all() for at in range(known)] for row in self.up])
        watched = self.up[:, :known]
        self.weights = fit(self.features[:, :known][watched], ends[watched].astype(float), self.weights)


def features_of(up: np.ndarray, step: float) -> np.ndarray:
    """(pool, tick, feature), each from that tick and earlier ones: 1, age, shares of up, losses, pools up."""
    pools, ticks = up.shape
    age = np.zeros((pools, ticks))
    for tick in range(1, ticks):
        age[:, tick] = (age[:, tick - 1] + step) * up[:, tick]
    losses = np.diff(up, axis=1, prepend=up[:, :1]) < 0
    shares = [_mean_over(up, round(span / step)) for span in SPANS]
    rates = [_mean_over(losses.astype(float), round(span / step)) * span / step for span in SPANS[1:]]
    crowd = np.broadcast_to(up.mean(axis=0), up.shape)
    return np.stack([np.ones_like(up), np.log(age + step), *shares, *rates, crowd], axis=2)


def _mean_over(values: np.ndarray, ticks: int) -> np.ndarray:
    """The mean of the last ``ticks``, or of as many as there are."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    at = np.arange(1, sums.shape[1])
    since = np.maximum(0, at - ticks)
    return (sums[:, at] - sums[:, since]) / (at - since)


def fit(features: np.ndarray, lost: np.ndarray, start: np.ndarray | None) -> np.ndarray:
    """Weights of a logistic regression, by gradient descent on scaled features."""
    scale = np.maximum(features.std(axis=0), 1e-9)
    scale[0] = 1.0
    scaled = features / scale
    weights = np.zeros(features.shape[1]) if start is None else start * scale
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        weights -= RATE * (scaled.T @ (chance - lost) / len(lost) + SHRINK * weights)
    return weights / scale
