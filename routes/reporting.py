"""What agents report: of the market, of handovers, of their own end."""

from datetime import UTC

from flask import Blueprint
from marshmallow import fields, validate

from core.agents import farewell
from core.auth import bound_instance, require_agent
from core.idempotency import in_transaction, require_idempotency_key
from core.people import past
from core.prices import pricing
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


Ec2Id = validate.Regexp(r"^i-([0-9a-f]{8}|[0-9a-f]{17})$")
Sentence = fields.Str(validate=validate.Length(1, 255))


class SwitchReport(Body):
    """``prices`` is kept out of the books: savings are booked by the ledger."""

    switch_id = fields.UUID(required=True)
    old_instance = fields.Str(required=True, validate=Ec2Id)
    new_instance = fields.Str(required=True, validate=Ec2Id)
    old_lost_at = fields.AwareDateTime(required=True, default_timezone=UTC)
    new_serving_at = fields.AwareDateTime(required=True, default_timezone=UTC)
    prices = fields.Dict(load_default=None, allow_none=True)


class Termination(Body):
    instance_id = fields.Str(required=True, validate=Ec2Id)
    cause = fields.Str(required=True, validate=validate.Length(1, 120))
    at = fields.AwareDateTime(required=True, default_timezone=UTC)


class CleanupReport(Body):
    removed = fields.List(Sentence, required=True, validate=validate.Length(max=200))
    errors = fields.List(Sentence, required=True, validate=validate.Length(max=200))


@bp.post("/pricing-report")
@require_agent
@takes(PricingReport)
@require_idempotency_key
def pricing_report(tx, host, body):
    """Spot prices a host has seen, into staging."""
    return pricing.report(tx, host.agent, bound_instance(tx, host, None), body)


@bp.post("/switch-report")
@require_agent
@takes(SwitchReport)
@require_idempotency_key
def switch_report(tx, host, body):
    """A handover as a host saw it; what the server measured itself stands."""
    return past.report_switch(tx, host.agent.id, body)


@bp.post("/termination")
@require_agent
@takes(Termination)
@require_idempotency_key
def termination(tx, host, body):
    """This host is going down; EC2 is asked about it at once."""
    return farewell.going_down(tx, host.agent.id, bound_instance(tx, host, body["instance_id"]), body)


@bp.post("/cleanup-report")
@require_agent
@takes(CleanupReport)
@require_idempotency_key
def cleanup_report(tx, host, body):
    """What a host removed of ours, and what it could not."""
    return farewell.cleaned_up(tx, host.agent.id, body)


@bp.get("/statistics")
@require_agent
@in_transaction
def statistics(tx, host):
    """Decisions, switches, success and measured downtime; null where nothing was measured."""
    return past.statistics(tx, host.agent)
