"""The risk of the pools of a region at one moment, from what was seen of them up to it: pure, for production and for replays."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from core.domain.pools import Pool
from core.domain.risk import Risk, Table, by_table, noticed
from core.domain.risk_model import Model, Watched, by_model, share_up
from core.domain.sightings import NOTHING_SEEN, Seen

MOMENT = timedelta(seconds=1)


def by_rule(known: Iterable[Pool], seen: Mapping[str, Seen], table: Table, ranks: Mapping[str, int], now: datetime) -> dict[str, Risk]:
    """The table's word of every pool; the Spot Advisor's ``ranks`` (by type) count where a pool has not spoken for itself."""
    return {
        pool.pool_id: by_table(table, pool.pool_id, seen.get(pool.pool_id, NOTHING_SEEN).standing(now), ranks.get(pool.instance_type))
        for pool in known
    }


def by_trained(model: Model, known: Iterable[str], seen: Mapping[str, Seen], now: datetime) -> dict[str, float]:
    """The trained model's word where the pool is known to be up."""
    watched = {pool_id: Watched.seen(pool, now) for pool_id, pool in seen.items()}
    asked = {pool_id: watched[pool_id] for pool_id in watched.keys() & set(known) if not seen[pool_id].is_down}
    return by_model(model, asked, share_up(watched.values(), now - MOMENT), now - MOMENT)


def spoken(risks: Mapping[str, Risk], said: Mapping[str, float], by: str) -> dict[str, Risk]:
    """The rule's risks, and a model's in place of those it spoke of."""
    told = {pool_id: replace(risks[pool_id], probability=round(p, 4), evidence=f"{risks[pool_id].evidence}; by {by}") for pool_id, p in said.items()}
    return {**risks, **told}


def struck(risks: Mapping[str, Risk], known: Iterable[Pool], table: Table, now: datetime) -> dict[str, Risk]:
    """A notice within thirty minutes, as whoever sees these pools sees it, counts as if the pool had just come back.

    Siblings in a pool go together.
    """
    return {**risks, **{pool.pool_id: noticed(risks[pool.pool_id], table) for pool in known if pool.danger_until > now}}
