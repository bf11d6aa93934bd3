"""Accounts whose hosts act on AWS themselves: what to end, what became of it, what a launch is made of."""

from flask import Blueprint
from marshmallow import fields, validate

from core.agents import host_executor
from core.auth import require_agent
from core.idempotency import in_transaction, require_idempotency_key
from core.validation import Body, takes

bp = Blueprint("host_executor", __name__, url_prefix="/api/agents/<uuid:agent_id>")


class TerminationReport(Body):
    action_id = fields.UUID(required=True)
    instance_id = fields.Str(required=True, validate=validate.Regexp(r"^i-([0-9a-f]{8}|[0-9a-f]{17})$"))
    success = fields.Bool(required=True)
    error = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=255))


@bp.get("/instances-to-terminate")
@require_agent
@in_transaction
def instances_to_terminate(tx, host):
    """Former PRIMARYs past their wait; empty where the server ends them itself."""
    return {"instances": host_executor.to_terminate(tx, host.agent)}


@bp.post("/termination-report")
@require_agent
@takes(TerminationReport)
@require_idempotency_key
def termination_report(tx, host, body):
    """What the call came to; the machine counts as ended when AWS confirms it."""
    return host_executor.terminated(tx, host.agent.id, body)


@bp.get("/replica-config")
@require_agent
@in_transaction
def replica_config(tx, host):
    """Everything a launch of the next replica is made of, best place first. No subnet is named: EC2 takes the zone's default."""
    return host_executor.replica_config(tx, host.agent)
