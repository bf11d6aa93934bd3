"""Level 3: what an agent may launch alone while no server answers, and what it says afterwards."""

from flask import Blueprint
from marshmallow import fields, validate

from core.auth import bound_instance, require_agent
from core.domain.failover import CAUSES
from core.emergencies import level3
from core.idempotency import in_transaction, require_idempotency_key
from core.validation import Body, takes

bp = Blueprint("failover", __name__, url_prefix="/api/agents/<uuid:agent_id>")

Ec2Id = validate.Regexp(r"^i-([0-9a-f]{8}|[0-9a-f]{17})$")


class FailoverReport(Body):
    """``client_token`` must follow from agent, ``epoch`` and ``primary``; times are ages in milliseconds."""

    instance_id = fields.Str(required=True, validate=Ec2Id)
    epoch = fields.Int(required=True, strict=True, validate=validate.Range(0, 2**62))
    primary = fields.Str(required=True, validate=Ec2Id)
    cause = fields.Str(required=True, validate=validate.OneOf(tuple(CAUSES)))
    client_token = fields.Str(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}$"))
    decided_age_ms = fields.Int(required=True, strict=True, validate=validate.Range(0, 10**11))
    launched_instance_id = fields.Str(load_default=None, allow_none=True, validate=Ec2Id)
    az_id = fields.Str(load_default=None, allow_none=True, validate=validate.Regexp(r"^[a-z0-9-]{2,32}$"))
    error = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=500))


@bp.get("/failover-plan")
@require_agent
@in_transaction
def failover_plan(tx, host):
    """What this agent would launch alone now; null when nothing may be."""
    return level3.plan_for_people(tx, host.agent)


@bp.post("/failover-report")
@require_agent
@takes(FailoverReport)
@require_idempotency_key
def failover_report(tx, host, body):
    """A host acted alone: its machine is adopted as replica before anything else is decided."""
    return level3.report(tx, host.agent.id, bound_instance(tx, host, body["instance_id"]).id, body)
