"""How the seven components of the platform stand (K-15), measured every 30 s and told when it changes."""

import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from core import audit, database, errors, events
from core.database import Tx
from core.deadline import Desk, Late
from core.domain import lights
from core.domain.lights import CRITICAL, DEGRADED, HEALTHY, Finding
from core.forecast import risk
from core.operations import modules
from core.people import notifications
from core.sql import actions, logbook, measures, models
from core.sql import health as rows

log = logging.getLogger("core.operations.monitor")

SEVERITY = {HEALTHY: "info", DEGRADED: "warning", CRITICAL: "critical"}
LINES = 15  # of the log, with each alarm (LOG-06)
LONGEST_MS = 1000  # MET-09: a check that takes longer is cut off and shown as degraded


def _database(tx: Tx) -> Finding:
    began = time.monotonic()
    rows.ping(tx)
    return lights.by_latency(1000 * (time.monotonic() - began))


def _job_queue(tx: Tx) -> Finding:
    waiting = actions.count_pending(tx)
    return lights.by_queue(waiting["n"], waiting["oldest_seconds"])


def _hosts(tx: Tx) -> Finding:
    heard = rows.hosts(tx)
    return lights.by_silence(int(heard["agents"]), int(heard["offline"]), int(heard["late"]))


def _by_run(what: str, job: str, period: timedelta) -> Callable[[Tx], Finding]:
    return lambda tx: lights.by_age(what, rows.last_run(tx, job), tx.now(), period)


def _prices(tx: Tx) -> Finding:
    return lights.by_age("the newest spot price", rows.newest_price(tx), tx.now(), timedelta(minutes=5))


def _ranks(tx: Tx) -> Finding:
    """The age of the last good file; a broken one makes it older."""
    return lights.by_age("the last good file of the Spot Advisor", rows.last_good_file(tx), tx.now(), timedelta(hours=6))


def _model(tx: Tx) -> Finding:
    """Whose word about risk the decisions take (core/forecast/risk.py)."""
    model, follower = models.active(tx), "the model trained on this market" if risk.learned(tx)[1] else "the static rule"
    if model is None:
        return Finding(None, f"no model is active; {follower} decides")
    rests = not modules.enabled(tx, "MOD-AI-01")
    return Finding(DEGRADED if rests else HEALTHY, f"{model.label} {f'rests; {follower} decides' if rests else 'decides'}")


# Who writes of a component into the log, by the first two words of the name; the component itself does, too.
WRITERS = {
    "database": ("core.leases", "core.locks", "core.replies"),
    "job_queue": ("CORE-EXEC", "core.execution", "core.leases", "jobs.scheduler"),
    "agents": ("CORE-EVENTS", "core.intake", "core.emergencies"),
    "optimizer": ("MOD-SPOT-01", "core.moves", "jobs.scheduler"),
    "prices": ("SVC-PRICE-01", "core.prices"),
    "risk_data": ("SVC-SCRAPE-01", "SVC-RISK-GLB", "core.forecast"),
    "model": ("MOD-AI-01", "core.ml_interface"),
}

# In the order in which they are shown. A component is linked by giving it a check.
COMPONENTS: tuple[tuple[str, Callable[[Tx], Finding]], ...] = (
    ("database", _database),
    ("job_queue", _job_queue),
    ("agents", _hosts),
    ("optimizer", _by_run("the last search for better places", "planner", timedelta(minutes=5))),
    ("prices", _prices),
    ("risk_data", _ranks),
    ("model", _model),
)


DESKS: dict[str, Desk] = defaultdict(lambda: Desk(waits=True))


def check_all() -> dict:
    """Measure every component, each in a transaction of its own and for a second at most; how many changed."""
    return {"changed": sum(_check(name, check) for name, check in COMPONENTS)}


def _check(name: str, check: Callable[[Tx], Finding]) -> bool:
    began = time.monotonic()
    try:
        found = DESKS[name].ask(lambda: database.run(check), LONGEST_MS / 1000)
    except Late as late:
        found = Finding(DEGRADED, f"the check was cut off: {late}")
    except errors.SpotError as error:
        found = Finding(DEGRADED, f"the check failed: {error.message}")
    took = 1000 * (time.monotonic() - began)
    return database.run(lambda tx: _remember(tx, name, found, took))


def _remember(tx: Tx, name: str, found: Finding, took: float) -> bool:
    """1 write it down  2 tell a change; an unknown one makes no event, and the first sighting of a healthy one neither."""
    before = rows.components(tx).get(name)
    rows.write(tx, name, found.status, found.details, took, tx.now())
    was = before["status"] if before and before["status"] else HEALTHY
    if found.status in (None, was):
        return False
    word = "recovered" if found.status == HEALTHY else "became " + found.status
    _tell(tx, name, f"{name.replace('_', ' ').capitalize()} {word}: {found.details}", found)
    return True


def _tell(tx: Tx, name: str, sentence: str, found: Finding) -> None:
    """A line, an audit row, an event, and a notification with what the log says of the component; once per change."""
    status = found.status
    level = logging.INFO if status == HEALTHY else logging.WARNING
    log.log(level, sentence, extra={"component": name, "status": status})
    audit.record(tx, client_id=0, actor=audit.SYSTEM, action="health", resource=("component", 0), why=sentence)
    events.emit(tx, events.ADMINISTRATORS, "health", component=name, status=status, sentence=sentence)
    notifications.announce(
        tx, notifications.PLATFORM, f"component:{name}:{tx.now():%Y%m%d%H%M%S%f}", SEVERITY[status], sentence, found.details,
        details={"component": name, "status": status, "details": found.details, "diagnostic_logs": _diagnosis(tx, name)},
    )  # fmt: skip


def _diagnosis(tx: Tx, name: str) -> list[dict]:
    """The component's last lines, oldest first."""
    return [dict(row) for row in reversed(logbook.of_sources(tx, (name, *WRITERS[name]), LINES))]


def system_health(tx: Tx) -> list[dict]:
    """The seven components as last measured; what was not measured for two minutes is unknown."""
    known = rows.components(tx)
    return [_shown(name, known.get(name), tx) for name, _ in COMPONENTS]


def _shown(name: str, row: dict | None, tx: Tx) -> dict:
    if row is None:
        return {"component": name, "status": None, "details": "not measured yet", "since": None, "latency_ms": None, "checked_at": None}
    status = lights.as_known(row["status"], row["checked_at"], tx.now())
    details = row["details"] if status == row["status"] else "not measured for more than two minutes: does the timetable run?"
    same = {name: row[name] for name in ("component", "since", "latency_ms", "checked_at")}
    return {**same, "status": status, "details": details}


def workers(tx: Tx) -> dict:
    """What waits, with its light, how busy the processes are, and how each job of the timetable ended last."""
    return {
        "queues": [_queue(row) for row in rows.queues(tx)], "processes": [_process(row) for row in measures.processes(tx)],
        "jobs": [_job(row) for row in rows.newest_runs(tx)],
    }  # fmt: skip


def _process(row: dict) -> dict:
    return {**{name: row[name] for name in ("process", "cpu_share", "rss_mb", "seen_at")}, "hint": lights.load_hint(row["cpu_share"])}


def _queue(row: dict) -> dict:
    depth, oldest = row["depth"], row["oldest_age_seconds"]
    return {
        "queue": row["queue"], "queue_depth": depth, "status": lights.light(depth), "oldest_age_seconds": oldest,
        "hint": lights.hint(depth, oldest) if row["queue"] != "dead_letters" else "read them: nobody else does" if depth else None,
    }  # fmt: skip


def _job(row: dict) -> dict:
    same = {name: row[name] for name in ("job", "started_at", "finished_at", "outcome", "duration_ms")}
    return {**same, "counts": _counts(row["counts"])}


def _counts(text: str | None) -> dict:
    """A run's counts; cut off at the column's end, they are left out."""
    try:
        counts = json.loads(text or "{}")
    except ValueError:
        return {}
    return counts if isinstance(counts, dict) else {}
