"""How long something would have taken had nobody else used this machine's processors."""

import os
import time
from pathlib import Path

CROWDED = 0.5  # below this share, switching to and fro costs as much as the work
TICKS = os.sysconf("SC_CLK_TCK")


class Calm:
    """Measures what part of the processors others used meanwhile; ``roots`` are processes whose trees are ours.

    A waiting product gains nothing by it: an idle processor is nobody's.
    """

    def __init__(self, *roots: int):
        self._roots, self._began = {os.getpid(), *roots}, time.monotonic()
        self._busy, self._ours = _busy(), _ours(self._roots)

    def seconds(self) -> float:
        """By the clock."""
        return time.monotonic() - self._began

    def seconds_of_ours(self, seconds: float) -> float:
        """What is left of a wait by the clock when others' work is taken out; a crowded machine costs twice as much besides."""
        share = self.share()
        return seconds * (share if share > CROWDED else share / 2)

    def share(self) -> float:
        """Between 0 and 1: what of the machine's time was left to us since the beginning."""
        total = self.seconds() * os.cpu_count()
        others = max(0.0, (_busy() - self._busy) - (_ours(self._roots) - self._ours))
        return max(0.05, 1.0 - others / total)


def _busy() -> float:
    """Seconds of work of all processors since the machine started."""
    user, nice, system, _, _, irq, softirq, steal = (int(n) for n in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def _ours(roots: set[int]) -> float:
    """Seconds of work of the processes that descend from ``roots``, as far as they live."""
    rows = [row for row in map(_row, Path("/proc").glob("[0-9]*/stat")) if row]
    ours = set(roots)
    for _ in range(6):
        ours |= {pid for pid, parent, _ in rows if parent in ours}
    return sum(seconds for pid, _, seconds in rows if pid in ours)


def _row(file: Path) -> tuple[int, int, float] | None:
    try:
        fields = file.read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return int(file.parent.name), int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS
