"""Incidents, as people of a client answer them."""

from flask import Blueprint

from core.auth import principal, require_client_auth
from core.emergencies import acknowledgement
from core.idempotency import require_idempotency_key
from core.validation import Body, takes

bp = Blueprint("incidents", __name__, url_prefix="/api/incidents")


class Acknowledgement(Body):
    """Whoever is signed in has looked; no words are needed."""


@bp.post("/<uuid:incident_id>/acknowledge")
@require_client_auth
@takes(Acknowledgement)
@require_idempotency_key
def acknowledge(tx, incident_id, body, authenticated_client_id):
    """Lifts the block on further moves for mere risk after a failover."""
    return acknowledgement.acknowledge(tx, authenticated_client_id, str(incident_id), actor=principal().key)
