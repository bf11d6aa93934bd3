"""How long to wait before trying again."""

import random


class Backoff:
    """Full jitter: anything up to a ceiling that doubles with each failure."""

    def __init__(self, first: float, most: float):
        self._first, self._most, self._failures = first, most, 0

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        ceiling = min(self._most, self._first * 2 ** min(self._failures, 20))
        self._failures += 1
        return random.uniform(0, ceiling)

    def reset(self) -> None:
        self._failures = 0
