"""Learn from what was seen of pools: the table always, the model where later time speaks for it. In a child process."""

import json
from datetime import datetime, timedelta

from core import database
from core.database import Tx
from core.domain.risk import Sighting, learn
from core.domain.risk_model import SHARES, Verdict, Watched, train
from core.domain.training_set import TrainingSet
from core.forecast import training_sets
from core.sql import risk as rows

HISTORY = timedelta(days=90)
FEATURES = timedelta(days=2)


def run() -> dict:
    """Train on ninety days, store what they were and the verdict, and write the features of the last two days beside the prices."""
    now = database.run(lambda tx: tx.now())
    pools, told = database.run(lambda tx: training_sets.read(tx, now - HISTORY, now))
    verdict = train(pools, now)
    database.run(lambda tx: _store(tx, pools, told, verdict, now))
    written = sum(database.run(lambda tx, item=item: _features(tx, *item, now)) for item in pools.items())
    return {
        "pools": len(pools), "samples": verdict.samples, "model_speaks": verdict.wins, "features": written, "training_set": told.name,
        "why": verdict.why,
    }  # fmt: skip


def _store(tx: Tx, pools: dict[str, list[Sighting]], told: TrainingSet, verdict: Verdict, now: datetime) -> None:
    """The set and the model that was trained on it, both or neither."""
    params = {"table": learn(pools, now).as_json(), "model": verdict.model and verdict.model.as_json()}
    rows.insert_model(
        tx, now=now, is_active=verdict.wins, samples=verdict.samples, span_days=verdict.span_days,
        scores=(verdict.brier_model, verdict.brier_table, verdict.brier_base), params=json.dumps(params), why=verdict.why,
        dataset_id=training_sets.store(tx, told),
    )  # fmt: skip


def _features(tx: Tx, pool_id: str, told: list[Sighting], now: datetime) -> int:
    pool, hour = Watched.of(told, now), (now - FEATURES).replace(minute=0, second=0, microsecond=0)
    hours = [hour + timedelta(hours=n) for n in range(int(FEATURES.total_seconds() // 3600))]
    made = [_row(pool, pool_id, at, now) for at in hours if pool.up and at >= pool.up[0].began]
    rows.write_features(tx, made)
    return len(made)


def _row(pool: Watched, pool_id: str, at: datetime, now: datetime) -> tuple:
    """The label is unknown until its hour is over."""
    here, end = pool.current(at), at + timedelta(hours=1)
    lost = pool.lost_by(at, end) if here and end <= now else None
    age = int((at - here.began).total_seconds()) if here else None
    return (age, *(pool.share(at, hours) for hours in SHARES.values()), pool.losses(at, 6), pool.losses(at, 24), lost, pool_id, at)
