"""The prober's eye on one machine: kept connections tell the truth about who answers, and when nobody does."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from core.cloud.simulator.hosts import IMAGE_DIR
from core.cloud.simulator.ports import free_port
from scripts.drill.prober import Line, Prober, Sight

PORT = free_port()
MACHINE = {"instance_id": "i-1", "tags": {}, "endpoint": f"http://127.0.0.1:{PORT}"}


@pytest.fixture
def workload() -> Iterator[Callable[[str], subprocess.Popen]]:
    """Starts the demo's workload as a machine's, on the one port."""
    running = []

    def start(instance_id: str) -> subprocess.Popen:
        environment = {**os.environ, "INSTANCE_ID": instance_id, "PORT": str(PORT)}
        running.append(subprocess.Popen([sys.executable, "-S", "-E", str(IMAGE_DIR / "workload.py")], env=environment))
        _until(lambda: Line(PORT).ask() != b"")
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def test_one_connection_serves_many_asks(workload):
    workload("i-1")
    line = Line(PORT)

    replies = [line.ask() for _ in range(3)]

    assert all(b'"instance_id":"i-1"' in reply and b"keep-alive" in reply for reply in replies)
    assert line._connection is not None


def test_a_machine_that_dies_stops_answering_at_the_next_ask_and_answers_again_once_it_is_back(workload):
    process, sight = workload("i-1"), Sight(MACHINE)
    sight.look()
    before = sight.answering
    process.kill()
    process.wait()
    sight.look()
    gone = sight.answering
    workload("i-1")
    sight.look()

    assert (before, gone, sight.answering) == (True, False, True)
    assert len(sight.spans) == 2


def test_another_machine_on_the_same_port_deceives_nobody(workload):
    process, sight = workload("i-1"), Sight(MACHINE)
    sight.look()
    process.kill()
    process.wait()
    workload("i-2")
    sight.look()
    sight.look()

    assert not sight.answering


def test_a_machine_that_stands_still_is_not_waited_for_longer_than_a_second(workload):
    process, sight = workload("i-1"), Sight(MACHINE)
    sight.look()
    process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    sight.look()

    assert not sight.answering
    assert time.monotonic() - began < 10


def test_a_client_of_the_old_kind_is_answered_and_let_go(workload):
    workload("i-1")
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    connection.request("GET", "/", headers={"Connection": "close"})
    reply = connection.getresponse()

    assert (reply.status, reply.getheader("Connection")) == (200, "close")


def test_what_was_seen_of_ended_machines_is_forgotten_and_how_coarse_it_was_is_not():
    prober, sight = Prober("http://127.0.0.1:1"), Sight(MACHINE)
    sight.gone, sight.worst_pause = True, 0.7
    prober.sights = {"i-1": sight, "i-2": Sight({**MACHINE, "instance_id": "i-2"})}

    prober.forget_the_gone()

    assert (list(prober.sights), prober.worst_pause) == (["i-2"], 0.7)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
