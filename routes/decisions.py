"""Where a workload should stand: ask for a decision, read the last one, see every pool with its reason."""

from flask import Blueprint
from marshmallow import fields, validate

from core.auth import require_agent, require_client_auth
from core.idempotency import in_transaction, require_idempotency_key
from core.moves import decisions, opportunities
from core.validation import Body, asks, takes

bp = Blueprint("decisions", __name__, url_prefix="/api")

PoolId = validate.Regexp(r"^[a-z0-9-]{2,32}:[a-z0-9.-]{2,32}:[a-z]{2,16}$")


class PoolPrice(Body):
    pool_id = fields.Str(required=True, validate=PoolId)
    spot_price = fields.Float(required=True, validate=validate.Range(0, 1000, min_inclusive=False))


class Reading(Body):
    """A price that the host itself saw, and when (RFC 3339)."""

    pool_id = fields.Str(required=True, validate=validate.Regexp(r"^[a-z0-9-]{2,32}:[a-z0-9.-]{2,32}:linux$"))
    spot_price = fields.Float(required=True, validate=validate.Range(0, 1000, min_inclusive=False))
    observed_at = fields.Str(required=True, validate=validate.Length(max=40))


class Question(Body):
    instance_id = fields.Str(required=True, validate=validate.Length(3, 64))
    current_pool = fields.Str(load_default=None, allow_none=True, validate=PoolId)
    prices = fields.List(fields.Nested(PoolPrice), load_default=list, validate=validate.Length(max=500))
    readings = fields.List(fields.Nested(Reading), load_default=list, validate=validate.Length(max=500))


class Newest(Body):
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))


@bp.post("/agents/<uuid:agent_id>/decide")
@require_agent
@takes(Question)
@require_idempotency_key
def decide(tx, host, body):
    """Where the workload should stand now. Advice: nothing moves.

    ``prices`` stand in for the stored ones in this decision alone. ``readings`` are prices that the host itself saw: they are
    kept like those of a pricing report, and count here where they are newer than what is known; readings of load are not taken.
    """
    return decisions.decide(tx, host.agent, body)


@bp.get("/agents/<uuid:agent_id>/switch-recommendation")
@require_agent
@in_transaction
def switch_recommendation(tx, host):
    """The last decision, and what keeps it from being carried out by itself."""
    return decisions.latest(tx, host.agent)


@bp.get("/client/<uuid:client_id>/agents/decisions")
@require_client_auth
@asks(Newest)
@in_transaction
def client_decisions(tx, authenticated_client_id, query):
    """Decisions about a client's workloads, newest first, with runners-up and rejected pools; and what could be cheaper."""
    told = decisions.of_client(tx, authenticated_client_id, query["limit"])
    return {"decisions": told, "opportunities": opportunities.of_client(tx, authenticated_client_id)}


@bp.get("/client/instances/<uuid:instance_id>/available-options")
@require_client_auth
@in_transaction
def available_options(tx, instance_id, authenticated_client_id):
    """Every pool a machine's workload could stand in, best first; those that are out say why."""
    return {"options": decisions.options(tx, authenticated_client_id, str(instance_id))}
