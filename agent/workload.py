"""The one workload of this host: made to agree with ``serve``, and reported at every change."""

import http.client
import logging
import subprocess
import threading
import time
from queue import Queue
from typing import NamedTuple
from urllib.parse import urlsplit

from agent.config import Config
from agent.process import OwnProcess

log = logging.getLogger("agent.workload")

EAGER_SECONDS = 0.02
EAGER_FOR = 30.0
RESTART_AFTER = 5.0


class Change(NamedTuple):
    """The workload began or ceased to serve at ``at`` (monotonic)."""

    serving: bool
    at: float


class Workload:
    """``want`` says what shall be; ``step`` makes it so; ``changes`` is read by whoever reports."""

    def __init__(self, config: Config, process: OwnProcess):
        self._config, self._process = config, process
        self._wanted: bool | None = None
        self._started_at: float | None = None
        self._lock = threading.Lock()
        self.bell = threading.Event()
        self.changes: Queue[Change] = Queue()
        self.serving: bool | None = None
        self.since = time.monotonic()

    @property
    def checked(self) -> bool:
        return bool(self._config.check)

    def want(self, serve: bool) -> None:
        """Called for every set of orders; only a change has an effect."""
        if serve != self._wanted:
            log.info("the workload shall %s", "run" if serve else "stop")
            self._wanted = serve
            self.bell.set()

    def step(self) -> float:
        """Look, act, note changes; seconds until the next look."""
        with self._lock:
            self._note(self._check())
            if self._wanted is True and self.serving is False:
                self._start_once()
            elif self._wanted is False and (self.serving or self._process.runs()):
                self._stop()
            return EAGER_SECONDS if self._expecting() else self._config.check_seconds

    def restart(self) -> dict:
        """Stop and start again; how it stood before and after."""
        with self._lock:
            before = {"serving": self.serving}
            self._stop()
            self._started_at = None
        self.bell.set()
        return {"pre_state": before, "post_state": {"serving": False, "restarting": bool(self._wanted)}}

    def leave(self) -> None:
        """The agent goes: end a process we own, leave a managed service alone."""
        with self._lock:
            self._process.end(min(1.5, self._config.stop_timeout_seconds))

    def _expecting(self) -> bool:
        """A change is on its way: look often."""
        waits = self._wanted is True and not self.serving
        return waits and self._started_at is not None and time.monotonic() - self._started_at < EAGER_FOR

    def _start_once(self) -> None:
        """Start unless a start is under way; one that died is tried again after a while."""
        if self._started_at is not None and (self._process.runs() or time.monotonic() - self._started_at < RESTART_AFTER):
            return
        self._started_at = time.monotonic()
        self._process.start(self._config.start)

    def _stop(self) -> None:
        """The stop command, then our own process; note the end as soon as the check fails."""
        if self._config.stop:
            self._run(self._config.stop, self._config.stop_timeout_seconds)
        self._process.end(self._config.stop_timeout_seconds)
        self._started_at = None
        self._note(self._check())

    def _note(self, serving: bool | None) -> None:
        """The first look is no change unless the workload already serves."""
        if serving is None or serving == self.serving:
            return
        first = self.serving is None
        self.serving, self.since = serving, time.monotonic()
        if serving or not first:
            log.info("serving: %s", serving)
            self.changes.put(Change(serving, self.since))

    def _check(self) -> bool | None:
        """Whether the workload serves; None where no check is configured."""
        if not self.checked:
            return None
        if self._config.check.startswith(("http://", "https://")):
            return _answers(self._config.check)
        return self._run(self._config.check, 5) == 0

    def _run(self, command: str, timeout: float) -> int:
        try:
            return subprocess.run(["/bin/sh", "-c", command], timeout=timeout, stdin=subprocess.DEVNULL, capture_output=True).returncode
        except subprocess.TimeoutExpired:
            return -1


def _answers(url: str) -> bool:
    """Whether an HTTP address answers 2xx within a second."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=1)
    try:
        connection.request("GET", parts.path or "/")
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
