"""Who may begin a round when: one after the other, and only while the machine bears one more.

Rounds that crowd each other out of the processor measure the crowd and not the product. How crowded it is says the
kernel: the share of a second in which somebody who could have run waited for a core (/proc/pressure/cpu, "some").
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PRESSURE = Path("/proc/pressure/cpu")
LOOK_SECONDS = 1.0
BEARABLE = 0.5


def crowding(seconds: float = LOOK_SECONDS) -> float:
    """The share of the next ``seconds`` in which somebody waited for a core; 0 where the kernel does not tell."""
    before, began = waited(), time.monotonic()
    time.sleep(seconds)
    return (waited() - before) / (time.monotonic() - began)


def waited() -> float:
    """Seconds since the machine was started in which somebody waited for a core."""
    try:
        some = PRESSURE.read_text().splitlines()[0]
    except OSError:
        return 0.0
    return int(some.rpartition("total=")[2]) / 1e6


class Turns:
    """A turn is given at once to whoever would be the only one, to others when there is room."""

    def __init__(self, look: Callable[[], float] = crowding):
        self._look = look
        self._door, self._count = threading.Lock(), threading.Lock()
        self._inside = 0

    def wait_for_room(self, worth: Callable[[], bool]) -> bool:
        """Whether there came to be room for more while that was still ``worth`` it; nobody is kept waiting behind."""
        while worth():
            if self._look() <= BEARABLE:
                return True
        return False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn; it is over with the block."""
        with self._door:
            while self._inside and self._look() > BEARABLE:
                pass
            self._step(1)
        try:
            yield
        finally:
            self._step(-1)

    def _step(self, by: int) -> None:
        with self._count:
            self._inside += by
