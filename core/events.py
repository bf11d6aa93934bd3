"""What the dashboards hear: events are rows first, then fan out to the streams of this process."""

import logging
import os
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from datetime import timedelta
from queue import Full, Queue
from typing import Any

from core import database, errors
from core.database import Tx
from core.domain.serialize import canonical
from core.sql import clients
from core.sql import events as rows

log = logging.getLogger("core.events")

OVERLAP = timedelta(seconds=30)
LOOK_SECONDS = 2.0
POLL_SECONDS = 0.4
PAGE = 2000
LAGS = 5000
QUEUE_SIZE = 200
STREAMS = 5  # open ones of one sign-in or token, in each process; the newest counts
OUSTED: dict = {}  # what the oldest hears when there is one too many
REPEATED = 5000  # events a stream that comes back is told at most
EVERYBODY = 0  # an event of the whole installation, for the streams of every client
REPORT_SECONDS = 5.0
ADMINISTRATORS = 2**63 - 1  # no client has this id: only the streams of administrators, who hear everything, get its events
PROCESS = f"{socket.gethostname()[:40]}:{os.getpid()}"


def emit(tx: Tx, client_id: int, type: str, **payload: Any) -> None:
    """Write an event in the business transaction; streams hear of it after the commit."""
    rows.insert(tx, client_id, type, canonical(payload), tx.now())
    tx.on_commit(FEED.wake)


class Feed:
    """One reader per process polls the outbox and fills the queue of each open stream.

    A queue that is full belongs to a client that does not read; it is dropped, which ends its stream.
    """

    def __init__(self) -> None:
        self._streams: dict[Queue, int | None] = {}
        self._listeners: dict[Queue, str] = {}  # oldest first
        self._seen: set[int] = set()
        self._wake = threading.Event()
        self._door = threading.Lock()
        self._knows = threading.Event()
        self._reader: threading.Thread | None = None
        self._lags: deque[tuple[float, int]] = deque(maxlen=LAGS)  # when handed out, after how many ms
        self._reported = 0.0

    def subscribe(self, client_id: int | None, who: str | None = None) -> Queue:
        """A queue of the client's events from the return on; None hears every client. ``who`` has STREAMS of them at most."""
        queue: Queue = Queue(QUEUE_SIZE)
        with self._door:
            self._make_room(who)
            if not self._streams or not self._reader.is_alive():
                self._begin()
            self._streams[queue] = client_id
            if who:
                self._listeners[queue] = who
            knows = self._knows
        knows.wait(LOOK_SECONDS)
        return queue

    def _begin(self) -> None:
        """A reader for the first stream; one that has not noticed yet that it is not needed any more leaves by itself."""
        self._knows = threading.Event()
        self._reader = threading.Thread(target=self._read_on, args=(self._knows,), name="event-feed", daemon=True)
        self._reader.start()

    def follows(self, queue: Queue) -> bool:
        """Whether anything more will come into this queue."""
        return queue in self._streams

    def _make_room(self, who: str | None) -> None:
        """The oldest ones end: a page that was left is noticed seconds later, and must not keep the next from hearing."""
        mine = [queue for queue, name in list(self._listeners.items()) if who and name == who]
        for queue in mine[: max(0, len(mine) - STREAMS + 1)]:
            self.unsubscribe(queue)
            with suppress(Full):
                queue.put_nowait(OUSTED)

    def unsubscribe(self, queue: Queue) -> None:
        self._streams.pop(queue, None)
        self._listeners.pop(queue, None)

    def wake(self) -> None:
        self._wake.set()

    def close(self) -> None:
        """End every stream: this process stops."""
        for queue in list(self._streams):
            self.unsubscribe(queue)
            with suppress(Full):
                queue.put_nowait(None)

    def open_streams(self) -> int:
        return len(self._streams)

    def _read_on(self, knows: threading.Event) -> None:
        """Learn what was before the first stream; all that comes after it is news."""
        while not self._catch_up(announce=False):
            time.sleep(POLL_SECONDS)
        knows.set()
        self._report(at_once=True)
        while self._is_needed():
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            self._catch_up(announce=True)
            self._report()
        self._report(at_once=True)

    def _is_needed(self) -> bool:
        with self._door:
            return bool(self._streams) and self._reader is threading.current_thread()

    def _catch_up(self, announce: bool) -> bool:
        """Whether the database answered."""
        try:
            now, found = database.run(lambda tx: (tx.now(), _window(tx)))
        except errors.SpotError as error:
            log.warning("the event feed waits: %s", error.message)
            return False
        news = [row for row in found if row["id"] not in self._seen]
        self._seen = {row["id"] for row in found}  # what has left the window does not come back
        for row in news if announce else ():
            self._lags.append((time.monotonic(), int(1000 * (now - row["created_at"]).total_seconds())))
            self._hand_out(row)
        return True

    def _report(self, at_once: bool = False) -> None:
        """Write down how many streams are open here, and the longest lag of the last minute."""
        if not at_once and time.monotonic() - self._reported < REPORT_SECONDS:
            return
        lag = max((ms for at, ms in self._lags if at > time.monotonic() - 60), default=None)
        try:
            database.run(lambda tx: rows.report(tx, PROCESS, len(self._streams), lag, tx.now()))
        except errors.SpotError as error:
            log.info("the event feed's figures wait: %s", error.message)
        self._reported = time.monotonic()

    def _hand_out(self, row: dict) -> None:
        for queue, client_id in list(self._streams.items()):
            if client_id in (None, row["client_id"]) or row["client_id"] == EVERYBODY:
                try:
                    queue.put_nowait(row)
                except Full:
                    self.unsubscribe(queue)


def _window(tx: Tx) -> list[dict]:
    """Everything of the last ``OVERLAP``, however much a storm wrote: the newest ones come last and must not be left out."""
    found = page = rows.since(tx, OVERLAP, after=0, limit=PAGE)
    while len(page) == PAGE:
        page = rows.since(tx, OVERLAP, after=page[-1]["id"], limit=PAGE)
        found = found + page
    return found


def missed(tx: Tx, client_id: int | None, last_id: int) -> list[dict] | None:
    """What a stream that had come to ``last_id`` was not told, oldest first; None: more than can be repeated, or nobody knows.

    Ids commit out of order, so the events of OVERLAP before it are told again: readers drop what they have seen.
    """
    first = rows.first_of_overlap(tx, last_id, OVERLAP)
    if first is None:
        return None
    found = rows.of_stream(tx, client_id, EVERYBODY, first, REPEATED + 1)
    return [row for row in found if row["id"] != last_id] if len(found) <= REPEATED else None


def test(tx: Tx, client_uuid: str) -> dict:
    """Let a client's streams hear something, to see that they hear."""
    client = clients.by_uuid(tx, client_uuid)
    if client is None:
        raise errors.NotFound()
    emit(tx, client["id"], "test", text="The administrator tests this stream.")
    return {"client_id": client_uuid, "type": "test"}


def stats(tx: Tx) -> dict:
    """Open streams and the longest lag of late over all processes, and events of the last minute."""
    return rows.stats(tx)


FEED = Feed()
