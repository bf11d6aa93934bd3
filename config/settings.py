"""Every setting of the server: read once from the environment, every problem named in one message."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

log = logging.getLogger("config.settings")

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ENVIRONMENTS = ("development", "production")
ALSO_READ = ("ENV", "NODE_ENV")  # for FLASK_ENV; a shell's start file may stand in ENV, so only our two words count
UNUSED = ("REDIS_URL", "POSTGRES_HOST", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD")


class BadSettings(Exception):
    """The environment does not describe a server that may start."""


def _setting(default: Any, help: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """One field, one environment variable of the same name in capitals."""

    db_host: str = _setting("127.0.0.1", "MySQL 8+ or MariaDB 10.11+; unset, scripts/server starts a private MariaDB")
    db_port: int = _setting(3306, "its port")
    db_user: str = _setting("spot_optimizer", "account with SELECT, INSERT, UPDATE, DELETE, EXECUTE; audit_logs needs neither UPDATE nor DELETE")
    db_password: str = _setting("", "its password", secret=True)
    db_database: str = _setting("spot_optimizer", "schema name")
    db_pool_size: int = _setting(16, "connections per worker process")
    flask_env: str = _setting("development", "development or production; ENV or NODE_ENV say so too where it is not set")
    flask_port: int = _setting(5000, "port of the server")
    public_url: str = _setting("http://127.0.0.1:5000", "where hosts and people reach the server")
    admin_token: str = _setting("", "the platform administrator's token; 64 characters or more in production", secret=True)
    install_key: str = _setting("", "64 hex characters that sign join tokens; made by scripts/server", secret=True)
    jwt_secret: str = _setting("", "signs the dashboard's sessions; 32 characters or more", secret=True)
    session_hours: int = _setting(24, "how long a sign-in lasts")
    metrics_token: str = _setting("", "lets a scraper read /metrics; empty: the administrator only", secret=True)
    cors_origins: str = _setting("", "exact origins that may call the API, separated by commas")
    trusted_proxies: str = _setting("", "addresses whose X-Forwarded-For is believed, separated by commas")
    aws_mode: str = _setting("simulator", "simulator or real; credentials in the environment never switch it")
    simulator_url: str = _setting("http://127.0.0.1:4566", "the simulated AWS")
    event_queue: str = _setting("spotopt-events", "name of the queue of AWS's events in each linked account; empty: none is read")
    maintenance_lead_minutes: int = _setting(30, "how long before announced maintenance a machine is left")
    spot_advisor_url: str = _setting("", "where the Spot Advisor's file is fetched; empty: AWS's own, and none on the simulated AWS")
    preset: str = _setting("", "demo: shorter waits, named on the dashboard")
    start_workers: bool = _setting(True, "run the timetable in this process")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR")
    log_format: str = _setting("json", "json or text")
    log_dir: str = _setting("", "folder for backend.log, error.log and access.log, beside standard error; empty: none")

    @property
    def simulated(self) -> bool:
        return self.aws_mode != "real"

    @property
    def production(self) -> bool:
        return self.flask_env == "production"

    @property
    def secrets(self) -> list[str]:
        """The values nobody may read, as far as they are set."""
        return [getattr(self, f.name) for f in fields(self) if f.metadata["secret"] and getattr(self, f.name)]

    @property
    def database_is_local(self) -> bool:
        return self.db_host in LOOPBACK

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")


_current: Settings | None = None


def use(settings: Settings) -> Settings:
    """Make these the settings of this process."""
    global _current
    _current = settings
    return settings


def current() -> Settings:
    """The settings of this process; RuntimeError before ``use``."""
    if _current is None:
        raise RuntimeError("config.settings.use(settings) comes first")
    return _current


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment, or BadSettings with every problem in one message."""
    problems: list[str] = []
    environment = _with_other_names(environment)
    values = {f.name: _read(f, environment, problems) for f in fields(Settings) if f.name.upper() in environment}
    settings = Settings(**values)
    problems += _contradictions(settings)
    if settings.production and environment.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"):
        problems.append("FLASK_DEBUG must be off in production: it lets whoever sees an error run code")
    if problems:
        raise BadSettings("; ".join(problems))
    return settings


def warn_of_unused(environment: Mapping[str, str] = os.environ) -> None:
    """One warning at the start that names them (CFG-09); logging is configured before."""
    if names := unused_settings(environment):
        log.warning("%s %s set and used by nothing here", ", ".join(names), "is" if len(names) == 1 else "are")


def unused_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Variables of other products' habits that are set and do nothing here."""
    return [name for name in UNUSED if environment.get(name)]


def _with_other_names(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with FLASK_ENV as other products name it, unless it is set itself."""
    also = next((environment[name] for name in ALSO_READ if environment.get(name) in ENVIRONMENTS), None)
    return {"FLASK_ENV": also, **environment} if also else environment


def _read(f, environment: Mapping[str, str], problems: list[str]) -> Any:
    text = environment[f.name.upper()]
    try:
        return _CONVERT[type(f.default)](text)
    except ValueError:
        problems.append(f"{f.name.upper()} is {text!r}, which is not {_NOUN[type(f.default)]}")
        return f.default


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return text.lower() in ("true", "1")


_CONVERT = {str: str, int: int, bool: _truth}
_NOUN = {int: "a whole number", bool: "true or false"}


def _contradictions(s: Settings) -> list[str]:
    rules = (
        (s.aws_mode not in ("simulator", "real"), "AWS_MODE must be simulator or real"),
        (s.flask_env not in ENVIRONMENTS, "FLASK_ENV must be development or production"),
        (s.log_format not in ("json", "text"), "LOG_FORMAT must be json or text"),
        (s.preset not in ("", "demo"), "PRESET must be empty or demo"),
        (not _is_hex_key(s.install_key), "INSTALL_KEY must be 64 hex characters"),
        (len(s.jwt_secret) < 32, "JWT_SECRET must have 32 characters or more"),
        (s.production and len(s.admin_token) < 64, "ADMIN_TOKEN must have 64 characters or more in production"),
        ("*" in s.cors_origins, "CORS_ORIGINS names exact origins, never *"),
        (s.db_pool_size < 2, "DB_POOL_SIZE must be 2 or more"),
    )
    return [sentence for wrong, sentence in rules if wrong]


def _is_hex_key(text: str) -> bool:
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text.lower())
