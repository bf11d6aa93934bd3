"""What a client was told, and what of it was read."""

from flask import Blueprint
from marshmallow import fields, validate

from core.auth import require_client_auth
from core.idempotency import honours_request_id, in_transaction
from core.people import notifications
from core.validation import Body, asks, takes_nothing

bp = Blueprint("inbox", __name__, url_prefix="/api/notifications")


class Page(Body):
    unread = fields.Bool(load_default=False)
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Str(load_default=None, validate=validate.Length(max=40))


@bp.get("")
@require_client_auth
@asks(Page)
@in_transaction
def inbox(tx, authenticated_client_id, query):
    """Newest first; ``unread=true`` leaves out what was read."""
    return notifications.inbox(tx, authenticated_client_id, query["unread"], query["cursor"], query["limit"])


@bp.post("/<uuid:notification_id>/mark-read")
@require_client_auth
@takes_nothing
@honours_request_id
def mark_read(tx, notification_id, authenticated_client_id):
    """It was read; once is enough."""
    return notifications.mark_read(tx, authenticated_client_id, str(notification_id))


@bp.post("/mark-all-read")
@require_client_auth
@takes_nothing
@honours_request_id
def mark_all_read(tx, authenticated_client_id):
    """Everything that is there now was read; how many it were."""
    return notifications.mark_all_read(tx, authenticated_client_id)
