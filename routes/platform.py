"""The administrator looks at all clients, agents and machines."""

from flask import Blueprint, Response
from marshmallow import ValidationError, fields, validate

from core.answers import answers
from core.auth import require_admin
from core.domain.lifecycle import Role
from core.idempotency import in_transaction
from core.operations import platform
from core.people import activity, notifications, search
from core.sheets import to_csv
from core.validation import Body, asks
from routes import shapes

bp = Blueprint("platform", __name__, url_prefix="/api/admin")

Short = validate.Length(1, 64)
Code = validate.Regexp(r"^[A-Za-z0-9._-]{1,64}$")


class Listing(Body):
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Str(load_default=None, validate=validate.Length(1, 40))


class ClientFilter(Listing):
    status = fields.Str(load_default=None, validate=validate.OneOf(("active", "suspended", "deleted")))
    q = fields.Str(load_default=None, validate=Short)


class GrowthDays(Body):
    days = fields.Int(load_default=30, validate=validate.Range(1, 366))


class InstanceFilter(Listing):
    client = fields.UUID(load_default=None)
    region = fields.Str(load_default=None, validate=Code)
    type = fields.Str(load_default=None, validate=Code)
    role = fields.Str(load_default=None, validate=validate.OneOf([str(role) for role in Role]))
    state = fields.Str(load_default=None, validate=Code)
    auth_status = fields.Str(load_default=None, validate=validate.OneOf(("authorized", "unauthorized")))


class AgentFilter(Listing):
    status = fields.Str(load_default=None, validate=validate.OneOf(("registering", "active", "deregistered")))
    presence = fields.Str(load_default=None, validate=validate.OneOf(("never", "online", "late", "offline")))


class ActivityFilter(Listing):
    client = fields.UUID(load_default=None)


class EmergencyDays(Body):
    days = fields.Int(load_default=7, validate=validate.Range(1, 366))
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))


def kinds_of_things(text: str) -> None:
    unknown = [name for name in text.split(",") if name not in search.KINDS]
    if unknown:
        raise ValidationError(f"not {', '.join(unknown)}: some of {', '.join(search.KINDS)}, separated by commas")


class Search(Body):
    q = fields.Str(required=True, validate=validate.Length(2, 100))
    types = fields.Str(load_default=",".join(search.KINDS), validate=kinds_of_things)


@bp.get("/notifications")
@require_admin
@asks(Listing)
@in_transaction
def told(tx, query):
    """What the platform told its administrator, newest first; a component's alarm with its last log lines in ``details``."""
    return notifications.inbox(tx, notifications.PLATFORM, False, query["cursor"], query["limit"])


@bp.get("/stats")
@require_admin
@in_transaction
@answers(shapes.Stats)
def stats(tx):
    """Totals over all clients; what nobody measured or priced is null."""
    return platform.stats(tx)


@bp.get("/clients")
@require_admin
@asks(ClientFilter)
@in_transaction
@answers(shapes.Clients)
def list_clients(tx, query):
    """Every client with its agents, machines, tokens (without secrets) and last activity, the newest first."""
    return platform.clients(tx, **query)


@bp.get("/clients/growth")
@require_admin
@asks(GrowthDays)
@in_transaction
@answers(shapes.Growth)
def growth(tx, query):
    """How many clients there were and came, day by day (UTC)."""
    return {"days": platform.growth(tx, query["days"])}


@bp.get("/instances")
@require_admin
@asks(InstanceFilter)
@in_transaction
@answers(shapes.Instances)
def list_instances(tx, query):
    """Machines of all clients, the newest first."""
    return platform.instances(tx, **{**query, "client": query["client"] and str(query["client"])})


@bp.get("/agents")
@require_admin
@asks(AgentFilter)
@in_transaction
@answers(shapes.Agents)
def list_agents(tx, query):
    """Agents of all clients with the age of their last heartbeat, version and protocol, the newest first."""
    return platform.agents(tx, **query)


@bp.get("/agents/health-summary")
@require_admin
@in_transaction
@answers(shapes.AgentsHealth)
def agents_health(tx):
    """How the hosts are heard, and the share of heartbeats that never came."""
    return platform.agents_health(tx)


@bp.get("/activity")
@require_admin
@asks(ActivityFilter)
@in_transaction
@answers(shapes.Events)
def all_activity(tx, query):
    """What happened, over all clients or with one, newest first, in sentences."""
    return activity.of_all(tx, query["client"] and str(query["client"]), query["cursor"], query["limit"])


@bp.get("/search")
@require_admin
@asks(Search)
@in_transaction
@answers(shapes.Hits)
def find(tx, query):
    """Clients, agents, instances, commands and incidents by their names and ids; at most ten of each."""
    return search.find(tx, query["q"], query["types"].split(","))


@bp.get("/emergency-events")
@require_admin
@asks(EmergencyDays)
@in_transaction
@answers(shapes.Emergencies)
def emergency_events(tx, query):
    """Emergencies by day, kind and outcome, the share of false alarms, how fast promotions were, and the newest ones."""
    return platform.emergencies(tx, query["days"], query["limit"])


@bp.get("/export/global-stats")
@require_admin
@in_transaction
@answers(bare="text/csv")
def export_stats(tx):
    """One line per client, as CSV that a spreadsheet may open."""
    columns, rows = platform.sheet(tx)
    headers = {"Content-Disposition": "attachment; filename=clients.csv"}
    return Response(to_csv(columns, rows), mimetype="text/csv", headers=headers)
