"""Models of interruption risk: taken in, tried beside the active one, put in charge, and replaced, without a restart.

The active model is a row; every process looks at it again after two seconds, so a change is in use everywhere within five.
"""

import json
import logging
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any
from uuid import uuid4

from core import audit, errors
from core.database import Tx
from core.deadline import Desk, Late
from core.domain.model import static_rule
from core.domain.model.check import Check
from core.domain.model.contract import VERSION, ContractBroken, Features, Prediction
from core.domain.model.kinds import Model, Unusable, maker
from core.domain.model.registered import STATIC, Registered
from core.domain.model.score import scorecard
from core.domain.serialize import canonical
from core.forecast import model_check
from core.forecast.onnx import OTHERS
from core.operations import modules
from core.sql import models, predictions

log = logging.getLogger("core.ml_interface")

LOOK_AGAIN_SECONDS = 2.0
DEADLINE_SECONDS = 0.5
PART_BYTES = 512 * 1024
SCORED = 10_000


@dataclass(frozen=True)
class Loaded:
    """A model ready to predict, and the row it came from; no row is the static rule."""

    registered: Registered | None
    model: Model | None


NO_MODEL = Loaded(None, None)


def examine(manifest: Mapping[str, Any], weights: bytes) -> list[Check]:
    """What an upload is worth, found out in a process of its own. Opens no transaction."""
    return model_check.checked(manifest, weights)


def register_ml_model(tx: Tx, manifest: Mapping[str, Any], weights: bytes, checks: list[Check], *, actor: str) -> dict:
    """Keep an examined upload. A rejected one keeps its verdict and loses its weights."""
    failed = next((check for check in checks if not check.passed), None)
    status, label = "rejected" if failed else "validated", f"{manifest['name']} {manifest['version']}"
    model_id = _insert(tx, manifest, weights, checks, status)
    for part, start in enumerate(range(0, 0 if failed else len(weights), PART_BYTES)):
        models.insert_part(tx, model_id, part, weights[start : start + PART_BYTES])
    verdict = f"it fails {failed.name}: {failed.sentence}" if failed else f"it passes {len(checks)} checks"
    figures = {"bytes": len(weights), "checks": len(checks), "passed": sum(check.passed for check in checks)}
    _session(tx, model_id, "upload", f"Uploaded {label}: {verdict}", actor, figures)
    return shown(models.get(tx, model_id))


def _insert(tx: Tx, manifest: Mapping[str, Any], weights: bytes, checks: list[Check], status: str) -> int:
    try:
        return models.insert(
            tx, uuid=str(uuid4()), name=manifest["name"], model_version=manifest["version"], kind=manifest["kind"],
            manifest=canonical(manifest), sha256=sha256(weights).digest(), status=status,
            checks=canonical([check.__dict__ for check in checks]), now=tx.now(),
        )  # fmt: skip
    except errors.Duplicate:
        raise errors.Invalid(fields={"version": ["this name and version exist already; a model is never overwritten"]}) from None


def activate_ml_model(tx: Tx, uuid: str, *, actor: str) -> dict:
    """Put a model in charge; the one before it is retired and stays at hand for the fallback."""
    chosen = _usable(tx, uuid)
    before = models.lock_active(tx)
    if before and before.id == chosen.id:
        return {"active": shown(chosen), "previous": None}
    if before:
        models.set_status(tx, before.id, "retired", tx.now())
    models.set_status(tx, chosen.id, "active", tx.now())
    _session(tx, chosen.id, "activation", f"Activated {chosen.label} in place of {before.label if before else 'the static rule'}", actor)
    return {"active": shown(models.get(tx, chosen.id)), "previous": shown(models.get(tx, before.id)) if before else STATIC}


promote_model_to_production = activate_ml_model


def shadow_ml_model(tx: Tx, uuid: str, *, actor: str) -> dict:
    """Let a model predict beside the active one, without any say."""
    chosen = _usable(tx, uuid)
    if chosen.status == "active":
        raise errors.Conflict("it is the active model; activate another one first")
    models.set_status(tx, chosen.id, "shadow", tx.now())
    _session(tx, chosen.id, "shadow", f"{chosen.label} predicts in the shadow from now on", actor)
    return shown(models.get(tx, chosen.id))


def fall_back(tx: Tx, *, actor: str, why: str = "by hand", status: str = "validated") -> dict:
    """Take the active model out of charge: the one that was in charge before it decides again, else the static rule."""
    present = models.lock_active(tx)
    if present is None:
        return {"active": STATIC, "previous": STATIC}
    before = models.newest_retired(tx)
    models.set_status(tx, present.id, status, tx.now())
    if before:
        models.set_status(tx, before.id, "active", tx.now())
    follower = before.label if before else STATIC["name"]
    _session(tx, present.id, "demotion" if status == "demoted" else "fallback", f"{follower} in place of {present.label}: {why}", actor)
    return {"active": shown(models.get(tx, before.id)) if before else STATIC, "previous": shown(models.get(tx, present.id))}


def leave_shadow(tx: Tx, registered: Registered, *, why: str) -> None:
    """Take a model out of the shadow for what it predicted there."""
    models.set_status(tx, registered.id, "demoted", tx.now())
    _session(tx, registered.id, "demotion", f"{registered.label} left the shadow: {why}", audit.SYSTEM)


def _usable(tx: Tx, uuid: str) -> Registered:
    chosen = models.lock(tx, uuid)
    if chosen is None:
        raise errors.NotFound()
    if not chosen.is_usable:
        raise errors.Conflict(f"{chosen.label} is {chosen.status}; only a validated model can be used")
    return chosen


def _session(tx: Tx, model_id: int, kind: str, sentence: str, actor: str, figures: Mapping[str, Any] | None = None) -> None:
    """``figures`` of this moment; unless others are given, how good the model's predictions were until now."""
    told = canonical(figures or _score(tx, model_id))
    models.insert_session(tx, uuid=str(uuid4()), model_id=model_id, kind=kind, sentence=sentence, actor=actor, now=tx.now(), figures=told)
    audit.record(tx, client_id=0, actor=actor, action=f"model_{kind}", resource=("model", model_id), why=sentence)


def _score(tx: Tx, model_id: int) -> dict:
    card = scorecard(predictions.scored(tx, model_id, SCORED))
    return {"outcomes": card.outcomes, "brier": card.brier, "base_brier": card.base_brier}


def active(tx: Tx) -> Loaded:
    """The model in charge, as this process knows it; while the model server is switched off, one that only says so."""
    loaded = LOADED.active(tx)
    if loaded.model is None or modules.enabled(tx, "MOD-AI-01"):
        return loaded
    return Loaded(loaded.registered, Model(loaded.model.names, Unusable("the model server is switched off")))


def shadows(tx: Tx) -> list[Loaded]:
    """Those that predict beside it."""
    return LOADED.shadows(tx)


def ask(loaded: Loaded, features: list[Features]) -> tuple[list[Prediction] | None, str | None]:
    """A model's answers about pools within the deadline; else None, and why there are none."""
    try:
        return DESKS[loaded.registered.id].ask(lambda: loaded.model.predict(features), DEADLINE_SECONDS), None
    except (ValueError, ArithmeticError) as error:
        return None, f"{loaded.registered.label} failed: {error}"
    except Late as late:
        return None, f"{loaded.registered.label} was late: {late}"


def invoke_ml_decision(tx: Tx, features: Features) -> dict:
    """The contract's answer v1.0 for one pool: by the active model, or by the static rule when there is none, it fails or is late."""
    began, loaded = time.monotonic(), active(tx)
    told, why = ask(loaded, [features]) if loaded.model else (None, None)
    prediction = told[0] if told else static_rule.predict(features)
    return {
        "contract_version": VERSION, "prediction_id": str(uuid4()), "interruption_probability": prediction.interruption_probability,
        "confidence_score": prediction.confidence_score, "recommended_action": prediction.recommended_action,
        "model": shown(loaded.registered) if told else STATIC, "fell_back_because": why,
        "latency_ms": round(1000 * (time.monotonic() - began), 3),
    }  # fmt: skip


def predict_interruption_risk(tx: Tx, features: Features) -> float:
    """The probability alone."""
    return invoke_ml_decision(tx, features)["interruption_probability"]


def load(tx: Tx, registered: Registered) -> Model:
    """The model of a row, from its weights."""
    names = tuple(json.loads(registered.manifest)["numbers"])
    try:
        return maker(registered.kind, names, models.weights(tx, registered.id), OTHERS)()
    except ContractBroken as error:
        log.error("%s cannot be used on this host: %s", registered.label, error, extra={"component": "MOD-AI-01", "action": "LOAD", "result": "FAILED"})
        return Model(names, Unusable(str(error)))


class LoadedModels:
    """What this process has loaded; the row decides, and it is looked at again after ``LOOK_AGAIN_SECONDS``."""

    def __init__(self) -> None:
        self._by_id: dict[int, Model] = {}
        self._active = NO_MODEL
        self._looked_at = -LOOK_AGAIN_SECONDS
        self._lock = Lock()

    def active(self, tx: Tx) -> Loaded:
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_AGAIN_SECONDS:
                self._active = self._of(tx, models.active(tx))
                self._looked_at = time.monotonic()
            return self._active

    def shadows(self, tx: Tx) -> list[Loaded]:
        with self._lock:
            return [self._of(tx, registered) for registered in models.shadows(tx)]

    def _of(self, tx: Tx, registered: Registered | None) -> Loaded:
        if registered is None:
            return NO_MODEL
        if registered.id not in self._by_id:
            self._by_id[registered.id] = load(tx, registered)
            log.info("loaded %s", registered.label, extra={"component": "MOD-AI-01", "action": "LOAD", "result": "SUCCESS"})
        return Loaded(registered, self._by_id[registered.id])


LOADED = LoadedModels()
DESKS: dict[int, Desk] = defaultdict(Desk)  # by the id of the model: a hung one holds up no other


def shown(registered: Registered) -> dict:
    """A model as the API shows it."""
    manifest = json.loads(registered.manifest)
    return {
        "model_id": registered.uuid, "name": registered.name, "version": registered.model_version, "kind": registered.kind,
        "status": registered.status, "sha256": registered.sha256.hex(), "numbers": manifest["numbers"],
        "description": manifest.get("description"), "checks": json.loads(registered.checks), "created_at": registered.created_at,
    }  # fmt: skip


def sessions(tx: Tx, limit: int) -> list[dict]:
    """Uploads, activations, fallbacks and demotions, newest first, each with what was measured at that moment."""
    return [{**row, "figures": row["figures"] and json.loads(row["figures"])} for row in models.sessions(tx, limit)]
