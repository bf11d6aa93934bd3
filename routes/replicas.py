"""Replicas: what they report of themselves, and what people do with them by hand."""

from datetime import UTC

from flask import Blueprint
from marshmallow import fields, validate

from core.agents import hosts
from core.auth import by_whom, require_agent, require_client_auth
from core.emergencies import replicas
from core.idempotency import in_transaction, require_idempotency_key
from core.people import fleet
from core.validation import Body, takes, takes_nothing

bp = Blueprint("replicas", __name__, url_prefix="/api")


class ReplicaStatus(Body):
    status = fields.Str(required=True, validate=validate.OneOf(("syncing", "ready", "failed")))
    boot_time_seconds = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0, 86400))


class ReplicaOrder(Body):
    mode = fields.Str(required=True, validate=validate.OneOf(("manual", "emergency")))
    pool = fields.Str(load_default=None, allow_none=True, validate=validate.Length(1, 96))


class Promotion(Body):
    """``epoch`` is the one the caller looked at."""

    epoch = fields.Int(required=True, strict=True, validate=validate.Range(0))


class ReplicaChange(Body):
    expires_at = fields.AwareDateTime(default_timezone=UTC)
    pool = fields.Str(validate=validate.Length(1, 96))


class SyncStatus(Body):
    progress_pct = fields.Int(required=True, strict=True, validate=validate.Range(0, 100))
    lag_seconds = fields.Float(required=True, allow_none=True, validate=validate.Range(0, 86400))


@bp.get("/client/<uuid:client_id>/replicas")
@require_client_auth
@in_transaction
def client_replicas(tx, authenticated_client_id):
    """Replicas of a client, newest first."""
    return {"replicas": fleet.replicas_of(tx, 50, client_id=authenticated_client_id)}


@bp.get("/agents/<uuid:agent_id>/replicas")
@require_agent
@in_transaction
def agent_replicas(tx, host):
    """Replicas of an agent, newest first."""
    return {"replicas": fleet.replicas_of(tx, 50, agent_id=host.agent.id)}


@bp.post("/agents/<uuid:agent_id>/replicas/<uuid:replica_id>/status")
@require_agent
@takes(ReplicaStatus)
@require_idempotency_key
def replica_status(tx, host, replica_id, body):
    """How far a replica is; never backwards."""
    replica = hosts.report_replica(tx, host.agent.id, str(replica_id), host.instance_id, body)
    return {"replica_id": replica.uuid, "status": replica.status}


@bp.post("/agents/<uuid:agent_id>/replicas")
@require_agent
@takes(ReplicaOrder)
@require_idempotency_key
def launch(tx, host, body):
    """Order a replica by hand, or the one that an open emergency lacks."""
    return replicas.launch(tx, host.agent.id, body["mode"], body["pool"], **by_whom()), 202


@bp.post("/agents/<uuid:agent_id>/replicas/<uuid:replica_id>/promote")
@require_agent
@takes(Promotion)
@require_idempotency_key
def promote(tx, host, replica_id, body):
    """Move the workload to this replica now."""
    return replicas.promote(tx, host.agent.id, str(replica_id), body["epoch"], **by_whom())


@bp.put("/agents/<uuid:agent_id>/replicas/<uuid:replica_id>")
@require_agent
@takes(ReplicaChange)
@require_idempotency_key
def change(tx, host, replica_id, body):
    """Let it stand by until another time within a day; or launch it in another pool, while its launch has not begun."""
    replica = replicas.change(tx, host.agent.id, str(replica_id), body, **by_whom())
    return {"replica_id": replica.uuid, "status": replica.status, "pool_id": replica.pool_id, "expires_at": replica.expires_at}


@bp.delete("/agents/<uuid:agent_id>/replicas/<uuid:replica_id>")
@require_agent
@takes_nothing
@require_idempotency_key
def end(tx, host, replica_id):
    """Order its end; one that was promoted is the PRIMARY and is not ended."""
    return replicas.end(tx, host.agent.id, str(replica_id), **by_whom())


@bp.post("/agents/<uuid:agent_id>/replicas/<uuid:replica_id>/sync-status")
@require_agent
@takes(SyncStatus)
@require_idempotency_key
def sync_status(tx, host, replica_id, body):
    """How far it has caught up with its PRIMARY."""
    replicas.report_sync(tx, host.agent.id, str(replica_id), host.instance_id, body)
    return {"replica_id": str(replica_id)}
