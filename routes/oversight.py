"""What the administrator looks into: the server's log, its figures against their targets, dead letters, a client's own seat."""

import time

from flask import Blueprint, Response, request
from marshmallow import fields, validate

from config.settings import current
from core import database
from core.answers import answers
from core.auth import by_whom, require_admin
from core.domain.serialize import canonical
from core.idempotency import in_transaction, require_idempotency_key, require_idempotency_key_for_secret
from core.intake import dead_letters
from core.operations import logbook, targets
from core.people import impersonation
from core.replies import success_response
from core.validation import Body, asks, takes
from routes import shapes_of_oversight as shapes

bp = Blueprint("oversight", __name__, url_prefix="/api/admin")

STREAM_SECONDS = 25


class Which(Body):
    """``level`` is the least one; ``q`` stands anywhere in the message."""

    level = fields.Str(load_default=None, validate=validate.OneOf(logbook.LEVELS))
    component = fields.Str(load_default=None, validate=validate.Length(1, 64))
    request_id = fields.Str(load_default=None, validate=validate.Length(1, 128))
    q = fields.Str(load_default=None, validate=validate.Length(1, 100))
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Str(load_default=None, validate=validate.Length(1, 40))


class Page(Body):
    limit = fields.Int(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Str(load_default=None, validate=validate.Length(1, 40))


class Seat(Body):
    client_id = fields.UUID(required=True)
    reason = fields.Str(required=True, validate=validate.Length(5, 200))


class Nothing(Body):
    """A write that needs no words."""


@bp.get("/logs")
@require_admin
@asks(Which)
@answers(shapes.Lines)
def logs(query):
    """The server's lines, newest first, without secrets. With ``Accept: text/event-stream``: those to come, as server-sent events."""
    if "text/event-stream" in request.accept_mimetypes.values():
        tail = logbook.tail(level=query["level"], component=query["component"])
        return Response(_events(tail), mimetype="text/event-stream", headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
    return success_response(database.run(lambda tx: logbook.lines(tx, **query)))


def _events(tail):
    end = time.monotonic() + STREAM_SECONDS
    yield "retry: 1000\n\n"
    for lines in tail:
        yield "".join(f"id: {line['id']}\nevent: line\ndata: {canonical(line)}\n\n" for line in lines) or ": still here\n\n"
        if time.monotonic() > end:
            return


@bp.get("/metrics/operational")
@require_admin
@in_transaction
@answers(shapes.Targets)
def operational(tx):
    """Each promised figure with what was measured; null, and the reason, where nobody measured anything."""
    return {"targets": targets.all_of(tx), "server_time": tx.now()}


@bp.get("/dead-letters")
@require_admin
@asks(Page)
@in_transaction
@answers(shapes.Letters)
def letters(tx, query):
    """Messages of AWS that could not be read, newest first."""
    return dead_letters.list_of(tx, query["cursor"], query["limit"])


@bp.post("/dead-letters/<uuid:letter_id>/replay")
@require_admin
@takes(Nothing)
@require_idempotency_key
@answers(shapes.Replayed)
def replay(tx, letter_id, body):
    """Read it again, after a repair or when its machine is known by now. What was done already is not done twice."""
    return dead_letters.replay(tx, str(letter_id), **by_whom())


@bp.post("/impersonate")
@require_admin
@takes(Seat)
@require_idempotency_key_for_secret
@answers(shapes.Seat, 201)
def impersonate(tx, body):
    """A token with which the administrator acts for a client for half an hour, under both names. No secret is given to it."""
    agent = request.headers.get("User-Agent", "")
    return impersonation.begin(
        tx, str(body["client_id"]), body["reason"], current(), ip=request.remote_addr or "", user_agent=agent, **by_whom()
    ), 201
