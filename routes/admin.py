"""What the platform's administrator does."""

from flask import Blueprint
from marshmallow import fields, validate

from core.auth import principal, require_admin
from core.idempotency import require_idempotency_key_for_secret
from core.people import clients
from core.validation import Body, takes

bp = Blueprint("admin", __name__, url_prefix="/api/admin")


class NewClient(Body):
    name = fields.Str(required=True, validate=validate.Length(1, 120))
    email = fields.Email(required=True, validate=validate.Length(max=254))


@bp.post("/clients/create")
@require_admin
@takes(NewClient)
@require_idempotency_key_for_secret
def create_client(tx, body):
    """The reply shows the client's token, once."""
    return clients.create(tx, name=body["name"], email=body["email"], actor=principal().key), 201
