"""What models of risk are trained on, and its description."""

from datetime import datetime

from core.database import Tx


def sightings(tx: Tx, from_at: datetime, to_at: datetime) -> list[dict]:
    """The rows themselves, in the order in which they are hashed (core/domain/training_set.py)."""
    return tx.all(
        "SELECT pool_id, at, kind, source FROM pool_observations WHERE at >= %(from_at)s AND at < %(to_at)s"
        " ORDER BY pool_id, at, kind, source",
        from_at=from_at, to_at=to_at,
    )  # fmt: skip


def insert(tx: Tx, *, name: str, from_at: datetime, to_at: datetime, features: str, source: str, rows: int, digest: bytes, now: datetime) -> int:
    """Its id; of one that is described already, the same."""
    return tx.insert(
        "INSERT INTO ml_training_datasets (name, from_at, to_at, features, source, row_count, sha256, created_at)"
        " VALUES (%(name)s, %(from_at)s, %(to_at)s, %(features)s, %(source)s, %(rows)s, %(digest)s, %(now)s)"
        " ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)",
        name=name, from_at=from_at, to_at=to_at, features=features, source=source, rows=rows, digest=digest, now=now,
    )  # fmt: skip


def by_name(tx: Tx, name: str) -> dict | None:
    return tx.one("SELECT *, HEX(sha256) AS hex FROM ml_training_datasets WHERE name = %(name)s", name=name)


def latest(tx: Tx) -> dict | None:
    """The newest set with what came of the training on it."""
    return tx.one(
        "SELECT d.*, HEX(d.sha256) AS hex, m.trained_at, m.is_active, m.samples, m.why FROM risk_models m"
        " JOIN ml_training_datasets d ON d.id = m.dataset_id ORDER BY m.id DESC LIMIT 1"
    )


def old_training_sets(tx: Tx) -> int:
    """Those of ninety days ago that no model names any more."""
    return tx.execute(
        "DELETE FROM ml_training_datasets WHERE created_at < UTC_TIMESTAMP(6) - INTERVAL 90 DAY"
        " AND id NOT IN (SELECT dataset_id FROM risk_models WHERE dataset_id IS NOT NULL) LIMIT 1000"
    )
