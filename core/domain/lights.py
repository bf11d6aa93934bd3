"""How a part of the platform stands, in one word: components (SM-05), queues (MET-20) and the hint to add a worker (MET-21)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HEALTHY, DEGRADED, CRITICAL = "healthy", "degraded", "critical"
GREEN_BELOW, RED_ABOVE = 100, 500
OLDEST_SECONDS = 300
BUSY_ABOVE = 0.8  # of one core: a process of the server uses no more than one
SLOW_MS, SLOWEST_MS = 100, 1000
STALE_AFTER = timedelta(minutes=2)  # four rounds of the monitor


@dataclass(frozen=True)
class Finding:
    """What a check found. ``status`` None: unknown, never to be shown as healthy."""

    status: str | None
    details: str


def light(depth: int) -> str:
    """green below 100, yellow to 500, red above."""
    return "green" if depth < GREEN_BELOW else "yellow" if depth <= RED_ABOVE else "red"


def hint(depth: int, oldest_seconds: float | None) -> str | None:
    """What to do about a queue that grows, or None."""
    if depth > GREEN_BELOW:
        return f"{depth} wait: add a worker"
    if oldest_seconds is not None and oldest_seconds > OLDEST_SECONDS:
        return f"the oldest waits for {oldest_seconds / 60:.0f} min: add a worker, or look why nobody takes it"
    return None


def load_hint(cpu_share: float | None) -> str | None:
    """What to do about a process that is busy, or None."""
    if cpu_share is None or cpu_share <= BUSY_ABOVE:
        return None
    return f"busy for {100 * cpu_share:.0f} % of a core: add a worker"


def by_latency(milliseconds: float) -> Finding:
    """The database, by one round trip."""
    status = HEALTHY if milliseconds < SLOW_MS else DEGRADED if milliseconds < SLOWEST_MS else CRITICAL
    return Finding(status, f"one round trip takes {milliseconds:.1f} ms")


def by_queue(depth: int, oldest_seconds: float | None) -> Finding:
    """The queue of intents, by its length and its oldest."""
    status = {"green": HEALTHY, "yellow": DEGRADED, "red": CRITICAL}[light(depth)]
    late = oldest_seconds is not None and oldest_seconds > OLDEST_SECONDS
    words = f"{depth} wait" if depth else "nothing waits"
    return Finding(DEGRADED if late and status == HEALTHY else status, hint(depth, oldest_seconds) or words)


def by_silence(agents: int, offline: int, late: int) -> Finding:
    """The hosts, by how many are not heard."""
    if agents == 0:
        return Finding(None, "no workload is enrolled")
    told = f"of {agents} hosts {offline} offline and {late} late" if offline or late else f"every one of {agents} hosts is heard"
    return Finding(CRITICAL if offline == agents else DEGRADED if offline or late else HEALTHY, told)


def by_age(what: str, at: datetime | None, now: datetime, period: timedelta) -> Finding:
    """Something that comes every ``period``: healthy to two periods, degraded to six, then critical."""
    if at is None:
        return Finding(None, f"{what}: none yet")
    age = now - at
    status = HEALTHY if age <= 2 * period else DEGRADED if age <= 6 * period else CRITICAL
    return Finding(status, f"{what} was {_words(age)} ago")


def as_known(status: str | None, checked_at: datetime, now: datetime) -> str | None:
    """A status that nobody checked for two minutes is unknown again."""
    return None if now - checked_at > STALE_AFTER else status


def _words(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
