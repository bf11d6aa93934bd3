"""Prices, pools and the runs that consolidate them."""

from functools import partial

from flask import Blueprint
from marshmallow import fields, validate

from core import audit, doorbell
from core.answers import answers
from core.auth import principal, require_admin, require_client_auth, require_person
from core.forecast import leads
from core.idempotency import in_transaction, require_idempotency_key
from core.prices import consolidation, market
from core.validation import Body, asks, takes
from routes import shapes_of_pools as shapes

bp = Blueprint("market", __name__, url_prefix="/api")

Region = validate.Regexp(r"^[a-z0-9-]{5,32}$")
InstanceType = validate.Regexp(r"^[a-z0-9.-]{2,32}$")
PoolName = validate.Regexp(r"^[a-z0-9-]{4,32}:[a-z0-9.-]{2,32}(:[a-z0-9]{1,16})?$")


class Place(Body):
    region = fields.Str(load_default=None, validate=Region)
    type = fields.Str(load_default=None, validate=InstanceType)


class OneRegion(Body):
    region = fields.Str(load_default=None, validate=Region)


class Hours(Body):
    hours = fields.Int(load_default=24, validate=validate.Range(1, 24 * 90))


class PoolHistory(Hours):
    pool = fields.Str(required=True, validate=PoolName)


class Days(Body):
    days = fields.Int(load_default=7, validate=validate.Range(1, 90))


class Nothing(Body):
    """No member."""


@bp.get("/client/<uuid:client_id>/pools")
@bp.get("/client/pools", endpoint="own_pools")
@require_client_auth
@asks(OneRegion)
@in_transaction
def client_pools(tx, authenticated_client_id, query):
    """Every pool of a region with price, risk, and why it is avoided; the client's own view."""
    return market.of_client(tx, authenticated_client_id, query["region"])


@bp.get("/client/<uuid:client_id>/pricing-history")
@bp.get("/client/pricing-history", endpoint="own_pricing_history")
@require_client_auth
@asks(PoolHistory)
@in_transaction
def pricing_history(tx, authenticated_client_id, query):
    """A pool's prices over time, each with its source, and what happened to the client's machines there."""
    return market.history(tx, authenticated_client_id, query["pool"], query["hours"])


@bp.get("/pools/lead-times")
@require_person
@in_transaction
@answers(shapes.LeadTimes)
def lead_times(tx):
    """How long AWS left between its warnings and the end, pool by pool, and how many recommendations came to nothing.

    A client's own, and what AWS itself proved of others; of the administrator every client's. Ninety days, at most 200 pools.
    """
    return leads.of_pools(tx, principal().client_id)


@bp.get("/client/instances/<uuid:instance_id>/pricing")
@require_client_auth
@in_transaction
def instance_pricing(tx, instance_id, authenticated_client_id):
    """What an instance costs, and where it would be cheapest among the pools that fit and are calm."""
    return market.pricing_of(tx, authenticated_client_id, str(instance_id))


@bp.get("/client/instances/<uuid:instance_id>/price-history")
@require_client_auth
@asks(Hours)
@in_transaction
def price_history(tx, instance_id, authenticated_client_id, query):
    """The prices of the pool an instance runs in, each with its source."""
    return market.history_of_instance(tx, authenticated_client_id, str(instance_id), query["hours"])


@bp.get("/client/instances/<uuid:instance_id>/pool-volatility")
@require_client_auth
@asks(Hours)
@in_transaction
def pool_volatility(tx, instance_id, authenticated_client_id, query):
    """How the price moved; no measure of risk."""
    return market.volatility(tx, authenticated_client_id, str(instance_id), query["hours"])


@bp.get("/admin/pools/statistics")
@require_admin
@asks(Place)
@in_transaction
def pool_statistics(tx, query):
    """Every pool as everybody sees it, and how many agents run in it."""
    return {"pools": market.statistics(tx, query["region"], query["type"])}


@bp.get("/admin/consolidation-jobs")
@require_admin
@asks(Days)
@in_transaction
def consolidation_jobs(tx, query):
    """The runs of the last days, newest first, each with its counts."""
    return {"jobs": consolidation.history(tx, query["days"])}


@bp.post("/admin/consolidation-jobs")
@require_admin
@takes(Nothing)
@answers(status=202)
@require_idempotency_key
def consolidate_now(tx, body):
    """Begin a run now; the open one, if there is one already."""
    job = consolidation.request(tx, principal().key)
    audit.record(
        tx, client_id=0, actor=principal().key, action="consolidate", resource=("consolidation_job", job["run_id"]),
        why="Consolidation of prices asked for",
    )  # fmt: skip
    tx.on_commit(partial(doorbell.ring, "pricing_consolidation"))
    return consolidation.shown(job), 202
