"""Orders to a host: handed out under a lease, reported once."""

from dataclasses import asdict

from flask import Blueprint
from marshmallow import fields, validate

from core.agents import commands, hosts
from core.auth import bound_instance, require_agent
from core.idempotency import in_transaction, require_idempotency_key
from core.validation import Body, takes

bp = Blueprint("commands", __name__, url_prefix="/api/agents/<uuid:agent_id>")


class Executed(Body):
    success = fields.Bool(required=True)
    pre_state = fields.Raw(load_default=None, allow_none=True)
    post_state = fields.Raw(load_default=None, allow_none=True)
    started_at = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=40))
    finished_at = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=40))
    error = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=2000))


@bp.get("/pending-commands")
@require_agent
@in_transaction
def pending_commands(tx, host):
    """What this host should do now, and its orders."""
    instance = bound_instance(tx, host, None)
    orders = hosts.orders_for(tx, host.agent, instance)
    return {"commands": commands.hand_out(tx, host.agent, instance), **asdict(orders), "server_time": tx.now()}


@bp.post("/commands/<uuid:command_id>/executed")
@require_agent
@takes(Executed)
@require_idempotency_key
def command_executed(tx, host, command_id, body):
    """The outcome of an order; repeats are harmless."""
    status = commands.executed(tx, host.agent.id, str(command_id), body)
    return {"command_id": str(command_id), "status": status}
