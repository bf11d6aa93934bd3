"""What tenants report of pools, what of it is shared, and how likely each pool is lost.

A tenant's report flags its own view at once. Everybody else's only after AWS confirmed it or a second tenant says the
same, at most twenty flags per tenant and hour, and the shared flag names nobody (INV-60).
"""

import json
from datetime import datetime, timedelta
from itertools import groupby

from core.database import Tx
from core.domain.lifecycle import Instance
from core.domain.pools import DANGER_MEMORY, ICE_MEMORY, Pool
from core.domain.risk import Risk, Sighting, Table, by_table, noticed, standing
from core.domain.risk_model import Model, Watched, features, share_up
from core.forecast import pool_memory
from core.sql import pools
from core.sql import risk as rows

EVERYBODY = 0
LATEST_REPORT = timedelta(hours=2)
LIVES = {"rebalance_notice": DANGER_MEMORY, "termination_notice": DANGER_MEMORY, "capacity_error": ICE_MEMORY}
LOOK_BACK = timedelta(days=7)


class RiskManager:
    """A tenant's reports of risk, in the caller's transaction. Flags are set by core/forecast/pool_memory.py."""

    def __init__(self, tx: Tx, client_id: int):
        self._tx, self._client_id = tx, client_id

    def register_risk_event(self, pool_id: str, event_type: str, event_at: datetime | None = None) -> bool:
        """1 clamp its time  2 write it  3 flag the tenant's own view, and everybody's if a second tenant says the same.

        Whether it is shared by now.
        """
        now = self._tx.now()
        at = min(max(event_at or now, now - LATEST_REPORT), now)
        rows.insert_event(
            self._tx, pool_id=pool_id, event_type=event_type, client_id=self._client_id, event_at=at, verified_by=None,
            expires_at=at + LIVES[event_type], now=now,
        )  # fmt: skip
        flag_risky_pool(self._tx, self._client_id, pool_id, event_type)
        events = rows.live_events(self._tx, pool_id)
        return len({event["client_id"] for event in events}) > 1 and self._verify(events, "two_tenants")

    def confirm(self, pool_id: str, verified_by: str) -> None:
        """AWS says itself that it took a machine of this tenant there: everybody may know."""
        pool_memory.confirm(self._tx, pool_id)
        self._verify([one for one in rows.live_events(self._tx, pool_id) if one["client_id"] == self._client_id], verified_by)

    def _verify(self, events: list[dict], by: str) -> bool:
        return sum(rows.verify(self._tx, event["id"], by) for event in events) > 0


def flag_risky_pool(tx: Tx, client_id: int, pool_id: str, event_type: str) -> bool:
    """Danger for thirty minutes, after a termination poison for fifteen days, in this tenant's view; whether it was set."""
    return pool_memory.report(tx, client_id, pool_id, lost=event_type == "termination_notice")


def taken(tx: Tx, instance: Instance, proof: str) -> None:
    """AWS's own word that it took a spot machine: an observation, and the proof of whatever was reported."""
    if instance.lifecycle != "spot" or not instance.pool_id:
        return
    rows.observe(tx, [(instance.pool_id, "lost", instance.lost_at or tx.now(), f"instance:{instance.id}")])
    RiskManager(tx, instance.client_id).confirm(instance.pool_id, proof)


def refused(tx: Tx, pool_id: str, client_id: int, intent: str) -> None:
    """A launch was refused for lack of capacity: AWS said so to us, so everybody may know."""
    now = tx.now()
    rows.observe(tx, [(pool_id, "refused", now, intent)])
    rows.insert_event(
        tx, pool_id=pool_id, event_type="capacity_error", client_id=client_id, event_at=now, verified_by="launch",
        expires_at=now + ICE_MEMORY, now=now,
    )  # fmt: skip


def derive(tx: Tx) -> dict:
    """Observations that follow from rows we have anyway; repeating it changes nothing."""
    steps = (rows.derive_launches, rows.derive_running, rows.derive_notices, rows.derive_false_alarms, rows.expired_events)
    return {step.__name__: step(tx) for step in steps}


def risk_of_pools(tx: Tx, region: str, client_id: int = EVERYBODY) -> dict[str, Risk]:
    """Of every pool of a region: P(lost within the hour), the sentence behind it, the observations it rests on.

    A notice within thirty minutes, as this tenant sees it, counts as if the pool had just come back: siblings in a pool go
    together.
    """
    now = tx.now()
    sightings = seen_since(tx, now - LOOK_BACK, region)
    table, model = learned(tx)
    ranks = rows.rates(tx, region)
    moment = now - timedelta(seconds=1)
    watched = {pool_id: Watched.of(told, now) for pool_id, told in sightings.items()} if model else {}
    market = share_up(watched.values(), moment)

    def of(pool: Pool) -> Risk:
        here = standing(sightings.get(pool.pool_id, ()), now)
        told = by_table(table, pool.pool_id, here, ranks.get(pool.instance_type))
        if model and not here.is_down and pool.pool_id in watched:
            told = _by_model(told, model, watched[pool.pool_id], market, moment)
        return noticed(told, table) if pool.danger_until > now else told

    return {pool.pool_id: of(pool) for pool in pools.in_region(tx, region, client_id)}


def _by_model(told: Risk, model: Model, pool: Watched, market: tuple[int, int], moment: datetime) -> Risk:
    """The model's word where the pool is known to be up, else the table's."""
    if pool.current(moment) is None:
        return told
    return Risk(round(float(model.probability(features(pool, market, moment))[0]), 4), f"{told.evidence}; by the model", told.samples)


def learned(tx: Tx) -> tuple[Table, Model | None]:
    """What the last training left: the table, and the model where it won."""
    row = rows.latest_model(tx)
    if row is None:
        return Table(), None
    params = json.loads(row["params"])
    return Table.from_json(params["table"]), Model.from_json(params["model"]) if row["is_active"] and params["model"] else None


def seen_since(tx: Tx, since: datetime, region: str | None = None) -> dict[str, list[Sighting]]:
    told = rows.observations(tx, since, region)
    return {pool_id: [Sighting(row["kind"], row["at"]) for row in group] for pool_id, group in groupby(told, key=lambda row: row["pool_id"])}
