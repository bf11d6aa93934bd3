"""Predictions are written down, compared with what happened, and a model that knows less than the base rate is taken out.

Every ten minutes each live Spot instance gets a prediction for the next hour from the static rule, the active model and each
model in the shadow, all from the same numbers. Only what was known at that moment goes in; outcomes are joined an hour later.
"""

import time
from datetime import datetime, timedelta
from itertools import groupby

from core import audit, database
from core.database import Tx
from core.domain.model import static_rule
from core.domain.model.contract import Features
from core.domain.model.registered import STATIC, Registered
from core.domain.model.score import JUDGED_AFTER, Scorecard, must_be_demoted, scorecard
from core.domain.serialize import canonical
from core.ml_interface import LOADED, Loaded, fall_back, predict_within, shown
from core.sql import models, predictions

HORIZON = timedelta(hours=1)
SLOT = timedelta(minutes=10)
AT_ONCE = 2000
SHOWN_OUTCOMES = 10_000
LEARNT = ("pool_age_hours", "instance_age_hours")
COUNTS = ("losses_6h", "losses_24h", "losses_7d", "notices_24h")


def work() -> dict:
    """1 predict  2 learn what became of earlier predictions  3 judge the models."""
    return {"predicted": database.run(predict), "outcomes": database.run(join_outcomes), "demoted": database.run(judge)}


def predict(tx: Tx) -> int:
    """One prediction per live Spot instance and model, once per slot of ten minutes; how many were new."""
    horizon_at = _slot(tx.now()) + HORIZON
    active = LOADED.active(tx)
    everyone = [Loaded(None, None), *([active] if active.model else []), *LOADED.shadows(tx)]
    rows = [
        _row(loaded, subject["instance_id"], subject["pool_id"], features, tx.now(), horizon_at)
        for subject, features in _features(tx) for loaded in everyone
    ]  # fmt: skip
    return predictions.insert(tx, rows) if rows else 0


def _row(loaded: Loaded, instance_id: int, pool_id: str, features: Features, now: datetime, horizon_at: datetime) -> tuple:
    began = time.perf_counter()
    prediction = predict_within(loaded, features)[0] if loaded.model else static_rule.predict(features)
    took = 1000 * (time.perf_counter() - began)
    return (
        loaded.registered.id if loaded.registered else 0, instance_id, pool_id, now, horizon_at, prediction.interruption_probability,
        prediction.confidence_score, canonical(features.__dict__), took,
    )  # fmt: skip


def _features(tx: Tx) -> list[tuple[dict, Features]]:
    """What is known of each live Spot instance right now."""
    losses = {row["pool_id"]: row for row in predictions.losses_by_pool(tx)}
    prices = {pool: [row["price"] for row in rows] for pool, rows in groupby(predictions.recent_prices(tx), lambda row: row["pool_id"])}
    return [(subject, features_of(subject, losses, prices.get(subject["pool_id"], []), tx.now())) for subject in predictions.subjects(tx)]


def features_of(subject: dict, losses: dict[str, dict], prices: list[float], now: datetime) -> Features:
    """The contract's features of one instance; what nobody knows is left out."""
    own = losses.get(subject["pool_id"], {})
    learnt = {name: float(subject[name]) for name in LEARNT if subject[name] is not None}
    counts = {name: float(own.get(name) or 0) for name in COUNTS}
    others = [row for pool, row in losses.items() if _is_sister(pool, subject["pool_id"])]
    counts["other_zones_lost_6h"] = float(sum(bool(row["losses_6h"]) for row in others))
    return Features(
        subject["instance_type"], subject["az"] or subject["az_id"], tuple(prices), now.hour, now.weekday(), {**learnt, **counts}
    )


def _is_sister(pool: str, mine: str) -> bool:
    """The same type in another zone."""
    return pool != mine and pool.split(":")[1] == mine.split(":")[1]


def join_outcomes(tx: Tx) -> int:
    """What became of predictions whose hour is over; how many were settled."""
    due = predictions.due(tx, AT_ONCE)
    for row in due:
        predictions.set_outcome(tx, row["id"], outcome_of(row), tx.now())
    return len(due)


def outcome_of(row: dict) -> str:
    """Interrupted within the hour, survived it, or unknown because it ended by our own order before the hour was over."""
    if row["interrupted_at"]:
        return "interrupted"
    left = min((at for at in (row["ended_at"], row["terminate_requested_at"]) if at), default=None)
    return "unknown" if left and left < row["horizon_at"] else "survived"


def judge(tx: Tx) -> int:
    """Take a model out of charge, or out of the shadow, when its newest outcomes are worse than the base rate."""
    worse = [one for one in (models.lock_active(tx), *models.shadows(tx)) if one and must_be_demoted(_pairs(tx, one.id))]
    for registered in worse:
        _demote(tx, registered)
    return len(worse)


def _demote(tx: Tx, registered: Registered) -> None:
    card = scorecard(_pairs(tx, registered.id))
    why = f"over its last {JUDGED_AFTER} outcomes its Brier score {card.brier:.4f} is worse than the base rate's {card.base_brier:.4f}"
    if registered.status == "active":
        fall_back(tx, actor=audit.SYSTEM, why=why, status="demoted")
    else:
        models.set_status(tx, registered.id, "demoted", tx.now())
        audit.record(tx, client_id=0, actor=audit.SYSTEM, action="model_demotion", resource=("model", registered.id), why=why)


def _pairs(tx: Tx, model_id: int) -> list[tuple[float, int]]:
    return predictions.scored(tx, model_id, JUDGED_AFTER)


def get_model_performance_metrics(tx: Tx) -> list[dict]:
    """The static rule and every model with its scorecard, newest first."""
    return [_measured(tx, None), *(_measured(tx, registered) for registered in models.newest(tx))]


def _measured(tx: Tx, registered: Registered | None) -> dict:
    model_id = registered.id if registered else 0
    card = scorecard(predictions.scored(tx, model_id, SHOWN_OUTCOMES))
    latencies = predictions.last_latencies(tx, model_id)
    p99 = latencies[-(-99 * len(latencies) // 100) - 1] if latencies else None
    return {**(shown(registered) if registered else STATIC), "scorecard": as_json(card), "latency_p99_ms": p99, "judged_after": JUDGED_AFTER}


def as_json(card: Scorecard) -> dict:
    return {**card.__dict__, "is_worse_than_base_rate": card.is_worse_than_base_rate, "calibration": [one.__dict__ for one in card.calibration]}


def _slot(at: datetime) -> datetime:
    return at - timedelta(seconds=at.timestamp() % SLOT.total_seconds())
