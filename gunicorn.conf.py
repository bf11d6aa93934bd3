"""What `gunicorn backend:app` finds without `-c`: gevent workers, the shared port and the timetable, as everywhere else."""

from pathlib import Path

from config.gunicorn import *  # noqa: F403 - gunicorn reads settings and hooks as names of this file

Path("logs").mkdir(exist_ok=True)  # where --access-logfile logs/access.log and --error-logfile logs/error.log may lead
