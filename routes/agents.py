"""What agents say, and what is asked about them."""

from collections.abc import Callable
from dataclasses import asdict

from flask import Blueprint
from marshmallow import fields, validate

from config.settings import current
from core.agents import enrolment, hosts
from core.auth import Principal, bound_instance, principal, require_agent, require_agent_report, require_enrolment
from core.database import Tx
from core.domain.failover import is_join_token
from core.domain.handover import Orders
from core.emergencies import level3, story
from core.idempotency import in_transaction, require_idempotency_key
from core.validation import Body, asks, takes

bp = Blueprint("agents", __name__, url_prefix="/api/agents")

Ec2Id = validate.Regexp(r"^i-([0-9a-f]{8}|[0-9a-f]{17})$")
Word = validate.Length(1, 64)
Age = validate.Range(0, 10**12)
PROTOCOLS = (1, 2)  # the last two (K-33)


class Registration(Body):
    hostname = fields.Str(required=True, validate=validate.Length(1, 255))
    instance_id = fields.Str(required=True, validate=Ec2Id)
    instance_type = fields.Str(required=True, validate=validate.Regexp(r"^[a-z0-9.-]{2,32}$"))
    region = fields.Str(required=True, validate=validate.Length(1, 32))
    az = fields.Str(required=True, validate=validate.Length(1, 32))
    az_id = fields.Str(required=True, validate=validate.Regexp(r"^[a-z0-9-]{2,32}$"))
    lifecycle = fields.Str(required=True, validate=validate.OneOf(("spot", "on-demand")))
    ami_id = fields.Str(required=True, validate=Word)
    agent_version = fields.Str(required=True, validate=validate.Length(1, 32))
    protocol = fields.Int(required=True, strict=True, validate=validate.OneOf(PROTOCOLS))
    agent_secret = fields.Str(required=True, validate=validate.Regexp(r"^[A-Za-z0-9_-]{43}$"))
    nonce = fields.Str(required=True, validate=validate.Length(16, 128))
    identity_document = fields.Str(required=True, validate=validate.Length(2, 8192))
    identity_signature = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=8192))
    logical_name = fields.Str(load_default=None, allow_none=True, validate=validate.Length(1, 120))


class Imds(Body):
    ok = fields.Bool(required=True)
    last_ok_age_ms = fields.Int(required=True, allow_none=True, validate=Age)


class Maintenance(Body):
    """A scheduled event of the host; times as the metadata gives them (wire-formats 2.3)."""

    event_id = fields.Str(required=True, validate=Word)
    code = fields.Str(required=True, validate=Word)
    state = fields.Str(required=True, validate=Word)
    not_before = fields.Str(required=True, validate=Word)
    not_after = fields.Str(load_default=None, allow_none=True, validate=Word)


class Heartbeat(Body):
    instance_id = fields.Str(required=True, validate=Ec2Id)
    epoch_seen = fields.Int(required=True, strict=True, validate=validate.Range(0))
    config_version = fields.Int(required=True, strict=True)
    agent_version = fields.Str(required=True, validate=validate.Length(1, 32))
    protocol = fields.Int(required=True, strict=True)
    uptime_seconds = fields.Float(required=True)
    cpu_pct = fields.Float(required=True, allow_none=True)
    memory_pct = fields.Float(required=True, allow_none=True)
    imds = fields.Nested(Imds, required=True)
    serving = fields.Bool(required=True, allow_none=True)
    since_age_ms = fields.Int(load_default=None, allow_none=True, validate=Age)
    spooled = fields.Int(required=True, validate=validate.Range(0, 2**31))
    dead_notices = fields.Int(required=True, validate=validate.Range(0, 2**31))
    agent_clock = fields.Str(required=True, validate=validate.Length(max=40))
    new_secret = fields.Str(load_default=None, allow_none=True, validate=validate.Regexp(r"^[A-Za-z0-9_-]{43}$"))
    maintenance = fields.List(fields.Nested(Maintenance), load_default=list, validate=validate.Length(max=20))
    asg_state = fields.Str(load_default=None, allow_none=True, validate=Word)
    missed_beats = fields.Int(load_default=0, strict=True, validate=validate.Range(0, 2**31))


class Serving(Body):
    instance_id = fields.Str(required=True, validate=Ec2Id)
    serving = fields.Bool(required=True)
    since_age_ms = fields.Int(required=True, validate=Age)
    epoch_seen = fields.Int(required=True, strict=True, validate=validate.Range(0))


class OneIncident(Body):
    incident_id = fields.UUID(load_default=None)


@bp.post("/register")
@require_enrolment
@takes(Registration)
@require_idempotency_key
def register(tx: Tx, body):
    """A new agent by an enrolment token, or the replica we launched by its join token. No secret in the reply."""
    who = principal()
    known = _way_in(who)(tx, who.token, body, current())
    config = hosts.config_of(tx, known.agent)
    return {
        "agent_id": known.agent.uuid, "replica_id": known.replica_uuid, "config": config,
        "config_version": config["config_version"], **shown(tx, known.orders),
    }, 201  # fmt: skip


@bp.post("/<uuid:agent_id>/heartbeat")
@require_agent_report
@takes(Heartbeat)
@in_transaction
def heartbeat(tx: Tx, host, body):
    """Every 15 s: how the host stands; the reply holds its orders."""
    instance = bound_instance(tx, host, body["instance_id"])
    told = hosts.heartbeat(tx, host.agent, instance, host.token_id, body)
    plan = {"failover_plan": level3.signed_plan(tx, host.agent, host.token_id)} if body["protocol"] >= 2 else {}
    return {**told, **plan, **shown(tx, hosts.orders_for(tx, host.agent, instance))}


@bp.post("/<uuid:agent_id>/serving")
@require_agent_report
@takes(Serving)
@require_idempotency_key
def serving(tx: Tx, host, body):
    """The workload began or ceased to answer; posted at once, never coalesced."""
    instance = bound_instance(tx, host, body["instance_id"])
    agent, instance = hosts.report_serving(tx, host.agent.id, instance.id, body)
    return shown(tx, hosts.orders_for(tx, agent, instance))


@bp.get("/<uuid:agent_id>/config")
@require_agent
@in_transaction
def config(tx: Tx, host):
    """How the agent is to behave."""
    return hosts.config_of(tx, host.agent)


@bp.get("/<uuid:agent_id>/emergency-status")
@require_agent
@asks(OneIncident)
@in_transaction
def emergency_status(tx: Tx, host, query):
    """The agent's emergency, open or latest, told step by step."""
    wanted = query["incident_id"]
    return story.of_agent(tx, host.agent, wanted and str(wanted))


def _way_in(who: Principal) -> Callable:
    """A new agent, the replica we launched, or the machine that a host launched alone."""
    if who.kind == "enrol":
        return enrolment.register_new_agent
    return level3.join if is_join_token(who.token) else enrolment.join_as_replica


def shown(tx: Tx, orders: Orders) -> dict:
    return {**asdict(orders), "server_time": tx.now()}
