"""Planned switches: ordered, tried on paper, looked back at."""

from collections.abc import Iterator

from flask import Blueprint, Response, request
from marshmallow import fields, validate

from core.auth import Host, principal, require_agent, require_client_auth
from core.errors import Forbidden
from core.idempotency import in_transaction, require_idempotency_key
from core.moves import history, plans
from core.sheets import stream
from core.validation import Body, asks, takes

bp = Blueprint("switching", __name__, url_prefix="/api")

PoolId = validate.Regexp(r"^[a-z0-9-]{2,32}:[a-z0-9.-]{2,32}:[a-z]{2,16}$")
Why = validate.Length(max=160)


class SwitchOrder(Body):
    target_pool = fields.Str(required=True, validate=PoolId)
    priority = fields.Int(load_default=5, strict=True, validate=validate.Range(1, 9))
    reason = fields.Str(load_default=None, allow_none=True, validate=Why)


class ForcedSwitch(Body):
    target_pool = fields.Str(required=True, validate=PoolId)
    auto_terminate = fields.Bool(load_default=None, allow_none=True)


class Target(Body):
    target_pool = fields.Str(required=True, validate=PoolId)


class HowMany(Body):
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))


@bp.post("/agents/<uuid:agent_id>/issue-switch-command")
@require_agent
@takes(SwitchOrder)
@require_idempotency_key
def issue_switch_command(tx, host, body):
    """Move the workload to another pool; 403 with auto-switch off, 409 for a pool that had a notice lately."""
    return plans.order_switch(
        tx, people_only(host).agent.id, body["target_pool"], actor=principal().key, request_id=request.request_id,
        why=body["reason"], priority=body["priority"],
    ), 202  # fmt: skip


@bp.post("/client/instances/<uuid:instance_id>/force-switch")
@require_client_auth
@takes(ForcedSwitch)
@require_idempotency_key
def force_switch(tx, instance_id, body, authenticated_client_id):
    """Move a PRIMARY now, also with auto-switch off. SAFE MODE makes it a dry run."""
    return plans.force_switch(
        tx, authenticated_client_id, str(instance_id), body["target_pool"], auto_terminate=body["auto_terminate"],
        actor=principal().key, request_id=request.request_id,
    ), 202  # fmt: skip


@bp.post("/client/instances/<uuid:instance_id>/simulate-switch")
@require_client_auth
@takes(Target)
@require_idempotency_key
def simulate_switch(tx, instance_id, body, authenticated_client_id):
    """What a switch would save and risk, and why it would be refused. No effect."""
    return plans.simulate(tx, plans.agent_of_primary(tx, authenticated_client_id, str(instance_id)), body["target_pool"])


@bp.get("/client/<uuid:client_id>/switch-history")
@require_client_auth
@asks(HowMany)
@in_transaction
def switch_history(tx, authenticated_client_id, query):
    """Every move with its prices, its cause and its measured downtime, newest first."""
    return {"switches": history.of_client(tx, authenticated_client_id, query["limit"]), "server_time": tx.now()}


@bp.get("/client/<uuid:client_id>/export/switch-history")
@require_client_auth
def export_switch_history(authenticated_client_id):
    """The same as CSV, the newest hundred thousand, sent as they are read."""
    return csv_reply(stream(history.COLUMNS, history.everything(authenticated_client_id)), "switch-history")


def people_only(host: Host) -> Host:
    """A host carries out orders; it does not give them."""
    if host.principal.kind == "agent":
        raise Forbidden("a client's token is needed here")
    return host


def csv_reply(data: bytes | Iterator[bytes], name: str) -> Response:
    return Response(data, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}.csv"})
