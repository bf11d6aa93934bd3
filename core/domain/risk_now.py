"""The risk of every pool of a region at one moment, from all that was seen up to it: pure, for production and for replays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.pools import Pool
from core.domain.risk import Risk, Sighting, Table, by_table, noticed, standing
from core.domain.risk_model import Model, Watched, features, share_up

LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Learned:
    """What a training left: the table, the model where it won; and the Spot Advisor's rank by type."""

    table: Table
    model: Model | None
    ranks: Mapping[str, int]


def risks(pools: Iterable[Pool], sightings: Mapping[str, Sequence[Sighting]], learned: Learned, now: datetime) -> dict[str, Risk]:
    """P(lost within the hour) of each pool. ``sightings`` are those of the last seven days, oldest first.

    A notice within thirty minutes counts as if the pool had just come back: siblings in a pool go together.
    """
    moment = now - timedelta(seconds=1)
    watched = {pool_id: Watched.of(told, now) for pool_id, told in sightings.items()} if learned.model else {}
    market = share_up(watched.values(), moment)

    def of(pool: Pool) -> Risk:
        here = standing(sightings.get(pool.pool_id, ()), now)
        told = by_table(learned.table, pool.pool_id, here, learned.ranks.get(pool.instance_type))
        if learned.model and not here.is_down and pool.pool_id in watched:
            told = _by_model(told, learned.model, watched[pool.pool_id], market, moment)
        return noticed(told, learned.table) if pool.danger_until > now else told

    return {pool.pool_id: of(pool) for pool in pools}


def _by_model(told: Risk, model: Model, pool: Watched, market: tuple[int, int], moment: datetime) -> Risk:
    """The model's word where the pool is known to be up, else the table's."""
    if pool.current(moment) is None:
        return told
    return Risk(round(float(model.probability(features(pool, market, moment))[0]), 4), f"{told.evidence}; by the model", told.samples)
