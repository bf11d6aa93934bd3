"""What agents report of the market."""

from flask import Blueprint
from marshmallow import fields, validate

from core import pricing
from core.auth import bound_instance, require_agent
from core.idempotency import require_idempotency_key
from core.validation import Body, takes

bp = Blueprint("reporting", __name__, url_prefix="/api/agents/<uuid:agent_id>")


class PoolPrice(Body):
    az = fields.Str(required=True, validate=validate.Length(1, 32))
    az_id = fields.Str(required=True, validate=validate.Regexp(r"^[a-z0-9-]{2,32}$"))
    instance_type = fields.Str(required=True, validate=validate.Regexp(r"^[a-z0-9.-]{2,32}$"))
    spot_price = fields.Float(required=True)
    on_demand_price = fields.Float(load_default=None, allow_none=True)
    observed_at = fields.Str(required=True, validate=validate.Length(max=40))


class PricingReport(Body):
    pools = fields.List(fields.Nested(PoolPrice), required=True, validate=validate.Length(1, 500))


@bp.post("/pricing-report")
@require_agent
@takes(PricingReport)
@require_idempotency_key
def pricing_report(tx, host, body):
    """Spot prices a host has seen, into staging."""
    return pricing.report(tx, host.agent, bound_instance(tx, host, None), body)
