"""A row that is held, a connection that goes silent: an answer in time, nothing half done, and the pool heals itself (F5, F6)."""

import socket
import threading
import time
from dataclasses import replace

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
