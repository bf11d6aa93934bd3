"""How many calls of one AWS account may be at work in this process, so that slow ones leave room for the others."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Seats:
    """``each`` account has so many; a caller holds one at most."""

    def __init__(self, each: int):
        self._each, self._taken, self._lock = each, Counter(), threading.Lock()

    @contextmanager
    def reserve(self) -> Iterator[Callable[[int], bool]]:
        """A way to ask for a seat at an account: asking for another gives the first one back, as leaving does."""
        held: list[int] = []

        def sit(account_id: int) -> bool:
            self._leave(held)
            with self._lock:
                free = self._taken[account_id] < self._each
                if free:
                    self._taken[account_id] += 1
                    held.append(account_id)
            return free

        try:
            yield sit
        finally:
            self._leave(held)

    def _leave(self, held: list[int]) -> None:
        with self._lock:
            while held:
                self._taken[held.pop()] -= 1
