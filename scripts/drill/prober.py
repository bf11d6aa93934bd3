"""The outside prober: asks every machine's endpoint again and again, and remembers when each answered.

It knows nothing of the product. Machines come from the simulator's list; an answer counts only when it names the
machine that was asked, so that a port used a second time deceives nobody.
"""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import requests

from core.cloud.simulator.levers import Levers
from scripts.drill.spans import Span

EVERY_SECONDS = 0.02
LOOK_AROUND_SECONDS = 0.1
PATIENCE_SECONDS = 1.0


class Sight:
    """What was seen of one machine."""

    def __init__(self, machine: dict):
        self.instance_id, self.tags = machine["instance_id"], machine["tags"]
        self._port = urlsplit(machine["endpoint"]).port
        self._spans: list[Span] = []
        self._asked_at: float | None = None
        self.answering = False
        self.gone = False
        self.worst_pause = 0.0

    @property
    def spans(self) -> list[Span]:
        return list(self._spans)

    def look(self) -> None:
        """Ask once, and remember what came of it."""
        asked_at = time.time()
        good = _answers(self._port, self.instance_id)
        self._note(good, asked_at, time.time())

    def _note(self, good: bool, asked_at: float, answered_at: float) -> None:
        if good and self.answering:
            self._spans[-1] = Span(self._spans[-1].start, max(asked_at, self._spans[-1].start))
        elif good:
            self._spans.append(Span(answered_at, answered_at))
        self.worst_pause = max(self.worst_pause, asked_at - (self._asked_at or asked_at))
        self.answering, self._asked_at = good, asked_at


class Prober:
    """Watches every running machine of a simulator while it is entered, each in a thread of its own."""

    def __init__(self, simulator_url: str):
        self._levers = Levers(simulator_url)
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []
        self.sights: dict[str, Sight] = {}

    def __enter__(self) -> "Prober":
        self._spawn(self._look_around)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    @property
    def worst_pause(self) -> float:
        """The longest time in which one machine was not asked: how fine the figures are at worst."""
        return max((sight.worst_pause for sight in self.sights.values()), default=0.0)

    def _spawn(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, name="prober", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _look_around(self) -> None:
        """Find new machines, and let go of those that ended."""
        while not self._ending.wait(LOOK_AROUND_SECONDS):
            with suppress(requests.RequestException):
                self._follow({row["instance_id"]: row for row in self._levers.instances(state="running")})

    def _follow(self, running: dict[str, dict]) -> None:
        for instance_id in running.keys() - self.sights.keys():
            sight = self.sights[instance_id] = Sight(running[instance_id])
            self._spawn(self._watch, sight)
        for instance_id in self.sights.keys() - running.keys():
            self.sights[instance_id].gone = True

    def _watch(self, sight: Sight) -> None:
        while not (self._ending.is_set() or sight.gone):
            began = time.monotonic()
            sight.look()
            self._ending.wait(max(0.0, EVERY_SECONDS - (time.monotonic() - began)))
        sight.answering = False


def _answers(port: int, instance_id: str) -> bool:
    """Whether this very machine answers 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            reply = b"".join(iter(lambda: connection.recv(4096), b""))
    except OSError:
        return False
    return reply.startswith(b"HTTP/1.1 200 ") and f'"instance_id":"{instance_id}"'.encode() in reply
