"""The timetable in a process of its own: `python -m jobs`. Any number may run, beside servers with START_WORKERS=false."""

import signal
import threading

from config.logging import configure_logging
from config.settings import read_settings, use, warn_of_unused
from core import database
from core.operations import health, logbook
from core.operations.counters import COUNTERS
from jobs.scheduler import start


def main() -> None:
    """Tick until SIGTERM or SIGINT; what runs is finished first."""
    settings, stop = use(read_settings()), threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    configure_logging(settings.log_level, settings.log_format, settings.secrets, settings.log_dir)
    warn_of_unused()
    database.connect(settings)
    health.first_look()
    logbook.keep()
    COUNTERS.keep()
    timetable = start(settings)
    stop.wait()
    timetable.stop()


if __name__ == "__main__":
    main()
