"""A client's own alert rules and what has come of them."""

from flask import Blueprint
from marshmallow import fields, validate

from core.auth import principal, require_client_auth
from core.domain.alert import OPERATORS, OWN_METRICS
from core.idempotency import in_transaction, require_idempotency_key
from core.operations import own_alerts
from core.validation import Body, asks, takes, takes_nothing

bp = Blueprint("alerts", __name__, url_prefix="/api/alerts")


class Rule(Body):
    """An ``entity_id`` of null is every thing that has the figure."""

    name = fields.Str(required=True, validate=validate.Length(1, 120))
    metric = fields.Str(required=True, validate=validate.OneOf(OWN_METRICS))
    entity_id = fields.Str(load_default=None, allow_none=True, validate=validate.Regexp(r"^[A-Za-z0-9._:-]{1,96}$"))
    operator = fields.Str(required=True, validate=validate.OneOf(tuple(OPERATORS)))
    threshold = fields.Float(required=True, validate=validate.Range(-1e12, 1e12))
    severity = fields.Str(load_default="warning", validate=validate.OneOf(("info", "warning", "critical")))
    is_enabled = fields.Bool(load_default=True)


class Switch(Body):
    is_enabled = fields.Bool(required=True)


class Which(Body):
    open = fields.Bool(load_default=None)
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))


@bp.get("")
@require_client_auth
@in_transaction
def rules(tx, authenticated_client_id):
    """The client's rules, and the figures that can be watched."""
    return own_alerts.of_client(tx, authenticated_client_id)


@bp.post("")
@require_client_auth
@takes(Rule)
@require_idempotency_key
def add(tx, body, authenticated_client_id):
    """A new rule; it is evaluated within half a minute, told once when it becomes true and once when it is over."""
    return own_alerts.add(tx, authenticated_client_id, body, actor=principal().key), 201


@bp.patch("/<uuid:alert_id>")
@require_client_auth
@takes(Switch)
@require_idempotency_key
def switch(tx, alert_id, body, authenticated_client_id):
    """Switch a rule on or off; what is open is resolved by the next cycle."""
    return own_alerts.switch(tx, authenticated_client_id, str(alert_id), body["is_enabled"], actor=principal().key)


@bp.delete("/<uuid:alert_id>")
@require_client_auth
@takes_nothing
@require_idempotency_key
def remove(tx, alert_id, authenticated_client_id):
    """Remove a rule; what came of it stays readable."""
    return own_alerts.remove(tx, authenticated_client_id, str(alert_id), actor=principal().key)


@bp.get("/events")
@require_client_auth
@asks(Which)
@in_transaction
def events(tx, authenticated_client_id, query):
    """What has come of rules, the product's and the client's own, newest first."""
    return {"events": own_alerts.events(tx, authenticated_client_id, query["open"], query["limit"])}
