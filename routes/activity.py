"""What happened to a client's workloads, for its dashboard."""

from flask import Blueprint
from marshmallow import fields, validate

from core.answers import answers
from core.auth import require_client_auth
from core.idempotency import in_transaction
from core.people import activity
from core.validation import Body, asks
from routes import shapes

bp = Blueprint("activity", __name__, url_prefix="/api/activity")


class Page(Body):
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Str(load_default=None, validate=validate.Length(1, 40))


@bp.get("/live")
@require_client_auth
@asks(Page)
@in_transaction
@answers(shapes.Events)
def activity_feed(tx, authenticated_client_id, query):
    """What happened, newest first, in sentences."""
    return activity.of_client(tx, authenticated_client_id, query["cursor"], query["limit"])
