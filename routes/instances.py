"""A client's machines."""

from flask import Blueprint
from marshmallow import fields, validate

from config.settings import current
from core import database
from core.auth import require_client_auth
from core.idempotency import in_transaction
from core.operations import demo
from core.people import fleet, past
from core.replies import success_response
from core.validation import Body, asks, takes

bp = Blueprint("instances", __name__, url_prefix="/api/client")


class Filter(Body):
    role = fields.Str(load_default=None, validate=validate.OneOf(("PRIMARY", "REPLICA", "ZOMBIE", "TERMINATED")))
    status = fields.Str(load_default=None, validate=validate.Regexp(r"^[a-z_]{1,24}$"))
    auth_status = fields.Str(load_default=None, validate=validate.OneOf(("authorized", "unauthorized")))
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))


class Interruption(Body):
    kind = fields.Str(load_default="interruption", validate=validate.OneOf(demo.KINDS))


@bp.get("/<uuid:client_id>/instances")
@require_client_auth
@asks(Filter)
@in_transaction
def client_instances(tx, authenticated_client_id, query):
    """Machines, newest first."""
    return {"instances": fleet.instances_of(tx, authenticated_client_id, **query)}


@bp.get("/instances/<uuid:instance_id>/logs")
@require_client_auth
@asks(Filter)
@in_transaction
def instance_log(tx, instance_id, authenticated_client_id, query):
    """The life of one machine in sentences, newest first."""
    return past.log_of_instance(tx, authenticated_client_id, str(instance_id), query["limit"])


@bp.post("/instances/<uuid:instance_id>/simulate-interruption")
@require_client_auth
@takes(Interruption)
def simulate_interruption(instance_id, body, authenticated_client_id):
    """Let the simulated AWS announce the end of an instance, or recommend a rebalance. Not on real AWS."""
    ec2_id = database.run(lambda tx: demo.interruptible(tx, authenticated_client_id, str(instance_id), current()))
    return success_response(demo.announce(ec2_id, body["kind"], current()), 202)
