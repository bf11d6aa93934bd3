"""By which figures it is decided: a client's own spread of its workloads, and the engine's for everybody."""

from flask import Blueprint
from marshmallow import fields, validate

from core.auth import principal, require_admin, require_client_auth
from core.idempotency import in_transaction, require_idempotency_key
from core.moves import engine
from core.validation import Body, takes, takes_upload

bp = Blueprint("policies", __name__, url_prefix="/api")

Glob = validate.Regexp(r"^[a-z0-9*?.-]{1,32}$")
MOST_BYTES = 64 * 1024


class Placement(Body):
    """What is left out stays. Shares and increases in per cent; types as globs, such as ``m5.*``."""

    max_share_pct = fields.Int(strict=True, validate=validate.Range(1, 100))
    price_increase_pct = fields.Int(strict=True, allow_none=True, validate=validate.Range(0, 1000))
    price_weight = fields.Float(allow_none=True, validate=validate.Range(0, 1))
    allow = fields.List(fields.Str(validate=Glob), validate=validate.Length(max=30))
    deny = fields.List(fields.Str(validate=Glob), validate=validate.Length(max=30))


class Settings(Body):
    """Names the figures and proves them; they stand in the file."""

    name = fields.Str(required=True, validate=validate.Regexp(r"^[A-Za-z0-9._-]{1,64}$"))
    signature = fields.Str(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}$"))


@bp.get("/policies/diversity")
@require_client_auth
@in_transaction
def placement(tx, authenticated_client_id):
    """How many of a client's workloads may stand in one pool, how much dearer than the cheapest, of which types."""
    return engine.placement(tx, authenticated_client_id)


@bp.patch("/policies/diversity")
@require_client_auth
@takes(Placement)
@require_idempotency_key
def set_placement(tx, body, authenticated_client_id):
    """Change it; the next decision takes it. ``null`` for the price cap: none; for the weight of the price: the engine's."""
    return engine.set_placement(tx, authenticated_client_id, body, actor=principal().key)


@bp.get("/admin/decision-engine")
@require_admin
@in_transaction
def decision_engine(tx):
    """The figures in force with their bounds, and whose they are."""
    return engine.show(tx)


@bp.post("/admin/decision-engine/upload")
@require_admin
@takes_upload(Settings, file="settings", most_bytes=MOST_BYTES)
@require_idempotency_key
def upload_settings(tx, body, settings):
    """Signed figures, one JSON object: weights, gates, cool-downs; in force with the next decision. Code is refused."""
    return engine.upload(tx, body, settings, actor=principal().key), 201
