"""The data the risk model learns from, described after each consolidation (JOB-10): written once, shown, taken again."""

import json
from datetime import datetime
from itertools import groupby

from core import errors
from core.database import Tx
from core.domain.risk import Sighting
from core.domain.risk_model import NAMES
from core.domain.training_set import TrainingSet, describe
from core.sql import training_sets as rows


def read(tx: Tx, from_at: datetime, to_at: datetime) -> tuple[dict[str, list[Sighting]], TrainingSet]:
    """What is learned from, by pool and oldest first, and its description: of the very same rows."""
    found = rows.sightings(tx, from_at, to_at)
    pools = {pool_id: [Sighting(row["kind"], row["at"]) for row in group] for pool_id, group in groupby(found, lambda row: row["pool_id"])}
    return pools, describe(found, from_at, to_at, NAMES)


def store(tx: Tx, told: TrainingSet) -> int:
    """Its id."""
    return rows.insert(
        tx, name=told.name, from_at=told.from_at, to_at=told.to_at, features=json.dumps(told.features), source=told.source, rows=told.rows,
        digest=told.digest, now=tx.now(),
    )  # fmt: skip


def is_as_described(tx: Tx, name: str) -> bool:
    """Whether the rows of a set are still those it was described by; NotFound for a set nobody described."""
    known = rows.by_name(tx, name)
    if known is None:
        raise errors.NotFound()
    _, now = read(tx, known["from_at"], known["to_at"])
    return (now.digest, now.rows) == (known["sha256"], known["row_count"])


def latest(tx: Tx) -> dict | None:
    """What the newest training learned from and came to; null before the first."""
    row = rows.latest(tx)
    return row and {
        "name": row["name"], "from": row["from_at"], "to": row["to_at"], "features": json.loads(row["features"]), "source": row["source"],
        "rows": row["row_count"], "sha256": row["hex"].lower(), "trained_at": row["trained_at"], "samples": row["samples"],
        "model_speaks": bool(row["is_active"]), "sentence": row["why"],
    }  # fmt: skip
