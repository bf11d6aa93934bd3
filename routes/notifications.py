"""The live stream of a client's events."""

import time
from queue import Empty

from flask import Blueprint, Response, request
from marshmallow import fields, validate

from core import database
from core.answers import answers
from core.auth import Principal, named_client, principal, require_person
from core.domain.serialize import canonical, plain
from core.events import ADMINISTRATORS, FEED, OUSTED, missed
from core.validation import Body, asks

bp = Blueprint("notifications", __name__, url_prefix="/api/events")

STREAM_SECONDS = 25  # shorter than the graceful stop; the browser reconnects by itself
RETRY_MS = 1000  # when a stream breaks
NEXT_MS = 50  # when it ends in good order
COMMENT_SECONDS = 15
OUSTED_MS = 30_000  # else six pages of one sign-in would end one another all the time


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

    With ``Last-Event-ID`` those come first that followed it, and those of 30 s before it again: drop what you have
    seen. The event ``missed`` says that not all of them could be told. One sign-in or token has five streams per
    server process; one more ends the oldest.

    The administrator hears all clients, or the one that ``client`` names, or with ``scope=platform`` none of them.
    """
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Response(_events(_whose(query), principal(), _last_id()), mimetype="text/event-stream", headers=headers)


def _whose(query: dict) -> int | None:
    """The client whose events are heard; None hears all."""
    who = principal()
    if not who.is_admin:
        return who.client_id
    if query["client"]:
        return named_client(str(query["client"]))
    return ADMINISTRATORS if query["scope"] == "platform" else None


def _last_id() -> int | None:
    """What the browser says it heard last; anything else than a number is as good as nothing."""
    told = request.headers.get("Last-Event-ID", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None


def _events(client_id: int | None, who: Principal, last_id: int | None):
    queue = FEED.subscribe(client_id, who.jti or who.key)
    end = time.monotonic() + STREAM_SECONDS
    try:
        yield f"retry: {RETRY_MS}\n\n"
        repeated = []
        if last_id is not None:
            repeated = database.run(lambda tx: missed(tx, client_id, last_id))
            yield from map(_line, repeated) if repeated is not None else ["event: missed\ndata: {}\n\n"]
        known = {row["id"] for row in repeated or ()}
        while (left := end - time.monotonic()) > 0 and (FEED.follows(queue) or not queue.empty()):
            try:
                row = queue.get(timeout=min(left, COMMENT_SECONDS))
            except Empty:
                yield ": still here\n\n"
                continue
            if row is None:
                return
            if row is OUSTED:
                yield f"retry: {OUSTED_MS}\n\n"
                return
            if row["id"] not in known:
                yield _line(row)
        yield f"retry: {NEXT_MS}\n\n"
    finally:
        FEED.unsubscribe(queue)


def _line(row: dict) -> str:
    data = canonical({"type": row["type"], "at": plain(row["created_at"])})
    return f"id: {row['id']}\nevent: {row['type']}\ndata: {data[:-1]},\"payload\":{row['payload']}}}\n\n"
