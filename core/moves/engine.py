"""The figures by which it is decided: the engine's, uploaded and signed by who runs the installation, and a client's own placement."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

from config.settings import current
from core import audit, errors, events
from core.database import Tx
from core.domain.decision.engine import BOUNDS, Engine, Placement, problems
from core.domain.mode import differences
from core.domain.serialize import canonical
from core.sql import models, placements

MARK = b"decision-settings:"


def signature(install_key: str, data: bytes) -> str:
    """What proves that whoever holds the installation's key wants these figures: HMAC-SHA256 in hex."""
    return hmac.new(bytes.fromhex(install_key), MARK + data, sha256).hexdigest()


def read(data: bytes) -> dict:
    """A file of settings as figures. WrongMediaType for anything that is no JSON object: code is never taken (K-10)."""
    try:
        told = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise errors.WrongMediaType("the decision engine takes figures, never code: one JSON object with " + ", ".join(BOUNDS))
    wrong = problems(told)
    if wrong:
        raise errors.Invalid(fields=wrong)
    return told


def upload(tx: Tx, manifest: Mapping[str, Any], data: bytes, *, actor: str) -> dict:
    """1 read  2 prove the signature  3 put in force for the next decision  4 write the session."""
    told, before = read(data), in_force(tx)
    if not hmac.compare_digest(signature(current().install_key, data), manifest["signature"]):
        raise errors.Forbidden("the signature does not fit this file; `spotopt sign FILE` makes it where the installation's key is")
    after, name = replace(Engine(), **told), manifest["name"]
    placements.retire_settings(tx)
    try:
        placements.insert_settings(tx, uuid=str(uuid4()), name=name, settings=canonical(told), sha256=sha256(data).digest(), by=actor, now=tx.now())
    except errors.Duplicate:
        raise errors.Invalid(fields={"name": ["settings of this name exist already; they are never overwritten"]}) from None
    sentence = f"Decision settings {name}: {differences(asdict(before), asdict(after)) or 'nothing changed'}"
    session = str(uuid4())
    models.insert_session(tx, uuid=session, model_id=None, kind="settings", sentence=sentence, actor=actor, now=tx.now())
    audit.record(tx, client_id=0, actor=actor, action="decision_settings", resource=("decision_settings", 0), why=sentence[:255])
    return {"session_id": session, "sentence": sentence, **show(tx)}


def in_force(tx: Tx) -> Engine:
    """The figures of the newest upload; what it leaves out is the product's own."""
    row = placements.active_settings(tx)
    return Engine(**json.loads(row["settings"])) if row else Engine()


def show(tx: Tx) -> dict:
    """The figures in force with their bounds, and whose they are."""
    row, figures = placements.active_settings(tx), asdict(in_force(tx))
    bounds = {name: {"low": low, "high": high, "default": getattr(Engine, name)} for name, (low, high) in BOUNDS.items()}
    return {
        "name": row["name"] if row else "the product's own", "uploaded_at": row and row["uploaded_at"], "uploaded_by": row and row["uploaded_by"],
        "sha256": row and row["sha256"].hex(), "settings": figures, "bounds": bounds,
    }  # fmt: skip


def placement(tx: Tx, client_id: int) -> dict:
    """How a client's workloads are spread, with the weights that follow."""
    own = placements.of_client(tx, client_id)
    return {**asdict(own), "weights": asdict(own.weights(in_force(tx)))}


def set_placement(tx: Tx, client_id: int, changes: Mapping[str, Any], *, actor: str) -> dict:
    """Change some of it; the next decision takes it."""
    before = placements.of_client(tx, client_id)
    after: Placement = replace(before, **{name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()})
    placements.write(tx, client_id, after, actor, tx.now())
    said = differences(asdict(before), asdict(after)) or "nothing changed"
    audit.record(tx, client_id=client_id, actor=actor, action="set_placement", resource=("client", client_id), why=f"Placement: {said}"[:255])
    events.emit(tx, client_id, "plan")
    return placement(tx, client_id)
