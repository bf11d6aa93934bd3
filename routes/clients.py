"""A client organisation looks at itself."""

from flask import Blueprint
from marshmallow import fields, validate

from config.settings import current
from core.agents import enrolment
from core.answers import answers
from core.auth import principal, require_client_auth
from core.emergencies import story
from core.idempotency import in_transaction, require_idempotency_key_for_secret
from core.money.downtime import summary
from core.operations import installation
from core.people import clients, fleet, linked
from core.validation import Body, asks, takes
from routes import shapes_of_oversight

bp = Blueprint("clients", __name__, url_prefix="/api")


class Page(Body):
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Str(load_default=None, validate=validate.Length(max=40))
    open = fields.Bool(load_default=None)


class Days(Body):
    days = fields.Int(load_default=1, validate=validate.Range(1, 365))


class EnrolmentOrder(Body):
    aws_account_id = fields.Str(required=True, validate=validate.Regexp(r"^\d{12}$"))
    region = fields.Str(load_default=None, validate=validate.Regexp(r"^[a-z0-9-]{5,32}$"))


@bp.get("/client/validate")
@require_client_auth
@in_transaction
def validate_client(tx, authenticated_client_id):
    """Whose token this is, and what the dashboard must show over everything."""
    who = clients.details(tx, authenticated_client_id)
    return {
        "client_id": who["client_id"], "name": who["name"], "status": who["status"], "scopes": ["all"],
        **installation.over_everything(tx),
    }  # fmt: skip


@bp.get("/client/<uuid:client_id>")
@require_client_auth
@in_transaction
def client_details(tx, authenticated_client_id):
    """A client with its totals."""
    return clients.details(tx, authenticated_client_id)


@bp.get("/client/<uuid:client_id>/agents")
@require_client_auth
@in_transaction
def client_agents(tx, authenticated_client_id):
    """The fleet, worst first."""
    return {"server_time": tx.now(), "agents": fleet.of_client(tx, authenticated_client_id)}


@bp.get("/accounts")
@require_client_auth
@in_transaction
@answers(shapes_of_oversight.Linked)
def accounts(tx, authenticated_client_id):
    """Linked AWS accounts with their regions and event queues, and the tokens that speak for the client, by their first letters."""
    return linked.of_client(tx, authenticated_client_id)


@bp.get("/client/<uuid:client_id>/incidents")
@require_client_auth
@asks(Page)
@in_transaction
def client_incidents(tx, authenticated_client_id, query):
    """Emergencies, newest first."""
    return story.list_of(tx, authenticated_client_id, query["open"], query["cursor"], query["limit"])


@bp.get("/client/<uuid:client_id>/analytics/downtime")
@require_client_auth
@asks(Days)
@in_transaction
def client_downtime(tx, authenticated_client_id, query):
    """Measured downtime over the last days, and what is left of the month's budget."""
    return summary(tx, authenticated_client_id, query["days"])


@bp.post("/agents/enrolment-tokens")
@require_client_auth
@takes(EnrolmentOrder)
@require_idempotency_key_for_secret
def enrolment_token(tx, body, authenticated_client_id):
    """A token that enrols one new agent within an hour; shown once."""
    account_id = clients.linked_account(tx, authenticated_client_id, body["aws_account_id"], body["region"], current())
    token, expires_at = enrolment.issue_enrolment_token(tx, authenticated_client_id, account_id, principal().key)
    return {"token": token, "expires_at": expires_at}, 201
