"""The registry of models: upload, shadow, activation, fallback, and how good each one is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint
from marshmallow import fields, validate

from core import ml_interface
from core.auth import principal, require_admin, require_client_auth
from core.domain.model.contract import NUMBERS, VERSION
from core.domain.model.files import MOST_BYTES
from core.domain.model.kinds import KINDS, MOST_NUMBERS
from core.forecast import predictions, training_sets
from core.forecast.onnx import KIND as ONNX
from core.idempotency import in_transaction, require_idempotency_key
from core.validation import Body, asks, takes, takes_nothing, takes_upload

bp = Blueprint("models", __name__, url_prefix="/api")

LEARNT = [name for name in NUMBERS if name not in ("hour_of_day", "day_of_week", "price_last", "price_mean", "price_change")]


class GoldenFeatures(Body):
    instance_type = fields.Str(required=True, validate=validate.Length(1, 32))
    availability_zone = fields.Str(required=True, validate=validate.Length(1, 32))
    spot_price_history = fields.List(fields.Float(), required=True, validate=validate.Length(max=1000))
    hour_of_day = fields.Int(required=True, strict=True, validate=validate.Range(0, 23))
    day_of_week = fields.Int(required=True, strict=True, validate=validate.Range(0, 6))


GoldenFeatures = GoldenFeatures.from_dict({**GoldenFeatures._declared_fields, **{name: fields.Float() for name in LEARNT}}, name="GoldenFeatures")


class Golden(Body):
    features = fields.Nested(GoldenFeatures, required=True)
    interruption_probability = fields.Float(required=True, validate=validate.Range(0, 1))


class Manifest(Body):
    """What a model says of itself. ``golden`` are vectors with the probabilities it must give."""

    contract_version = fields.Str(required=True, validate=validate.Equal(VERSION))
    name = fields.Str(required=True, validate=validate.Regexp(r"^[A-Za-z0-9._-]{1,64}$"))
    version = fields.Str(required=True, validate=validate.Regexp(r"^[A-Za-z0-9._-]{1,32}$"))
    kind = fields.Str(required=True, validate=validate.OneOf((*KINDS, ONNX)))
    numbers = fields.List(fields.Str(validate=validate.OneOf(tuple(NUMBERS))), required=True, validate=validate.Length(1, MOST_NUMBERS))
    golden = fields.List(fields.Nested(Golden), required=True, validate=validate.Length(1, 100))
    description = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=300))


class Choice(Body):
    model_id = fields.UUID(required=True)


class Page(Body):
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))


def examined(view: Callable) -> Callable:
    """Examine the upload before any transaction is open: it takes a second, and a broken model takes longer."""

    @wraps(view)
    def looked_at(*args: Any, body: dict, weights: bytes, **kwargs: Any) -> Any:
        return view(*args, body=body, weights=weights, checks=ml_interface.examine(body, weights), **kwargs)

    return looked_at


@bp.get("/admin/ml-models")
@require_admin
@in_transaction
def all_models(tx):
    """Every model with its checks and its scorecard, the static rule first; and what the newest training on this market learned from."""
    return {"models": predictions.get_model_performance_metrics(tx), "training_set": training_sets.latest(tx)}


@bp.post("/admin/ml-models/upload")
@bp.post("/admin/models/upload", endpoint="upload_model_too")
@require_admin
@takes_upload(Manifest, file="weights", most_bytes=MOST_BYTES)
@examined
@require_idempotency_key
def upload_model(tx, body, weights, checks):
    """A model's manifest and weights; the reply names every check. Pickles are refused unopened."""
    return ml_interface.register_ml_model(tx, body, weights, checks, actor=principal().key), 201


@bp.post("/admin/ml-models/activate")
@bp.post("/lab/graduate", endpoint="graduate_model")
@require_admin
@takes(Choice)
@require_idempotency_key
def activate_model(tx, body):
    """Put a validated model in charge; in use in every process within five seconds."""
    return ml_interface.activate_ml_model(tx, str(body["model_id"]), actor=principal().key)


@bp.post("/admin/ml-models/shadow")
@require_admin
@takes(Choice)
@require_idempotency_key
def shadow_model(tx, body):
    """Let a model predict beside the active one, without any say."""
    return ml_interface.shadow_ml_model(tx, str(body["model_id"]), actor=principal().key)


@bp.post("/admin/ml-models/fallback")
@require_admin
@takes_nothing
@require_idempotency_key
def fall_back(tx):
    """Back to the model that was in charge before, else to the static rule."""
    return ml_interface.fall_back(tx, actor=principal().key)


@bp.get("/admin/ml-models/sessions")
@require_admin
@asks(Page)
@in_transaction
def model_sessions(tx, query):
    """Uploads, activations, fallbacks and demotions, newest first.

    ``figures`` were measured at that moment: of an upload its bytes, checks and how many of them passed; of every
    other step how many predictions had an outcome, and their Brier score beside the base rate's.
    """
    return {"sessions": ml_interface.sessions(tx, query["limit"])}


@bp.get("/models/scorecard")
@require_client_auth
@in_transaction
def model_scorecard(tx, authenticated_client_id):
    """How good the predictions are that decide for this client, beside the naive base rate; and what was learned from."""
    return {"models": predictions.get_model_performance_metrics(tx), "training_set": training_sets.latest(tx)}
