"""The server's own lines where its administrator can read them (TAB-20): written behind the work, by every process.

A line goes into a short queue and from there to the database, a second later at most. What finds the queue full or the
database away is counted and left out here; the files and stderr have it all the same. No line waits for this.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from queue import Empty, Full, Queue
from typing import Any

from config.logging import FIELDS, redact
from core import database, errors, events
from core.database import Tx
from core.paging import before, page
from core.sql import logbook as rows

WAITING = 2000
BATCH = 200
FLUSH_SECONDS = 0.5
TAIL_SECONDS = 1.0
OWN = frozenset({"core.operations.logbook", "core.database"})  # a line about a lost database would ask for the database
LEVELS = ("debug", "info", "success", "warning", "error")


class Shelf(logging.Handler):
    """Puts each line aside; a thread of its own writes them down."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: Queue[dict] = Queue(WAITING)
        self._writer: threading.Thread | None = None
        self.left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.name in OWN:
            return
        try:
            self._lines.put_nowait(line_of(record))
        except Full:
            self.left_out += 1

    def start(self) -> None:
        self._writer = threading.Thread(target=self._write_on, name="logbook", daemon=True)
        self._writer.start()

    def _write_on(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            self.flush()

    def flush(self) -> None:
        """Write down what waits."""
        while lines := self._batch():
            try:
                database.run(lambda tx, lines=lines: rows.insert(tx, lines))
            except errors.SpotError:
                self.left_out += len(lines)
                return

    def _batch(self) -> list[dict]:
        lines: list[dict] = []
        with suppress(Empty):
            while len(lines) < BATCH:
                lines.append(self._lines.get_nowait())
        return lines


def line_of(record: logging.LogRecord) -> dict:
    """A row of the logbook, without secrets."""
    more = {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) is not None}
    more = {name: value for name, value in more.items() if name not in ("component", "request_id")}
    if record.exc_info:
        more["traceback"] = redact(logging.Formatter().formatException(record.exc_info))[-8000:]
    return {
        "at": datetime.fromtimestamp(record.created, UTC), "level": level_of(record), "process": events.PROCESS,
        "component": _ascii(getattr(record, "component", None) or record.name)[:64], "message": redact(record.getMessage())[:1000],
        "request_id": _ascii(getattr(record, "request_id", None) or "")[:128] or None,
        "fields": redact(json.dumps(more, default=str)) if more else None,
    }  # fmt: skip


def level_of(record: logging.LogRecord) -> str:
    """Five words; what ended well at INFO is a success (LOG-04)."""
    if record.levelno == logging.INFO and getattr(record, "result", None) == "SUCCESS":
        return "success"
    return next(word for word, least in (("error", 40), ("warning", 30), ("info", 20), ("debug", 0)) if record.levelno >= least)


def _ascii(text: Any) -> str:
    return str(text).encode("ascii", "replace").decode()


def keep() -> Shelf:
    """From now on this process writes its lines down; asked again, by the same shelf."""
    root = logging.getLogger()
    known = next((one for one in root.handlers if isinstance(one, Shelf)), None)
    shelf = known or Shelf()
    if known is None:
        root.addHandler(shelf)
        shelf.start()
    return shelf


def put_away() -> None:
    """Write down what waits, before the pool is closed: a line that came later would hold up the end of its process."""
    for shelf in logging.getLogger().handlers:
        if isinstance(shelf, Shelf):
            shelf.flush()


def lines(tx: Tx, *, level: str | None, component: str | None, request_id: str | None, q: str | None, cursor: str | None, limit: int) -> dict:
    """Newest first; ``level`` and what is worse."""
    wanted = {"levels": at_least(level), "component": component, "request_id": request_id, "text": q}
    found = rows.newest(tx, **wanted, before=before(cursor), limit=limit + 1)
    return {**page(found, limit, "lines", _shown), "components": rows.components(tx)}


def tail(*, level: str | None, component: str | None) -> Iterator[list[dict]]:
    """The lines written from now on, oldest first; an empty list for a second without any."""
    at = database.run(rows.last)
    while True:
        fresh = database.run(lambda tx, at=at: rows.after(tx, at, levels=at_least(level), component=component, limit=BATCH))
        at = fresh[-1]["id"] if fresh else at
        yield [_shown(row) for row in fresh]
        time.sleep(TAIL_SECONDS)


def at_least(level: str | None) -> list[str]:
    return list(LEVELS[LEVELS.index(level or "debug") :])


def _shown(row: dict) -> dict:
    same = {name: row[name] for name in ("at", "level", "component", "message", "request_id", "process")}
    return {"id": row["id"], **same, "fields": json.loads(row["fields"] or "{}")}
