"""Rings after a commit, so that work is begun at once instead of at the next tick.

Losing a ring costs at most one tick: what is to be done stands in rows.
"""

import threading

_bells: dict[str, threading.Event] = {}


def bell(name: str) -> threading.Event:
    """The bell of one worker, made on first use."""
    return _bells.setdefault(name, threading.Event())


def ring(name: str) -> None:
    bell(name).set()


class Rush:
    """While notices come in by the batch, whoever can wait a moment lets them be committed first.

    Only what is committed can be served in the order of its deadline.
    """

    def __init__(self) -> None:
        self._count, self._lock = 0, threading.Lock()
        self._over = threading.Event()
        self._over.set()

    def __enter__(self) -> None:
        with self._lock:
            self._count += 1
            self._over.clear()

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._count -= 1
            if self._count == 0:
                self._over.set()

    def give_way(self, seconds: float = 1.0) -> None:
        """Return when the rush is over, or after so many seconds."""
        self._over.wait(seconds)


RUSH = Rush()
