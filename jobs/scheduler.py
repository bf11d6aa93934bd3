"""APScheduler ticks in every worker process; who works is decided by the lease and the slot."""

import logging
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from config.settings import Settings
from core import database, doorbell, errors
from core.emergencies import forestall
from core.leases import Lease, run_slot
from core.operations import logbook
from jobs import JOBS, Job
from jobs.context import Context

log = logging.getLogger("jobs.scheduler")

RUNG = (
    "executor", "emergency_watch", "heartbeat_watch", "spot_prices", "orphan_sweep", "group_exchanges", "planner", "ledger", "pricing_consolidation",
    "replays",
)  # fmt: skip


class Timetable:
    """The ticking of one process."""

    def __init__(self, settings: Settings):
        self.lease = Lease()
        self._context, self._preset = Context.of(settings), settings.preset
        self._stopping, self._ran, self._began = threading.Event(), Counter(), time.monotonic()
        pool = ThreadPoolExecutor(len(JOBS) + 2)
        self._scheduler = BackgroundScheduler(
            executors={"default": pool}, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone="UTC"
        )

    def start(self) -> "Timetable":
        now = datetime.now(UTC)
        for job in JOBS:
            self._scheduler.add_job(
                partial(self.tick, job), "interval", seconds=job.period(self._preset), id=job.name, name=job.name, next_run_time=now
            )
        self._scheduler.start()
        for name in RUNG:
            threading.Thread(target=self._answer_bell, args=(name,), name=f"bell-{name}", daemon=True).start()
        return self

    def tick(self, job: Job) -> None:
        """One tick; what fails is logged and tried again at the next."""
        try:
            if job.led:
                run_slot(self.lease, job.name, job.period(self._preset), partial(job.run, self._context))
            else:
                job.run(self._context)
            self._ran[job.name] += 1
        except errors.SpotError as error:
            if isinstance(error, errors.Unavailable):
                forestall.returned()
            log.warning("%s waits: %s", job.name, error.message, extra={"job": job.name})

    def _answer_bell(self, name: str) -> None:
        """A commit rang: run at once, besides the ticks. Harmless to repeat, so neither lease nor slot is needed.

        What was long at work rests as long before it answers again: many rings leave half of the time to others.
        """
        job = next(job for job in JOBS if job.name == name)
        bell = doorbell.bell(name)
        while not self._stopping.is_set():
            if bell.wait(1.0):
                bell.clear()
                began = time.monotonic()
                self.tick(Job(job.name, job.seconds, job.run, led=False))
                self._stopping.wait(min(job.seconds, time.monotonic() - began))

    def stop(self) -> None:
        """Finish what runs, then hand the lease over."""
        self._stopping.set()
        self._context.intake.stop()
        self._scheduler.shutdown(wait=True)
        self._context.crew.finish()
        try:
            self.lease.release()
        except errors.SpotError as error:
            log.info("the lease lapses by itself: %s", error.message)
        self._sum_up()
        logbook.put_away()
        database.current().pool.close()

    def _sum_up(self) -> None:
        """How long it ticked and what came of that, in one line (FAIL-26)."""
        seconds, most = time.monotonic() - self._began, ", ".join(f"{name} {n}" for name, n in self._ran.most_common(5))
        log.info("the timetable stops after %.0f s and %d ticks (%s)", seconds, self._ran.total(), most or "none")


def start(settings: Settings) -> Timetable:
    """Begin ticking in this process."""
    return Timetable(settings).start()
