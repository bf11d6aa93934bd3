"""Who runs the jobs: one process holds the lease, and each (job, slot) starts at most once.

The scheduler in every process only ticks. The fence is tested again inside the job's own bookkeeping, so a
process that was frozen past its lease finds itself deposed.
"""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from core import database, errors
from core.database import Tx
from core.sql import leases

log = logging.getLogger("core.leases")

NAME = "timetable"
RENEW_AFTER = 3.0
TRUST = leases.TTL_SECONDS - 2.0


class Lease:
    """This process's view of the lease. ``token`` is None while another process holds it."""

    def __init__(self, name: str = NAME, holder: str | None = None):
        self.name, self.holder = name, holder or f"{socket.gethostname()[:40]}:{os.getpid()}:{id(self) & 0xFFFF}"
        self.token: int | None = None
        self._since = 0.0
        self._lock = threading.Lock()

    def held(self) -> int | None:
        """The fencing token if we hold the lease now, after renewing or taking it where that is due."""
        with self._lock:
            began = time.monotonic()
            if self.token is not None and began - self._since < RENEW_AFTER:
                return self.token
            try:
                self.token = database.run(self._renew_or_acquire)
                self._since = began
            except errors.SpotError as error:
                log.warning("the lease cannot be asked for: %s", error.message)
                if began - self._since > TRUST:
                    self.token = None
            return self.token

    def _renew_or_acquire(self, tx: Tx) -> int | None:
        if self.token is not None and leases.renew(tx, self.name, self.holder, self.token):
            return self.token
        return leases.acquire(tx, self.name, self.holder)

    def fence(self, tx: Tx) -> None:
        """Deposed when another process took over meanwhile."""
        if self.token is None or not leases.still_held(tx, self.name, self.holder, self.token):
            raise errors.Deposed()

    def release(self) -> None:
        """Hand over at a graceful stop."""
        if self.token is not None:
            database.run(lambda tx: leases.release(tx, self.name, self.holder, self.token))
            self.token = None


def run_slot(lease: Lease, job: str, period_seconds: int, work: Callable[[], Any]) -> bool:
    """Run ``work`` if we hold the lease and nobody has begun this slot; whether it ran."""
    token = lease.held()
    if token is None:
        return False
    slot = database.run(lambda tx: (lease.fence(tx), leases.begin_slot(tx, job, period_seconds, token))[1])
    if slot is None:
        return False
    outcome, counts = _outcome(job, work)
    database.run(lambda tx: (lease.fence(tx), leases.finish_slot(tx, job, slot, outcome, json.dumps(counts))))
    return True


def _outcome(job: str, work: Callable[[], Any]) -> tuple[str, Any]:
    """What a run came to. A failing run is logged with its cause; the next slot tries again."""
    began = time.monotonic()
    try:
        counts = work()
    except errors.SpotError as error:
        log.error("%s failed: %s", job, error.message, exc_info=error, extra={"job": job, "result": "FAILED"})
        return "failed", {"error": error.message}
    log.debug("%s done", job, extra={"job": job, "duration_ms": int(1000 * (time.monotonic() - began))})
    return "done", counts or {}
