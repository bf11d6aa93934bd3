"""The door of AWS's own events, and the keys that open it."""

from flask import Blueprint
from marshmallow import fields, validate

from config.settings import current
from core.answers import answers
from core.auth import principal, require_client_auth, require_event_key
from core.idempotency import require_idempotency_key_for_secret
from core.intake import event_keys
from core.intake.aws_events import Origin, process
from core.replies import success_response
from core.validation import Body, LenientBody, takes

bp = Blueprint("events", __name__, url_prefix="/api/events")


class NewKey(Body):
    aws_account_id = fields.Str(required=True, validate=validate.Regexp(r"^\d{12}$"))


class IssuedKey(Body):
    key_id = fields.UUID()
    aws_account_id = fields.Str()
    key = fields.Str(metadata={"description": "Shown once."})


class Told(Body):
    status = fields.Str(validate=validate.OneOf(("handled", "verifying", "recorded", "duplicate", "ignored", "dead_letter")))
    action = fields.Str(allow_none=True)
    notice_id = fields.UUID(allow_none=True)
    incident_id = fields.UUID(allow_none=True)
    reason = fields.Str()


class AwsEvent(LenientBody):
    """An event or an envelope round it; its members are read by the rules, which bury what they cannot read."""


@bp.post("/keys")
@require_client_auth
@takes(NewKey)
@require_idempotency_key_for_secret
@answers(IssuedKey, 201)
def new_key(tx, authenticated_client_id, body):
    """A key with which AWS may post the events of one linked account; it is shown this once."""
    return event_keys.issue(tx, authenticated_client_id, body["aws_account_id"], current(), principal().key), 201


@bp.post("/aws")
@require_event_key
@takes(AwsEvent, keep_unknown=True)
@answers(Told, 202)
def aws_event(account, body):
    """One event of AWS, or an SNS envelope or a Lambda batch of them; the reply says what it came to."""
    return success_response(process(body, Origin("http", account)), 202)
