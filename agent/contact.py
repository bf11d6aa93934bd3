"""Whether the server can be reached, as all threads of this agent find it."""

import time
from collections.abc import Callable


class Contact:
    """Any answer counts as contact, a refusal too; no answer and 5xx do not. Times in seconds of a monotonic clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._last_answer = clock()
        self.failures = 0
        self.notice_failures = 0

    def answered(self) -> None:
        self._last_answer = self._clock()
        self.failures = self.notice_failures = 0

    def failed(self) -> None:
        self.failures += 1

    def notice_failed(self) -> None:
        """A post of an interruption notice got no answer."""
        self.notice_failures += 1

    def silent_seconds(self) -> float:
        """How long the server has not answered; 0 while the last request was answered."""
        return self._clock() - self._last_answer if self.failures else 0.0
