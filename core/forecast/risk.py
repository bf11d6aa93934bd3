"""What tenants report of pools, what of it is shared, and how likely each pool is lost.

A tenant's report flags its own view at once. Everybody else's only after AWS confirmed it or a second tenant says the
same, at most twenty flags per tenant and hour, and the shared flag names nobody (INV-60).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from core import ml_interface
from core.database import Tx
from core.domain.lifecycle import Instance
from core.domain.model.contract import Prediction
from core.domain.model.features import Market
from core.domain.pools import DANGER_MEMORY, ICE_MEMORY, Pool
from core.domain.risk import Risk, Source, Table
from core.domain.risk_model import Model
from core.domain.risk_now import by_rule, by_trained, spoken, struck
from core.domain.sightings import NOTHING_SEEN, Seen
from core.forecast import pool_memory, sightings
from core.ml_interface import Loaded
from core.sql import pools, predictions
from core.sql import risk as rows

EVERYBODY = 0
LATEST_REPORT = timedelta(hours=2)
LIVES = {"rebalance_notice": DANGER_MEMORY, "termination_notice": DANGER_MEMORY, "capacity_error": ICE_MEMORY}
STATIC_RULE, TRAINED = "static-rule", "trained-model"
MOST_PROVED = 10_000  # more proven predictions make no model surer
SIBLINGS = timedelta(seconds=10)  # AWS takes many machines of a pool at once: their notices are one sighting of the pool


class RiskManager:
    """A tenant's reports of risk, in the caller's transaction. Flags are set by core/forecast/pool_memory.py."""

    def __init__(self, tx: Tx, client_id: int):
        self._tx, self._client_id = tx, client_id

    def register_risk_event(self, pool_id: str, event_type: str, event_at: datetime | None = None) -> bool:
        """1 clamp its time  2 write it  3 flag the tenant's own view, and everybody's if a second tenant says the same.

        Whether it is shared by now. What the tenant told seconds ago it need not tell again: nothing is locked for it.
        """
        now = self._tx.now()
        if event_at is None and rows.told_since(self._tx, pool_id, event_type, self._client_id, now - SIBLINGS):
            return False
        pools.lock(self._tx, pool_id, now)
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
        pools.lock(self._tx, pool_id, self._tx.now())
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
    sightings.observe(tx, [(instance.pool_id, "lost", instance.lost_at or tx.now(), f"instance:{instance.id}")])
    RiskManager(tx, instance.client_id).confirm(instance.pool_id, proof)


def refused(tx: Tx, pool_id: str, client_id: int, intent: str) -> None:
    """A launch was refused for lack of capacity: AWS said so to us, so everybody may know."""
    now = tx.now()
    sightings.observe(tx, [(pool_id, "refused", now, intent)])
    rows.insert_event(
        tx, pool_id=pool_id, event_type="capacity_error", client_id=client_id, event_at=now, verified_by="launch",
        expires_at=now + ICE_MEMORY, now=now,
    )  # fmt: skip


def derive(tx: Tx) -> dict:
    """Observations that follow from rows we have anyway; repeating it changes nothing."""
    steps = (rows.derive_launches, rows.derive_running, rows.derive_notices, rows.derive_false_alarms, rows.expired_events)
    return {step.__name__: step(tx) for step in steps}


@dataclass(frozen=True)
class Forecast:
    """P(lost within the hour) of pools, whose word it is, and why it is not the active model's although there is one.

    ``ranks`` are the Spot Advisor's buckets by type.
    """

    risks: dict[str, Risk]
    model_version: str
    fell_back_because: str | None
    table: Table
    ranks: dict[str, int]

    def seen_by(self, known: Iterable[Pool], now: datetime) -> "Forecast":
        """With what whoever sees these pools was told lately."""
        return replace(self, risks=struck(self.risks, known, self.table, now))


def risk_of_pools(tx: Tx, region: str, client_id: int = EVERYBODY) -> dict[str, Risk]:
    """Of every pool of a region: P(lost within the hour), the sentence behind it, the observations it rests on."""
    return risk_of(tx, region, pools.in_region(tx, region, client_id)).risks


def risk_of(tx: Tx, region: str, known: list[Pool]) -> Forecast:
    """The same of pools that were read already, by whoever sees them so."""
    return forecast(tx, region, known, ml_interface.active(tx)).seen_by(known, tx.now())


def forecast(tx: Tx, region: str, known: list[Pool], active: Loaded) -> Forecast:
    """The one idea of risk: what the market shows, plans are made with, and decisions weigh.

    The active model of the registry speaks, else the trained one where it won, else the table.
    """
    now, (table, trained) = tx.now(), learned(tx)
    seen, ranks = sightings.of_region(tx, region, whole=bool(trained or active.model)), rows.rates(tx, region)
    risks = by_rule(known, seen, table, ranks, now)
    told, why = _by_registered(tx, active, known, seen, now) if active.model else (None, None)
    if told is not None:
        proved = predictions.proved(tx, active.registered.id, MOST_PROVED)
        sure = {pool_id: _of_model(risks[pool_id], one.confidence_score, Source.MODEL, proved) for pool_id, one in told.items()}
        said = {pool_id: one.interruption_probability for pool_id, one in told.items()}
        return Forecast(spoken({**risks, **sure}, said, active.registered.label), active.registered.label, None, table, ranks)
    if trained:
        said = by_trained(trained, risks.keys(), seen, now)
        sure = {pool_id: _of_model(risks[pool_id], 1.0, Source.TRAINED, table.losses) for pool_id in said}
        return Forecast(spoken({**risks, **sure}, said, "the model"), TRAINED, why, table, ranks)
    return Forecast(risks, STATIC_RULE, why, table, ranks)


def _of_model(risk: Risk, known: float, source: Source, outcomes: float) -> Risk:
    return replace(risk, known=known, source=source, hours=0.0, outcomes=outcomes)


def _by_registered(tx: Tx, active: Loaded, known: list[Pool], seen: dict[str, Seen], now: datetime) -> tuple[dict[str, Prediction] | None, str | None]:
    """The active model's word of every pool that is not known to be down; all of it, or why there is none."""
    market = Market(seen, prices_for(tx, active), now)
    asked = [pool for pool in known if not seen.get(pool.pool_id, NOTHING_SEEN).is_down]
    told, why = ml_interface.ask(active, [market.features(pool.pool_id, pool.az_id) for pool in asked])
    return told and {pool.pool_id: one for pool, one in zip(asked, told, strict=True)}, why


def prices_for(tx: Tx, loaded: Loaded) -> dict[str, list[float]]:
    """Each pool's prices of the last day, for a model that asks for them."""
    if not any(name.startswith("price_") for name in loaded.model.names):
        return {}
    return {pool: [row["price"] for row in told] for pool, told in groupby(predictions.recent_prices(tx), lambda row: row["pool_id"])}


def learned(tx: Tx) -> tuple[Table, Model | None]:
    """What the last training left: the table, and the model where it won."""
    row = rows.latest_model(tx)
    if row is None:
        return Table(), None
    params = json.loads(row["params"])
    return Table.from_json(params["table"]), Model.from_json(params["model"]) if row["is_active"] and params["model"] else None
