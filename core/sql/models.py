"""The registry of models, their weights, and the story of each."""

from datetime import datetime

from core.database import Tx
from core.domain.model.registered import Registered


def insert(tx: Tx, *, uuid: str, name: str, model_version: str, kind: str, manifest: str, sha256: bytes, status: str, checks: str,
           now: datetime) -> int:  # fmt: skip
    return tx.insert(
        "INSERT INTO ml_models (uuid, name, model_version, kind, manifest, sha256, status, checks, created_at, changed_at)"
        " VALUES (%(uuid)s, %(name)s, %(version)s, %(kind)s, %(manifest)s, %(sha256)s, %(status)s, %(checks)s, %(now)s, %(now)s)",
        uuid=uuid, name=name, version=model_version, kind=kind, manifest=manifest, sha256=sha256, status=status, checks=checks,
        now=now,
    )  # fmt: skip


def insert_part(tx: Tx, model_id: int, part: int, data: bytes) -> None:
    tx.execute(
        "INSERT INTO ml_model_parts (model_id, part, bytes) VALUES (%(id)s, %(part)s, %(data)s)", id=model_id, part=part, data=data
    )


def weights(tx: Tx, model_id: int) -> bytes:
    """The file as it was uploaded; empty for a rejected one."""
    rows = tx.all("SELECT bytes FROM ml_model_parts WHERE model_id = %(id)s ORDER BY part", id=model_id)
    return b"".join(row["bytes"] for row in rows)


def lock(tx: Tx, uuid: str) -> Registered | None:
    return Registered.maybe(tx.one("SELECT * FROM ml_models WHERE uuid = %(uuid)s FOR UPDATE", uuid=uuid))


def get(tx: Tx, model_id: int) -> Registered | None:
    return Registered.maybe(tx.one("SELECT * FROM ml_models WHERE id = %(id)s", id=model_id))


def lock_active(tx: Tx) -> Registered | None:
    return Registered.maybe(tx.one("SELECT * FROM ml_models WHERE status = 'active' FOR UPDATE"))


def active(tx: Tx) -> Registered | None:
    return Registered.maybe(tx.one("SELECT * FROM ml_models WHERE status = 'active'"))


def shadows(tx: Tx) -> list[Registered]:
    return [Registered.from_row(row) for row in tx.all("SELECT * FROM ml_models WHERE status = 'shadow' ORDER BY id")]


def newest_retired(tx: Tx) -> Registered | None:
    """The model that decided before the present one."""
    return Registered.maybe(
        tx.one("SELECT * FROM ml_models WHERE status = 'retired' ORDER BY changed_at DESC, id DESC LIMIT 1 FOR UPDATE")
    )


def newest(tx: Tx, limit: int = 100) -> list[Registered]:
    rows = tx.all("SELECT * FROM ml_models ORDER BY id DESC LIMIT %(limit)s", limit=limit)
    return [Registered.from_row(row) for row in rows]


def set_status(tx: Tx, model_id: int, status: str, now: datetime) -> None:
    tx.execute(
        "UPDATE ml_models SET status = %(status)s, changed_at = %(now)s WHERE id = %(id)s", id=model_id, status=status, now=now
    )


def insert_session(tx: Tx, *, uuid: str, model_id: int | None, kind: str, sentence: str, actor: str, now: datetime, figures: str | None = None) -> None:
    tx.execute(
        "INSERT INTO ml_sessions (uuid, model_id, kind, sentence, actor_id, at, figures)"
        " VALUES (%(uuid)s, %(model_id)s, %(kind)s, %(sentence)s, %(actor)s, %(now)s, %(figures)s)",
        uuid=uuid, model_id=model_id, kind=kind, sentence=sentence[:255], actor=actor, now=now, figures=figures,
    )  # fmt: skip


def sessions(tx: Tx, limit: int) -> list[dict]:
    return tx.all(
        "SELECT s.uuid AS session_id, s.kind, s.sentence, s.actor_id AS actor, s.at, s.figures, m.uuid AS model_id, m.name, m.model_version AS version"
        " FROM ml_sessions s LEFT JOIN ml_models m ON m.id = s.model_id ORDER BY s.id DESC LIMIT %(limit)s",
        limit=limit,
    )
