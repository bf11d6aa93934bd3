"""Workloads as their people handle them: mode and settings, name and tags, taking them out of care."""

from flask import Blueprint
from marshmallow import fields, validate

from core.agents import farewell
from core.auth import by_whom, require_client_auth
from core.idempotency import in_transaction, require_idempotency_key
from core.moves import modes
from core.people import past
from core.validation import Body, asks, takes, takes_nothing

bp = Blueprint("workloads", __name__, url_prefix="/api/client")

Tag = fields.Dict(
    keys=fields.Str(validate=validate.Regexp(r"^[A-Za-z0-9 ._:/=+@-]{1,64}$")), values=fields.Str(validate=validate.Length(max=120)),
    validate=validate.Length(max=50),
)  # fmt: skip


class Settings(Body):
    """Waits in seconds; ``config_version`` is the one the caller looked at."""

    enabled = fields.Bool()
    auto_switch_enabled = fields.Bool()
    manual_replica_enabled = fields.Bool()
    auto_terminate_enabled = fields.Bool()
    on_demand_fallback = fields.Bool()
    terminate_wait_seconds = fields.Int(strict=True, validate=validate.Range(0, 30 * 86400))
    rebalance_mode = fields.Str(validate=validate.OneOf(("off", "observe", "prepare_replica", "switch")))
    heartbeat_seconds = fields.Int(strict=True, validate=validate.Range(5, 30))
    notice_poll_seconds = fields.Int(strict=True, validate=validate.Range(1, 5))
    pricing_seconds = fields.Int(strict=True, validate=validate.Range(60, 3600))
    config_version = fields.Int(strict=True, validate=validate.Range(1))


class Switch(Body):
    enabled = fields.Bool(required=True)


class Description(Body):
    display_name = fields.Str(validate=validate.Length(1, 120))
    labels = Tag
    cost_tags = Tag


class Few(Body):
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))


@bp.post("/agents/<uuid:agent_id>/config")
@require_client_auth
@takes(Settings)
@require_idempotency_key
def configure(tx, agent_id, body, authenticated_client_id):
    """Change some settings of a workload; auto-switch and manual replica exclude each other."""
    agent = modes.of_client(tx, authenticated_client_id, str(agent_id))
    return modes.configure(tx, agent, body, **by_whom())


@bp.post("/agents/<uuid:agent_id>/toggle-enabled")
@require_client_auth
@takes(Switch)
@require_idempotency_key
def toggle_enabled(tx, agent_id, body, authenticated_client_id):
    """Care for a workload, or only observe it: then nothing is planned for it."""
    agent = modes.of_client(tx, authenticated_client_id, str(agent_id))
    return modes.configure(tx, agent, body, **by_whom())


@bp.post("/agents/<uuid:agent_id>/settings")
@require_client_auth
@takes(Description)
@require_idempotency_key
def describe(tx, agent_id, body, authenticated_client_id):
    """Another name, labels or cost tags; what is not named stays."""
    agent = modes.of_client(tx, authenticated_client_id, str(agent_id))
    return modes.describe(tx, agent, body, **by_whom())


@bp.delete("/agents/<uuid:agent_id>")
@require_client_auth
@takes_nothing
@require_idempotency_key
def delete(tx, agent_id, authenticated_client_id):
    """Take a workload out of care; its instance runs on as plain inventory."""
    agent = modes.of_client(tx, authenticated_client_id, str(agent_id))
    return farewell.delete(tx, agent, **by_whom())


@bp.get("/<uuid:client_id>/agents/history")
@require_client_auth
@asks(Few)
@in_transaction
def agents_history(tx, authenticated_client_id, query):
    """Every workload a client ever had, with its life span."""
    return {"agents": past.agents_of_client(tx, authenticated_client_id, query["limit"])}
