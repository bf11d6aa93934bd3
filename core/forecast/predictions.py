"""Predictions are written down, compared with what happened, and a model that knows less than the base rate is taken out.

Every ten minutes each live Spot instance gets a prediction for the next hour from the static rule, the active model and each
model in the shadow, all from the same numbers. Only what was known at that moment goes in; outcomes are joined an hour later.
"""

import time
from datetime import datetime, timedelta

from core import audit, database, ml_interface
from core.database import Tx
from core.domain.model.check import ROWS_IN_TIME
from core.domain.model.contract import Features, Prediction
from core.domain.model.features import Market
from core.domain.model.registered import STATIC, Registered
from core.domain.model.score import JUDGED_AFTER, Scorecard, must_be_demoted, scorecard
from core.domain.risk import Risk
from core.domain.serialize import canonical
from core.forecast import sightings
from core.forecast.risk import forecast, prices_for
from core.ml_interface import NO_MODEL, Loaded, fall_back, leave_shadow, shown
from core.sql import models, pools, predictions

HORIZON = timedelta(hours=1)
SLOT = timedelta(minutes=10)
AT_ONCE = 2000
SHOWN_OUTCOMES = 10_000
Asked = tuple[dict, Features]


def work() -> dict:
    """1 predict  2 learn what became of earlier predictions  3 judge the models."""
    return {"predicted": database.run(predict), "outcomes": database.run(join_outcomes), "demoted": database.run(judge)}


def predict(tx: Tx) -> int:
    """One prediction per live Spot instance and model, once per slot of ten minutes; how many were new."""
    everyone = [one for one in (ml_interface.active(tx), *ml_interface.shadows(tx)) if one.model]
    prices = {pool: told for one in everyone for pool, told in prices_for(tx, one).items()}
    market = Market(sightings.of_region(tx, whole=True), prices, tx.now())
    asked = [(row, market.features(row["pool_id"], row["az"] or row["az_id"], _hours(row))) for row in predictions.subjects(tx)]
    rows = _by_rule(tx, asked) + [row for one in everyone for row in _by_model(tx, one, asked)]
    return predictions.insert(tx, rows) if rows else 0


def _by_rule(tx: Tx, asked: list[Asked]) -> list[tuple]:
    """The static rule is the risk that every decision takes where no model speaks; without a sighting it is not confident."""
    regions = {row["region"] for row, _ in asked}
    risks = {pool: one for region in regions for pool, one in _ruled(tx, region).items()}
    return [
        _row(0, row, features, Prediction(risks[row["pool_id"]].probability, float("pool_age_hours" in features.pool)), 0.0, tx.now())
        for row, features in asked if row["pool_id"] in risks
    ]  # fmt: skip


def _ruled(tx: Tx, region: str) -> dict[str, Risk]:
    known = pools.in_region(tx, region)
    return forecast(tx, region, known, NO_MODEL).seen_by(known, tx.now()).risks


def _by_model(tx: Tx, loaded: Loaded, asked: list[Asked]) -> list[tuple]:
    """Some hundred at a time; a question that is not answered in time leaves no row, so that nobody is judged by another's words."""
    told = []
    for start in range(0, len(asked), ROWS_IN_TIME):
        part, began = asked[start : start + ROWS_IN_TIME], time.perf_counter()
        answers, _ = ml_interface.ask(loaded, [features for _, features in part])
        took = 1000 * (time.perf_counter() - began)
        told += [_row(loaded.registered.id, *one, said, took, tx.now()) for one, said in zip(part, answers or (), strict=bool(answers))]
    return told


def _row(model_id: int, subject: dict, features: Features, said: Prediction, took: float, now: datetime) -> tuple:
    return (
        model_id, subject["instance_id"], subject["pool_id"], now, _slot(now) + HORIZON, said.interruption_probability,
        said.confidence_score, canonical(features.__dict__), took,
    )  # fmt: skip


def _hours(subject: dict) -> float:
    return float(subject["instance_age_hours"])


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
        leave_shadow(tx, registered, why=why)


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
