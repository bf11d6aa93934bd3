"""A row that is held, a connection that goes silent: an answer in time, nothing half done, and the pool heals itself (F5, F6)."""

import socket
import threading
import time
from dataclasses import replace

import pymysql
import pytest

from core import database, errors
from tests.integration.conftest import error_of


def test_a_row_held_by_another_is_answered_409_within_four_seconds_and_nothing_stays(world, api):
    shop = world.workload()
    body = {"instance_id": shop.primary.ec2_instance_id, "serving": True, "since_age_ms": 0, "epoch_seen": 0}
    tell = lambda: api.by(shop.token).post(f"/api/agents/{shop.uuid}/serving", body, request_id="held-and-tried-again")  # noqa: E731

    with database.transaction() as holder:
        holder.one("SELECT id FROM agents WHERE id = %(id)s FOR UPDATE", id=shop.id)
        began = time.monotonic()
        reply = tell()
        waited = time.monotonic() - began

    assert (error_of(reply), reply.headers["Retry-After"]) == ((409, "BUSY"), "1")
    assert waited < 8, "three seconds, and what a busy machine adds"
    assert world.one("SELECT (SELECT COUNT(*) FROM serving_reports) + (SELECT COUNT(*) FROM idempotency_keys) AS n")["n"] == 0
    assert tell().status_code == 200


class Wire:
    """A TCP proxy to the database that can fall silent without closing anything."""

    def __init__(self, port: int):
        self._target, self.silent = port, threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        while data := _received(one):
            if not self.silent.is_set():
                other.sendall(data)

    def close(self) -> None:
        self._door.close()


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


@pytest.fixture
def wire(access):
    made = Wire(access.port)
    yield made
    made.close()


def test_a_connection_that_falls_silent_is_given_up_in_time_and_dropped(world, settings, wire):
    through = database.Database(replace(settings, db_port=wire.port, db_pool_size=2))
    assert through.run(lambda tx: tx.one("SELECT 1 AS one"))["one"] == 1
    wire.silent.set()

    began = time.monotonic()
    with pytest.raises(errors.Unavailable):
        through.run(lambda tx: tx.one("SELECT 1 AS one"))
    waited = time.monotonic() - began
    wire.silent.clear()

    assert waited < 9, "five seconds, and what a busy machine adds"
    assert through.run(lambda tx: tx.one("SELECT 1 AS one"))["one"] == 1, "the next one is a new connection"
    through.pool.close()


@pytest.fixture
def lost_replies(monkeypatch):
    """The COMMIT of a request under its id is carried out, and its reply never arrives; as often as the list says."""
    left, commit = [0], pymysql.Connection.commit

    def without_reply(connection):
        with connection.cursor() as cursor:
            is_it = left[0] and cursor.execute("SELECT 1 AS yes FROM idempotency_keys WHERE request_id = 'committed-and-not-heard'")
        commit(connection)
        if is_it:
            left[0] -= 1
            connection._force_close()
            raise pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query")

    monkeypatch.setattr(pymysql.Connection, "commit", without_reply)
    return left


def test_a_commit_whose_reply_was_lost_is_answered_503_and_the_repeat_hears_what_was_done_once(world, api, lost_replies):
    """Nobody knows whether it was committed; the request's id does. A naive repeat would do the work twice."""
    shop = world.workload()
    body = {"instance_id": shop.primary.ec2_instance_id, "serving": True, "since_age_ms": 0, "epoch_seen": 0}
    tell = lambda: api.by(shop.token).post(f"/api/agents/{shop.uuid}/serving", body, request_id="committed-and-not-heard")  # noqa: E731
    lost_replies[0] = 1

    first, again = tell(), tell()

    assert error_of(first) == (503, "UNAVAILABLE")
    assert again.status_code == 200
    assert world.one("SELECT COUNT(*) AS n FROM serving_reports")["n"] == 1
    assert world.one("SELECT COUNT(*) AS n FROM idempotency_keys")["n"] == 1


def test_without_an_id_the_same_repeat_would_do_the_work_twice(world, lost_replies):
    """The twin: what the id is for."""
    shop = world.workload()
    world.execute("INSERT INTO idempotency_keys (principal, request_id, fingerprint, status_code, created_at, expires_at)"
                  " VALUES ('x', 'committed-and-not-heard', '', 200, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))")  # fmt: skip
    lost_replies[0] = 1
    naive = lambda: world.execute("UPDATE agents SET epoch = epoch + 1 WHERE id = %(id)s", id=shop.id)  # noqa: E731

    with pytest.raises(errors.Unavailable):
        naive()
    naive()

    assert world.agent(shop).epoch == 2
