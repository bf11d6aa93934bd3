"""Replicas, and what they report of themselves."""

from flask import Blueprint
from marshmallow import fields, validate

from core import fleet, hosts
from core.auth import require_agent, require_client_auth
from core.idempotency import in_transaction, require_idempotency_key
from core.validation import Body, takes

bp = Blueprint("replicas", __name__, url_prefix="/api")


class ReplicaStatus(Body):
    status = fields.Str(required=True, validate=validate.OneOf(("syncing", "ready", "failed")))
    boot_time_seconds = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0, 86400))


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
