"""Executors side by side in one process. Nobody waits for the slowest: whoever is free goes for what is due."""

import logging
import threading
import time

from core import errors
from core.doorbell import RUSH
from core.execution.actions import Executor

log = logging.getLogger("core.execution.crew")

WIDTH = 8
PATIENCE_SECONDS = 20.0


class Crew:
    """At most ``WIDTH`` executors at work, each until nothing is due."""

    def __init__(self, executor: Executor):
        self._executor = executor
        self._free = threading.Semaphore(WIDTH)
        self._ending = False

    def send(self) -> int:
        """Set a free executor to work for each order that is due; how many set out. Returns at once."""
        begun = 0
        for _ in range(self._executor.count_due()):
            if self._ending or not self._free.acquire(blocking=False):
                break
            threading.Thread(target=self._work, name="executor", daemon=True).start()
            begun += 1
        return begun

    def finish(self) -> None:
        """Let who is at work end its call; what is left is gone on with by another process."""
        self._ending, until = True, time.monotonic() + PATIENCE_SECONDS
        for _ in range(WIDTH):
            self._free.acquire(timeout=max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        try:
            RUSH.give_way()
            while not self._ending and self._executor.run_once():
                RUSH.give_way()
        except errors.SpotError as error:
            log.warning("an executor waits: %s", error.message, extra={"component": "CORE-EXEC"})
        finally:
            self._free.release()
