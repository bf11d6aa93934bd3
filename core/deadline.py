"""Questions that must be answered in time: who asks goes on without a late answer, and asks nothing more until it is in.

The work runs in a thread of the operating system, under gevent too, so that a slow answer holds up nobody else.
"""

import queue
import sys
import threading
from collections.abc import Callable
from typing import Any


class Late(Exception):
    """No answer came in time, or an earlier one is still awaited."""


class Desk:
    """One place to ask at. With ``waits`` the work only waits, on the database say: it needs no thread of the operating system."""

    def __init__(self, *, waits: bool = False) -> None:
        self._late: set[object] = set()
        self._run = _in_thread if waits else _run

    def ask(self, work: Callable[[], Any], seconds: float) -> Any:
        """What ``work`` returns or raises; Late after ``seconds``, or at once while an earlier answer is still late."""
        if self._late:
            raise Late("it is still busy with an earlier question")
        question, answers = object(), []

        def answer() -> None:
            answers.append(_tried(work))
            self._late.discard(question)

        self._run(answer, seconds)
        if not answers:
            self._late.add(question)
            if answers:  # it came in just now
                self._late.discard(question)
            raise Late(f"it did not answer within {1000 * seconds:.0f} ms")
        value, error = answers[0]
        if error:
            raise error
        return value


def _tried(work: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001 - it rises again where it was asked for
        return None, error


def _run(work: Callable[[], None], seconds: float) -> None:
    """Run it in a thread, and wait for it so long at most."""
    patched = sys.modules.get("gevent.monkey")
    if patched and patched.is_module_patched("threading"):
        import gevent

        with gevent.Timeout(seconds, False):
            gevent.get_hub().threadpool.spawn(work).get()
    else:
        _in_thread(work, seconds)


def _in_thread(work: Callable[[], None], seconds: float) -> None:
    """In a thread as threads are here: under gevent a greenlet, which may use what belongs to this event loop."""
    done: queue.Queue = queue.Queue(1)
    threading.Thread(target=lambda: (work(), done.put(None)), daemon=True).start()
    try:
        done.get(timeout=seconds)
    except queue.Empty:
        return
