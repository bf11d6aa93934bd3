"""Questions to AWS asked together: what is asked while a call waits for its turn goes along with it (H10).

EC2 limits how often an account may ask. A storm asks of hundreds of machines at once, and each needs the answer to the
same call, or to one that may name them all.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

PATIENCE_SECONDS = 60.0  # longer than a call with all of its pages and tries


class Batch:
    """One call that has not begun yet, and who waits for its answer."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.answer: Future = Future()


class Batches:
    """``turn(region)`` returns when a call may begin."""

    def __init__(self, turn: Callable[[str], None]):
        self._turn, self._lock = turn, threading.Lock()
        self._waiting: dict[tuple[str, str], Batch] = {}

    def ask(self, region: str, what: str, names: list[str], call: Callable[[list[str]], Any]) -> Any:
        """The answer of ``call`` to these names and to those of whoever asks the same before it begins.

        The call begins after it was asked for: nobody gets an answer that is older than the question.
        """
        key = (region, what)
        with self._lock:
            batch = self._waiting.get(key)
            leads = batch is None
            batch = self._waiting.setdefault(key, Batch())
            batch.names.update(names)
        if leads:
            self._lead(key, batch, call)
        return batch.answer.result(PATIENCE_SECONDS)

    def _lead(self, key: tuple[str, str], batch: Batch, call: Callable[[list[str]], Any]) -> None:
        """Whoever asked first makes the call for all; whatever it raises is everybody's."""
        try:
            try:
                self._turn(key[0])
            finally:
                with self._lock:
                    del self._waiting[key]
            batch.answer.set_result(call(sorted(batch.names)))
        except BaseException as error:
            batch.answer.set_exception(error)
            raise
