"""The contract's numbers of pools, from what was seen of them. Only what was known at that moment goes in."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.domain.model.contract import Features
from core.domain.sightings import NOTHING_SEEN, Seen


class Market:
    """Every pool at one moment, ready for questions about any of them."""

    def __init__(self, seen: Mapping[str, Seen], prices: Mapping[str, Sequence[float]], now: datetime):
        self._seen, self._prices, self._now = seen, prices, now
        self._struck: dict[str, set[str]] = defaultdict(set)
        for pool_id, pool in seen.items():
            if pool.lost_within(6, now):
                self._struck[_type(pool_id)].add(pool_id)

    def features(self, pool_id: str, zone: str, instance_age_hours: float | None = None) -> Features:
        """Of one pool; ``instance_age_hours`` of a machine that runs there, if the question is about one."""
        pool, now = self._seen.get(pool_id, NOTHING_SEEN), self._now
        ages = {"pool_age_hours": _hours(pool, now), "instance_age_hours": instance_age_hours}
        counts = {
            "losses_6h": pool.lost_within(6, now), "losses_24h": pool.lost_within(24, now), "losses_7d": pool.lost_within(168, now),
            "notices_24h": pool.noticed_within(24, now), "other_zones_lost_6h": len(self._struck[_type(pool_id)] - {pool_id}),
        }  # fmt: skip
        known = {name: float(value) for name, value in {**ages, **counts}.items() if value is not None}
        return Features(_type(pool_id), zone, tuple(self._prices.get(pool_id, ())), now.hour, now.weekday(), known)


def _hours(pool: Seen, now: datetime) -> float | None:
    """Since it came back; None where nobody watches it."""
    age = pool.standing(now).age
    return age and age.total_seconds() / 3600


def _type(pool_id: str) -> str:
    return pool_id.split(":")[1]
