"""How gunicorn runs the server: gevent workers, the timetable in each of them."""

import os

bind = f"127.0.0.1:{os.environ.get('FLASK_PORT', '5000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = os.environ.get("WORKER_CLASS", "config.worker.Worker")
reuse_port = True
timeout = 120
graceful_timeout = 30
keepalive = 30
control_socket_disable = True
accesslog = f"{os.environ['LOG_DIR']}/access.log" if os.environ.get("LOG_DIR") else None
access_log_format = "%(h)s %(m)s %(U)s %(s)s %(L)s"


def post_worker_init(worker):
    """Threads do not survive a fork, so the timetable starts in the worker."""
    from config.settings import current
    from core.operations import health, logbook
    from core.operations.counters import COUNTERS
    from jobs.scheduler import start

    health.first_look()
    logbook.keep()
    COUNTERS.keep()
    if current().start_workers:
        worker.timetable = start(current())


def worker_int(worker):
    _stop(worker)


def worker_exit(server, worker):
    _stop(worker)


def _stop(worker):
    timetable = getattr(worker, "timetable", None)
    if timetable:
        worker.timetable = None
        timetable.stop()
