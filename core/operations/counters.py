"""What each process counts, and how long it took: AWS calls, requests, events, decisions (E-95).

Nothing is written while it is counted. A thread adds what is new to the sums of the database each fifteen seconds, so that
the figures are those of all processes and outlive them; a process that ends takes its last seconds along.
"""

import os
import resource
import threading
import time
from pathlib import Path

from core import database, errors, events
from core.database import Tx
from core.domain.histogram import bucket_of
from core.sql import measures

FLUSH_SECONDS = 15.0
KINDS = {
    "emergency.rebalance_notice": "notice",
    "emergency.termination_notice": "notice",
    "agents.heartbeat": "heartbeat",
    "notifications.stream": "stream",
}
Key = tuple[str, str, str, int]  # name, what, result, bucket


class Counters:
    """The counts of this process that are not written down yet."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._fresh: dict[Key, tuple[int, int]] = {}
        self._writer: threading.Thread | None = None
        self._looked = (time.monotonic(), time.process_time())

    def add(self, name: str, what: str, result: str, seconds: float) -> None:
        """One more of these."""
        self._put({(name, what[:48], result[:24], bucket_of(seconds)): (1, int(seconds * 1e6))})

    def _put(self, more: dict[Key, tuple[int, int]]) -> None:
        with self._door:
            for key, (n, micros) in more.items():
                known = self._fresh.get(key, (0, 0))
                self._fresh[key] = (known[0] + n, known[1] + micros)

    def flush(self) -> int:
        """Add what is new to the sums; what the database does not take waits for the next time. How many rows it was."""
        with self._door:
            fresh, self._fresh = self._fresh, {}
        busy, memory = self._busy(), _memory_mb()
        try:
            return database.run(lambda tx: _write(tx, fresh, busy, memory))
        except errors.SpotError:
            self._put(fresh)
            return 0

    def _busy(self) -> float | None:
        """Of one core, the share this process had since it was last asked."""
        now = (time.monotonic(), time.process_time())
        (wall, cpu), self._looked = (now[0] - self._looked[0], now[1] - self._looked[1]), now
        return round(cpu / wall, 4) if wall > 0.5 else None

    def keep(self) -> None:
        """From now on they are written down; asked again, by the same thread."""
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_on, name="counters", daemon=True)
            self._writer.start()

    def _write_on(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            self.flush()


def _write(tx: Tx, fresh: dict[Key, tuple[int, int]], busy: float | None, memory: int) -> int:
    today = tx.now().date()
    if fresh:
        measures.add(tx, [(today, *key, *counted) for key, counted in sorted(fresh.items())])
    measures.report(tx, events.PROCESS, busy, memory, tx.now())
    return len(fresh)


def _memory_mb() -> int:
    """What the process holds now; where /proc is not to be read, the most it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


COUNTERS = Counters()


def heard_of_aws(call: str, result: str, seconds: float) -> None:
    """One call of AWS (ec2.RunInstances), and what it came to."""
    COUNTERS.add("aws", call, result, seconds)


def answered(endpoint: str | None, status: int, seconds: float) -> None:
    """One request over HTTP, by the kind of its route (a fixed set of words) and the class of its status."""
    COUNTERS.add("http", kind_of(endpoint), f"{status // 100}xx", seconds)


def kind_of(endpoint: str | None) -> str:
    """What hosts depend upon is counted apart; everything else is other."""
    return KINDS.get(endpoint or "", "other")


def event(door: str, result: str, seconds: float) -> None:
    """One event of AWS, by the door it came through."""
    COUNTERS.add("event", door, result, seconds)


def decided(verdict: str, seconds: float) -> None:
    """One decision where a workload should stand."""
    COUNTERS.add("decision", "place", verdict, seconds)
