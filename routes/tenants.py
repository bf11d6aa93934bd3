"""Client organisations as the administrator keeps them: their token, and their end."""

from flask import Blueprint

from core.auth import principal, require_admin
from core.idempotency import in_transaction, require_idempotency_key, require_idempotency_key_for_secret
from core.people import tenants
from core.validation import Body, takes

bp = Blueprint("tenants", __name__, url_prefix="/api/admin/clients/<uuid:client_id>")


class Nothing(Body):
    """A write that needs no words."""


@bp.delete("")
@require_admin
@takes(Nothing)
@require_idempotency_key
def delete_client(tx, client_id, body):
    """Soft: tokens and sessions end, agents are deregistered, no machine is ended. What still runs is named."""
    return tenants.delete(tx, str(client_id), actor=principal().key)


@bp.post("/regenerate-token")
@require_admin
@takes(Nothing)
@require_idempotency_key_for_secret
def regenerate_token(tx, client_id, body):
    """A new token, shown once; the old one lives ten minutes more."""
    return tenants.regenerate_token(tx, str(client_id), actor=principal().key), 201


@bp.get("/token")
@require_admin
@in_transaction
def token_metadata(tx, client_id):
    """What is known of the present token; never the token."""
    return tenants.token_metadata(tx, str(client_id))
