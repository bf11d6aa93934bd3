"""A stream that breaks goes on where it was: nothing is lost by Last-Event-ID, and no sign-in holds more than five (CON-17)."""

import re
from importlib import import_module
from itertools import islice

import pytest

from core import events

notifications = import_module("routes.notifications")  # of its package the blueprint bears the same name

ID = re.compile(r"^id: (\d+)$", re.M)


@pytest.fixture
def client(world):
    """Its streams are closed by each test; the reader behind them leaves before the next."""
    yield world.client()
    if events.FEED._reader:
        events.FEED._reader.join(20)


def emit(world, client_id: int, type: str) -> int:
    """The id of an event that is written and committed."""
    with world.db.transaction() as tx:
        events.emit(tx, client_id, type)
    return world.one("SELECT MAX(id) AS id FROM system_events")["id"]


def opened(api, client, last: int | str | None = None):
    """The lines of a stream that hears, after its first."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    reply = api.by(client.token).get("/api/events/stream", headers=headers)
    lines = iter(reply.response)
    assert next(lines) == b"retry: 1000\n\n"
    return reply, lines


def ids(lines, count: int) -> list[int]:
    told = (ID.search(line.decode()) for line in lines)
    return [int(found.group(1)) for found in islice(filter(None, told), count)]


def test_what_happened_while_a_stream_was_away_is_told_when_it_comes_back(world, api, client):
    seen = emit(world, client.id, "notice")
    stranger = emit(world, client.id + 1, "notice")
    missed = [emit(world, client.id, "promotion"), emit(world, events.EVERYBODY, "safe_mode")]

    reply, lines = opened(api, client, seen)

    assert ids(lines, 2) == missed and stranger not in missed
    news = emit(world, client.id, "serving")
    assert ids(lines, 1) == [news]
    reply.close()


def test_an_event_that_was_written_before_and_committed_after_the_last_one_heard_is_not_lost(world, api, client):
    """Ids are given at the insert and seen at the commit: `id > last` would lose the slow one for ever."""
    with world.db.transaction() as slow:
        events.emit(slow, client.id, "replica")
        late = slow.one("SELECT MAX(id) AS id FROM system_events")["id"]
        heard = emit(world, client.id, "serving")
    assert late < heard

    reply, lines = opened(api, client, heard)

    assert ids(lines, 1) == [late]
    reply.close()


def test_what_was_told_again_is_not_told_a_third_time(world, api, client):
    seen, missed = emit(world, client.id, "notice"), emit(world, client.id, "promotion")
    reply, lines = opened(api, client, seen)
    assert ids(lines, 1) == [missed]

    events.FEED._hand_out(world.one("SELECT * FROM system_events WHERE id = %(id)s", id=missed))
    news = emit(world, client.id, "serving")

    assert ids(lines, 1) == [news]
    reply.close()


@pytest.mark.parametrize("last", [10**15, 0])
def test_who_was_away_for_longer_than_events_are_kept_is_told_that_something_is_missed(world, api, client, last):
    emit(world, client.id, "notice")

    reply, lines = opened(api, client, last)

    assert next(lines) == b"event: missed\ndata: {}\n\n"
    reply.close()


def test_more_than_can_be_repeated_is_said_and_not_cut_short(world, api, client, monkeypatch):
    monkeypatch.setattr(events, "REPEATED", 3)
    seen = emit(world, client.id, "notice")
    for _ in range(4):
        emit(world, client.id, "serving")

    reply, lines = opened(api, client, seen)

    assert next(lines).startswith(b"event: missed")
    reply.close()


@pytest.mark.parametrize("last", ["", "abc", "-1", "1; DROP TABLE", "9" * 400])
def test_a_last_id_that_is_none_is_as_good_as_none(world, api, client, last):
    emit(world, client.id, "notice")
    reply, lines = opened(api, client, last)

    news = emit(world, client.id, "serving")

    assert ids(lines, 1) == [news]
    reply.close()


def test_the_sixth_stream_of_a_token_ends_the_first_which_comes_back_later(world, api, client):
    other = world.client("Other")
    bystander, theirs = opened(api, other)
    streams = [opened(api, client) for _ in range(events.STREAMS + 1)]

    (_, first), (_, second) = streams[:2]

    assert list(first) == [f"retry: {notifications.OUSTED_MS}\n\n".encode()]
    news = emit(world, client.id, "serving")
    assert ids(second, 1) == [news] and ids(streams[-1][1], 1) == [news]
    news = emit(world, other.id, "serving")
    assert ids(theirs, 1) == [news]
    for reply, _ in (*streams, (bystander, None)):
        reply.close()


def test_a_quiet_stream_is_kept_awake_by_a_comment(world, api, client, monkeypatch):
    monkeypatch.setattr(notifications, "COMMENT_SECONDS", 0.1)

    reply, lines = opened(api, client)

    assert next(lines) == b": still here\n\n"
    reply.close()
