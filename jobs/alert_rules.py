"""Evaluate every alert rule; also a process of its own: `python -m jobs.alert_rules --interval 30` (`--once`, `--dry-run`)."""

import argparse
import logging
import signal
import threading
import time
from collections import Counter

from config.logging import configure_logging
from config.settings import read_settings, use
from core import database, errors
from core.operations.alerting import evaluate

log = logging.getLogger("alert_worker")


def run(context) -> dict:
    return evaluate()


class AlertWorker:
    """One evaluation each ``interval`` seconds until it is stopped. Beside the timetable it does no harm: an event is made once."""

    def __init__(self, interval: float = 30.0):
        self.interval, self.cycles, self.totals = interval, 0, Counter()
        self._stopping = threading.Event()

    def run(self, dry_run: bool = False, once: bool = False) -> dict:
        """The counts of the last cycle. A dry run is one cycle that makes events and tells nobody."""
        log.info("Alert worker starts: a cycle each %g s", self.interval)
        while True:
            counts = self._cycle(deliver=not dry_run)
            if dry_run or once or self._stopping.wait(self.interval):
                log.info("Alert worker stops after %d cycles: %s", self.cycles, dict(self.totals))
                return counts

    def stop(self, *_: object) -> None:
        self._stopping.set()

    def _cycle(self, deliver: bool) -> dict:
        self.cycles += 1
        log.info("Starting evaluation cycle %d", self.cycles)
        began, counts = time.monotonic(), {}
        try:
            counts = evaluate(deliver)
            self.totals.update(counts)
        except errors.SpotError as error:
            log.error("Evaluation cycle %d failed: %s", self.cycles, error.message)
        log.info("Evaluation cycle completed in %.2fs: %s", time.monotonic() - began, counts)
        return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-i", "--interval", type=float, default=30.0, help="seconds between two cycles")
    parser.add_argument("--once", action="store_true", help="one cycle with delivery")
    parser.add_argument("--dry-run", action="store_true", help="one cycle; events are made, nobody is told")
    options = parser.parse_args()
    settings, worker = use(read_settings()), AlertWorker(options.interval)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, worker.stop)
    configure_logging(settings.log_level, settings.log_format, settings.secrets, settings.log_dir)
    database.connect(settings)
    log.info("Configuration passed; database and tables verified")
    worker.run(options.dry_run, options.once)


if __name__ == "__main__":
    main()
