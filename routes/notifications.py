"""The live stream of a client's events."""

import time
from queue import Empty

from flask import Blueprint, Response
from marshmallow import fields, validate

from core.answers import answers
from core.auth import named_client, principal, require_person
from core.domain.serialize import canonical, plain
from core.events import ADMINISTRATORS, FEED
from core.validation import Body, asks

bp = Blueprint("notifications", __name__, url_prefix="/api/events")

STREAM_SECONDS = 25  # shorter than the graceful stop; the browser reconnects by itself
RETRY_MS = 1000  # when a stream breaks
NEXT_MS = 50  # when it ends in good order
COMMENT_SECONDS = 15


class Whose(Body):
    """For the administrator: one client's events, or only those of the platform itself."""

    client = fields.UUID(load_default=None)
    scope = fields.Str(load_default="all", validate=validate.OneOf(("all", "platform")))


@bp.get("/stream")
@require_person
@asks(Whose)
@answers(bare="text/event-stream")
def stream(query):
    """Server-sent events of this client from now on; a comment every 15 s keeps proxies awake.

    The administrator hears all clients, or the one that ``client`` names, or with ``scope=platform`` none of them.
    """
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Response(_events(_whose(query)), mimetype="text/event-stream", headers=headers)


def _whose(query: dict) -> int | None:
    """The client whose events are heard; None hears all."""
    who = principal()
    if not who.is_admin:
        return who.client_id
    if query["client"]:
        return named_client(str(query["client"]))
    return ADMINISTRATORS if query["scope"] == "platform" else None


def _events(client_id: int | None):
    queue = FEED.subscribe(client_id)
    end = time.monotonic() + STREAM_SECONDS
    try:
        yield f"retry: {RETRY_MS}\n\n"
        while (left := end - time.monotonic()) > 0 and (FEED.follows(queue) or not queue.empty()):
            try:
                row = queue.get(timeout=min(left, COMMENT_SECONDS))
            except Empty:
                yield ": still here\n\n"
                continue
            if row is None:
                return
            yield _line(row)
        yield f"retry: {NEXT_MS}\n\n"
    finally:
        FEED.unsubscribe(queue)


def _line(row: dict) -> str:
    data = canonical({"type": row["type"], "at": plain(row["created_at"])})
    return f"id: {row['id']}\nevent: {row['type']}\ndata: {data[:-1]},\"payload\":{row['payload']}}}\n\n"
