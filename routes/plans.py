"""Plans: read before they are approved; and how far the product may go by itself."""

from flask import Blueprint
from marshmallow import ValidationError, fields, validate, validates_schema

from core.auth import principal, require_client_auth
from core.domain.plan import ARROWS, KINDS, Mode
from core.errors import SpotError
from core.idempotency import in_transaction, require_idempotency_key
from core.moves import plans
from core.replies import error_response
from core.validation import Body, asks, takes

bp = Blueprint("plans", __name__, url_prefix="/api")

STATES = sorted({*ARROWS, *(state for ends in ARROWS.values() for state in ends)})
Window = validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")


class Filter(Body):
    state = fields.Str(load_default=None, validate=validate.OneOf(STATES))
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))


class Nothing(Body):
    """No member is needed."""


class Rejection(Body):
    reason = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=200))


class Policy(Body):
    min_saving_pct = fields.Int(strict=True, validate=validate.Range(0, 100))
    cooldown_seconds = fields.Int(strict=True, validate=validate.Range(60, 30 * 86400))
    restore_after_seconds = fields.Int(strict=True, validate=validate.Range(0, 30 * 86400))
    return_window = fields.Str(allow_none=True, validate=Window)


class ModeSetting(Body):
    mode = fields.Str(required=True, validate=validate.OneOf([str(mode) for mode in Mode]))
    kind = fields.Str(load_default=None, allow_none=True, validate=validate.OneOf(KINDS))
    account_id = fields.UUID(load_default=None, allow_none=True)
    agent_id = fields.UUID(load_default=None, allow_none=True)
    policy = fields.Nested(Policy, load_default=None, allow_none=True)

    @validates_schema
    def a_policy_belongs_to_an_agent(self, data, **_):
        if data["policy"] and not data["agent_id"]:
            raise ValidationError("a policy is set for one agent", "policy")


@bp.get("/plans")
@require_client_auth
@asks(Filter)
@in_transaction
def list_plans(tx, authenticated_client_id, query):
    """Those that wait for a decision first, then the newest."""
    return {
        "plans": plans.list_of(tx, authenticated_client_id, query["state"], query["limit"]),
        "modes": plans.modes_of(tx, authenticated_client_id), "server_time": tx.now(),
    }  # fmt: skip


@bp.get("/plans/<uuid:plan_id>")
@require_client_auth
@in_transaction
def one_plan(tx, plan_id, authenticated_client_id):
    """With its steps, its evidence, the state it was made for and, if it drifted, what moved."""
    return plans.show(tx, authenticated_client_id, str(plan_id))


@bp.post("/plans/<uuid:plan_id>/approve")
@require_client_auth
@takes(Nothing)
@require_idempotency_key
def approve_plan(tx, plan_id, body, authenticated_client_id):
    """Carry it out; 409 PLAN_EXPIRED or PLAN_DRIFTED when the state it was made for is gone."""
    answer = plans.approve(tx, authenticated_client_id, str(plan_id), actor=principal().key)
    if isinstance(answer, SpotError):
        return error_response(answer.message, answer.code, answer.status, answer.details)
    return answer, 202


@bp.post("/plans/<uuid:plan_id>/reject")
@require_client_auth
@takes(Rejection)
@require_idempotency_key
def reject_plan(tx, plan_id, body, authenticated_client_id):
    """Not this one; the next proposal for the workload comes six hours later at the earliest."""
    return plans.reject(tx, authenticated_client_id, str(plan_id), actor=principal().key, why=body["reason"])


@bp.put("/modes")
@require_client_auth
@takes(ModeSetting)
@require_idempotency_key
def set_mode(tx, body, authenticated_client_id):
    """observe, propose, approve or auto: for everything, an account or an agent, and for one kind of plan or all."""
    return plans.set_mode(tx, authenticated_client_id, body, actor=principal().key)
