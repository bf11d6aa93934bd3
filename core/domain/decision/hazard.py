"""How likely a spot pool is lost: by how long it has been back, how scarce the market is, and which pool it is.

A table, learned online from our own observations and begun from public figures. Price is no input: it says nothing
about interruption (Spearman 0.00-0.20 between Spot Advisor bucket and saving in nine dates x regions).
"""

from bisect import bisect_right

from core.domain.risk import BAND_ENDS

# Losses per hour by hours since the pool came back, from P(loss within 60 min) on public availability traces
# (NSDI'24 "Can't Be Late", V100 in nine zones, 2023), as -ln(1-P).
AGES = tuple(end / 3600 for end in BAND_ENDS)
BY_AGE = (1.8, 1.2, 0.8, 0.45, 0.26, 0.16, 0.10, 0.08, 0.025)
# How much worse than that with so many pools up, the pool itself counted: one, two, three or four, more.
CROWDS = (1.5, 2.5, 4.5)
BY_CROWD = (6.0, 2.0, 1.2, 0.8)

AGE_FAITH = 100.0  # pool-hours of observation that weigh as much as the published figure
CROWD_FAITH = 6.0  # expected losses that weigh as much as the first guess
POOL_FAITH = 6.0


class Hazard:
    """Losses per hour of a pool: ``age rate x crowd factor x pool factor``, each shrunk to its first guess."""

    def __init__(self) -> None:
        self._age_losses = [rate * AGE_FAITH for rate in BY_AGE]
        self._age_hours = [AGE_FAITH] * len(BY_AGE)
        self._crowd_losses = [factor * CROWD_FAITH for factor in BY_CROWD]
        self._crowd_expected = [CROWD_FAITH] * len(BY_CROWD)
        self._pool: dict[str, list[float]] = {}

    def per_hour(self, pool: str, age_hours: float, up: float) -> float:
        """The rate for a pool that has been up for ``age_hours`` while ``up`` pools are believed to be up."""
        age, crowd = bisect_right(AGES, age_hours), bisect_right(CROWDS, up)
        return self._by_age(age) * self._by_crowd(crowd) * self._by_pool(pool)

    def observe(self, pool: str, age_hours: float, up: float, hours: float, lost: bool) -> None:
        """A pool was watched for ``hours`` and was lost at their end, or was not."""
        age, crowd = bisect_right(AGES, age_hours), bisect_right(CROWDS, up)
        by_age, by_crowd, by_pool = self._by_age(age), self._by_crowd(crowd), self._by_pool(pool)
        own = self._pool.setdefault(pool, [POOL_FAITH, POOL_FAITH])
        self._age_hours[age] += hours * by_crowd * by_pool
        self._crowd_expected[crowd] += hours * by_age * by_pool
        own[1] += hours * by_age * by_crowd
        if lost:
            self._age_losses[age] += 1
            self._crowd_losses[crowd] += 1
            own[0] += 1

    def _by_age(self, age: int) -> float:
        return self._age_losses[age] / self._age_hours[age]

    def _by_crowd(self, crowd: int) -> float:
        return self._crowd_losses[crowd] / self._crowd_expected[crowd]

    def _by_pool(self, pool: str) -> float:
        own = self._pool.get(pool)
        return own[0] / own[1] if own else 1.0
