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
LOOK_AROUND_SECONDS = 0.2
PATIENCE_SECONDS = 1.0
REQUEST = b"GET / HTTP/1.1\r\nHost: workload\r\n\r\n"


class Line:
    """A connection to one endpoint, kept as long as it holds: asking anew costs a fraction of dialling anew."""

    def __init__(self, port: int):
        self._port = port
        self._connection: socket.socket | None = None

    def ask(self) -> bytes:
        """The reply; nothing where nobody answers in time, and then the next ask dials again."""
        try:
            if self._connection is None:
                self._connection = socket.create_connection(("127.0.0.1", self._port), PATIENCE_SECONDS)
            self._connection.sendall(REQUEST)
            return self._connection.recv(4096)
        except OSError:
            return b""

    def hang_up(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


class Sight:
    """What was seen of one machine."""

    def __init__(self, machine: dict):
        self.instance_id, self.tags = machine["instance_id"], machine["tags"]
        self._line = Line(urlsplit(machine["endpoint"]).port)
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
        good = self._answers()
        self._note(good, asked_at, time.time())

    def lose(self) -> None:
        """Look no more."""
        self.answering = False
        self._line.hang_up()

    def _answers(self) -> bool:
        """Whether this very machine answers 200."""
        reply = self._line.ask()
        good = reply.startswith(b"HTTP/1.1 200 ") and f'"instance_id":"{self.instance_id}"'.encode() in reply
        if not good:
            self._line.hang_up()
        return good

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
        self._forgotten_pause = 0.0
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
        return max([self._forgotten_pause, *(sight.worst_pause for sight in list(self.sights.values()))])

    def forget_the_gone(self) -> None:
        """What was seen of machines that have ended is evidence of rounds that are over."""
        for sight in [sight for sight in list(self.sights.values()) if sight.gone]:
            self._forgotten_pause = max(self._forgotten_pause, sight.worst_pause)
            del self.sights[sight.instance_id]
        self._threads = [thread for thread in self._threads if thread.is_alive()]

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
        sight.lose()

