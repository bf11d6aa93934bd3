"""Figures of the host from /proc."""

import os
from pathlib import Path


class Cpu:
    """Busy share of all processors between two readings, in percent."""

    def __init__(self) -> None:
        self._before = _cpu_times()

    def percent(self) -> float | None:
        busy, total = _cpu_times()
        spent, passed = busy - self._before[0], total - self._before[1]
        self._before = (busy, total)
        return round(100 * spent / passed, 1) if passed > 0 else None


def _cpu_times() -> tuple[int, int]:
    fields = [int(n) for n in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(fields) - fields[3] - fields[4], sum(fields)


def memory_percent() -> float:
    rows = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines() if ":" in line)
    total, free = (int(rows[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    return round(100 * (total - free) / total, 1)


def uptime_seconds() -> float:
    return float(Path("/proc/uptime").read_text().split()[0])


def hostname() -> str:
    return os.uname().nodename
