"""The live stream of a client's events."""

import time
from queue import Empty

from flask import Blueprint, Response

from core.answers import answers
from core.auth import principal, require_person
from core.domain.serialize import canonical, plain
from core.events import FEED

bp = Blueprint("notifications", __name__, url_prefix="/api/events")

STREAM_SECONDS = 25  # shorter than the graceful stop; the browser reconnects by itself
COMMENT_SECONDS = 15


@bp.get("/stream")
@require_person
@answers(bare="text/event-stream")
def stream():
    """Server-sent events of this client, or of all for the administrator, from now on; a comment every 15 s keeps proxies awake."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Response(_events(principal().client_id), mimetype="text/event-stream", headers=headers)


def _events(client_id: int | None):
    queue = FEED.subscribe(client_id)
    end = time.monotonic() + STREAM_SECONDS
    try:
        yield "retry: 1000\n\n"
        while (left := end - time.monotonic()) > 0:
            try:
                row = queue.get(timeout=min(left, COMMENT_SECONDS))
            except Empty:
                yield ": still here\n\n"
                continue
            if row is None:
                return
            yield _line(row)
    finally:
        FEED.unsubscribe(queue)


def _line(row: dict) -> str:
    data = canonical({"type": row["type"], "at": plain(row["created_at"])})
    return f"id: {row['id']}\nevent: {row['type']}\ndata: {data[:-1]},\"payload\":{row['payload']}}}\n\n"
