"""Is the server well: the database, the timetable, the queue, the disk."""

import logging
import shutil
import time
from datetime import UTC, datetime

from core import database, errors
from core.database import Tx
from core.leases import NAME
from core.operations import safe_mode
from core.sql import actions, aws_events, leases

log = logging.getLogger("core.operations.health")

VERSION = "0.1.0"
DISK_WARN_PCT = 85
LOOK_SECONDS = 2  # of the three in which /health must be red


def about() -> dict:
    """What this server is, for whoever asks it first."""
    return {"name": "Spot Optimizer", "version": VERSION, "api": "/api", "openapi": "/api/openapi.json", "time": datetime.now(UTC)}


def check() -> tuple[dict, bool]:
    """The figures of /health, and whether the server can do its work (red within 3 s of losing the database)."""
    began = time.monotonic()
    try:
        database.current().look(LOOK_SECONDS)
        figures = database.run(_figures)
    except errors.SpotError as error:
        return {"status": "unhealthy", "version": VERSION, "database": {"ok": False, "error": error.message}}, False
    figures["database"] = {"ok": True, "latency_ms": round(1000 * (time.monotonic() - began), 1)}
    used = shutil.disk_usage("/")
    figures["disk"] = {"used_pct": round(100 * (used.total - used.free) / used.total, 1)}
    degraded = figures["disk"]["used_pct"] >= DISK_WARN_PCT or not figures["scheduler"]["holder"]
    return {"status": "degraded" if degraded else "healthy", "version": VERSION, **figures}, True


def first_look() -> None:
    """Say at the start what is wrong with the database; the server answers 503 until it is there."""
    try:
        database.current().look(LOOK_SECONDS)
    except errors.SpotError as error:
        cause = error.__cause__.args[-1] if error.__cause__ and error.__cause__.args else ""
        log.error("%s (%s); until it answers, every request is a 503", error.message, cause)


def _figures(tx: Tx) -> dict:
    lease = leases.holder(tx, NAME) or {"holder": None, "last_tick_age_seconds": None}
    return {
        "scheduler": {"holder": lease["holder"], "last_tick_age_seconds": lease["last_tick_age_seconds"]},
        "queue_depth": actions.count_pending(tx)["n"],
        "events": aws_events.queues(tx),
        "safe_mode": safe_mode.state(tx),
    }
