"""At the same instant: threads on connections of their own, crashes at a chosen place, and a clock that stands still."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any

from core import database


class Killed(BaseException):
    """This process is dead: no handler of the product may catch it."""


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run them all from one starting line; the result of each, or what it raised."""
    line = threading.Barrier(len(works))

    def start(work: Callable[[], Any]) -> Any:
        line.wait(5)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        running = [pool.submit(start, work) for work in works]
        return [run.exception() or run.result() for run in running]


def die(*_: Any, **__: Any) -> None:
    """Put in the place of a function: the process ends there."""
    raise Killed


class FirstTimeOnly:
    """A meeting point that each thread visits on its first attempt alone: whoever starts over goes straight on."""

    def __init__(self, parties: int):
        self._barrier, self._met = threading.Barrier(parties), threading.local()

    def meet(self) -> None:
        if not getattr(self._met, "yes", False):
            self._met.yes = True
            self._barrier.wait(5)


def stand_still(monkeypatch: Any, at: datetime) -> None:
    """The database's clock stays at this moment in every transaction, so that a slow machine proves the same."""
    monkeypatch.setattr(database, "_apply_clock_offset", lambda tx: tx.execute("SET timestamp = %(at)s", at=Decimal(f"{at.timestamp():.6f}")))
