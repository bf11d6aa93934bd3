"""The administrator's switches: SAFE MODE, and the parts of the product that may be off."""

from flask import Blueprint
from marshmallow import fields, validate

from core.auth import principal, require_admin
from core.idempotency import in_transaction, require_idempotency_key
from core.operations import modules, safe_mode
from core.validation import Body, takes

bp = Blueprint("controls", __name__, url_prefix="/api/admin")


class SafeMode(Body):
    on = fields.Bool(required=True)
    reason = fields.Str(required=True, validate=validate.Length(3, 255))


class Switch(Body):
    enabled = fields.Bool(required=True)


@bp.get("/safe-mode")
@require_admin
@in_transaction
def safe_mode_state(tx):
    """``in_force_at`` is null while something claimed before may still be calling AWS."""
    return safe_mode.state(tx)


@bp.put("/safe-mode")
@require_admin
@takes(SafeMode)
@require_idempotency_key
def turn_safe_mode(tx, body):
    """202 while SAFE MODE is requested and not yet in force (20 s at most), else 200."""
    state = safe_mode.switch(tx, body["on"], actor=principal().key, reason=body["reason"])
    return state, 202 if state["on"] and not state["in_force"] else 200


@bp.get("/modules")
@require_admin
@in_transaction
def all_modules(tx):
    """Every module, what it does and whether it is on."""
    return {"modules": modules.list_of(tx)}


@bp.put("/modules/<string:module_id>")
@require_admin
@takes(Switch)
@require_idempotency_key
def turn_module(tx, module_id, body):
    """A part that is off stops optimizing, never workloads; 409 for one that has no switch."""
    return modules.switch(tx, module_id, body["enabled"], actor=principal().key)
