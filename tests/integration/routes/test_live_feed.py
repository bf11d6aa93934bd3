"""The feed behind the live streams: nothing is left out in a storm, and no stream stays open without being told."""

import threading
import time
from math import isqrt
from queue import Queue

import pytest

from core import events
from core.events import Feed

STORM = 2 * events.PAGE + 1
PATIENCE_SECONDS = 20


@pytest.fixture
def feed(db):
    """A feed of its own, whose reader has ended when the test does."""
    made = Feed()
    yield made
    made.close()
    _until(lambda: made._reader is None or not made._reader.is_alive())


def test_the_newest_event_is_heard_however_many_came_before_it(world, feed):
    client = world.client()
    queue = feed.subscribe(client.id)
    with world.db.transaction() as tx:
        tx.execute(
            "INSERT INTO system_events (client_id, type, payload, created_at)"
            " WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < %(root)s)"
            " SELECT %(somebody)s, 'agent', '{}', UTC_TIMESTAMP(6) FROM n CROSS JOIN n AS m",
            root=isqrt(STORM) + 1, somebody=client.id + 1,
        )  # fmt: skip

    emit(world, client.id, "notice")

    assert queue.get(timeout=PATIENCE_SECONDS)["type"] == "notice"
    assert told_again(feed, queue) == []


def test_who_does_not_read_is_dropped_and_its_stream_ends(world, feed):
    client = world.client()
    queue = feed.subscribe(client.id)

    for _ in range(events.QUEUE_SIZE + 1):
        feed._hand_out({"client_id": client.id, "type": "agent"})

    assert queue.full() and not feed.follows(queue)


def test_a_stream_that_opens_while_the_reader_leaves_is_told_all_the_same(world, feed, monkeypatch):
    """The reader has seen that nobody listens and still writes its figures down: the next stream gets a reader of its own."""
    client = world.client()
    leaving, go_on = threading.Event(), threading.Event()
    report = feed._report

    def slowly(at_once: bool = False) -> None:
        if at_once and not feed._streams and not leaving.is_set():
            leaving.set()
            go_on.wait(PATIENCE_SECONDS)
        report(at_once)

    monkeypatch.setattr(feed, "_report", slowly)
    feed.unsubscribe(feed.subscribe(client.id))
    assert leaving.wait(PATIENCE_SECONDS)

    queue = feed.subscribe(client.id)
    emit(world, client.id, "notice")
    heard = queue.get(timeout=PATIENCE_SECONDS)
    go_on.set()

    assert heard["type"] == "notice"


def emit(world, client_id: int, type: str) -> None:
    with world.db.transaction() as tx:
        events.emit(tx, client_id, type)


def told_again(feed: Feed, queue: Queue) -> list:
    """What two more looks bring."""
    for _ in range(2):
        feed._catch_up(announce=True)
    return list(queue.queue)


def _until(true) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "the reader did not end"
        time.sleep(0.05)
