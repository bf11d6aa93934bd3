"""How a server stands, and whether it is fit for production: `scripts/spotopt status [--production]`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from config.settings import BadSettings, Settings, read_settings

ROTATION = Path("/etc/logrotate.d/spot-optimizer")
OK, WRONG, UNSEEN = "ok", "wrong", "not seen"


@dataclass(frozen=True)
class Surroundings:
    """All that the points look at. ``health`` is None when the server does not answer."""

    environment: Mapping[str, str]
    settings: Settings
    health: dict | None
    rotated: bool = False
    journald: bool = False

    def says(self, name: str) -> str:
        return self.environment.get(name, "")


@dataclass(frozen=True)
class Point:
    """One line of the checklist: ``judge`` answers True, False, or None for what cannot be seen from here."""

    name: str
    wanted: str
    judge: Callable[[Surroundings], bool | None]


def _ticks(s: Surroundings) -> bool | None:
    timetable = s.health and s.health.get("scheduler")
    return None if not timetable else bool(timetable["holder"]) and (timetable["last_tick_age_seconds"] or 0) < 60


def _four_to_eight(s: Surroundings) -> bool:
    return s.says("WEB_CONCURRENCY").isdigit() and 4 <= int(s.says("WEB_CONCURRENCY")) <= 8


POINTS = (
    Point("environment", "FLASK_ENV=production", lambda s: s.settings.production),
    Point("debug", "FLASK_DEBUG off and LOG_LEVEL above DEBUG", lambda s: s.says("FLASK_DEBUG").lower() not in ("1", "true") and s.settings.log_level != "DEBUG"),
    Point("administrator's token", "ADMIN_TOKEN of 64 characters or more", lambda s: len(s.settings.admin_token) >= 64),
    Point("origins", "CORS_ORIGINS empty, or https addresses", lambda s: all(o.startswith("https://") for o in s.settings.cors_origins.split(",") if o)),
    Point("backups", "a nightly dump with routines and triggers, restored once a month (runbook: Backups)", lambda s: None),
    Point("rotation", f"journald, or {ROTATION} (deploy/logrotate)", lambda s: s.rotated or s.journald),
    Point("HTTPS", "PUBLIC_URL https, TRUSTED_PROXIES the proxy's address (deploy/nginx.conf)", lambda s: s.settings.secure_cookies and bool(s.settings.trusted_proxies)),
    Point("health monitoring", "METRICS_TOKEN for a scraper of /metrics, and /health watched", lambda s: bool(s.settings.metrics_token)),
    Point("web workers", "WEB_CONCURRENCY between 4 and 8", _four_to_eight),
    Point("job schedule", "the timetable ticked within a minute", _ticks),
    Point("workers apart", "START_WORKERS=false here, spot-optimizer-worker@ units beside it", lambda s: not s.settings.start_workers),
    Point("keys", "INSTALL_KEY and JWT_SECRET of their own", lambda s: len(s.settings.install_key) == 64 and len(s.settings.jwt_secret) >= 32),
    Point("logs watched", "LOG_FORMAT=json, level error alarmed", lambda s: s.settings.log_format == "json"),
    Point("scaling", "DB_HOST a database that further servers reach", lambda s: not s.settings.database_is_local),
    Point("dead letters", "spotopt_dead_letters_total alarmed", lambda s: None),
)  # fmt: skip


def judged(surroundings: Surroundings) -> list[tuple[str, Point]]:
    """Each point with its verdict."""
    words = {True: OK, False: WRONG, None: UNSEEN}
    return [(words[point.judge(surroundings)], point) for point in POINTS]


def production(environment: Mapping[str, str]) -> tuple[str, bool]:
    """The checklist as a table, and whether nothing is wrong. What cannot be seen has to be looked at by somebody."""
    try:
        settings = read_settings(environment)
    except BadSettings as problems:
        return f"the settings describe no server that may start: {problems}", False
    around = Surroundings(environment, settings, health_of(settings), ROTATION.exists(), "INVOCATION_ID" in environment or Path("/run/systemd/journal").exists())
    verdicts = judged(around)
    lines = [f"{verdict:9} {point.name:22} {point.wanted}" for verdict, point in verdicts]
    return "\n".join(lines), WRONG not in [verdict for verdict, _ in verdicts]


def summary(environment: Mapping[str, str]) -> tuple[str, bool]:
    """What /health says in a few lines, and whether the server is well."""
    port = environment.get("FLASK_PORT", "5000")
    health = _asked(f"http://127.0.0.1:{port}/health")
    if health is None:
        return f"no server answers on 127.0.0.1:{port}", False
    safe = health.get("safe_mode", {})
    lines = [f"status      {health['status']}", f"SAFE MODE   {'in force' if safe.get('in_force') else 'requested' if safe.get('on') else 'off'}"]
    if "scheduler" in health:
        lines += [f"timetable   {health['scheduler']['holder'] or 'nobody'}", f"orders due  {health['queue_depth']}"]
    return "\n".join(lines), health["status"] != "unhealthy"


def health_of(settings: Settings) -> dict | None:
    return _asked(f"http://127.0.0.1:{settings.flask_port}/health")


def _asked(url: str) -> dict | None:
    session = requests.Session()
    session.trust_env = False
    try:
        return session.get(url, timeout=5).json()
    except (requests.RequestException, ValueError):
        return None
