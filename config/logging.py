"""One event, one line: JSON by default, brackets with LOG_FORMAT=text; secrets never."""

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

FIELDS = ("component", "action", "result", "duration_ms", "request_id", "client_id", "agent_id", "job", "path", "status")
HIDDEN = "[redacted]"
SHAPES = re.compile(
    r"so[a-z]_[0-9A-Za-z_\-]{8,}|(?:AKIA|ASIA)[0-9A-Z]{12,}|eyJ[\w\-]+\.[\w\-]+\.[\w\-]*|-----BEGIN [^-]+-----.*?-----END [^-]+-----",
    re.DOTALL,
)
NAMED = re.compile(
    r"""((?:pass(?:word|wd)|secret(?:_access_key)?|token|authorization|cookie|api[_-]?key|private[_-]?key|credential)s?["']?\s*[:=]\s*["']?)"""
    r"""(?:(?:Bearer|Basic)\s+)?[^\s"',;}]{6,}""",
    re.IGNORECASE,
)

_known: set[str] = set()


def redact(text: str) -> str:
    """``text`` without our own secrets, and without anything that looks like one or stands beside the name of one."""
    for secret in _known:
        text = text.replace(secret, HIDDEN)
    return NAMED.sub(rf"\1{HIDDEN}", SHAPES.sub(HIDDEN, text))


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {"at": _time(record).isoformat(timespec="milliseconds"), "level": record.levelname.lower(), "logger": record.name}
        event |= {"component": record.name, "message": redact(record.getMessage())}
        event.update({name: _safe(getattr(record, name)) for name in FIELDS if getattr(record, name, None) is not None})
        if record.exc_info:
            event["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(event, default=str)


class Brackets(logging.Formatter):
    """``2023-10-27 10:00:00 [MOD-SPOT-01] [SELECT-INSTANCE] [SUCCESS] [12ms] and the message``"""

    def format(self, record: logging.LogRecord) -> str:
        parts = [getattr(record, "component", record.name), getattr(record, "action", record.levelname)]
        parts += [getattr(record, name) for name in ("result",) if hasattr(record, name)]
        parts += [_duration(record.duration_ms)] if hasattr(record, "duration_ms") else []
        line = f"{_time(record):%Y-%m-%d %H:%M:%S} " + " ".join(f"[{part}]" for part in parts) + f" {record.getMessage()}"
        if record.exc_info:
            line += f" {self.formatException(record.exc_info)}"
        return _one_line(redact(line))


def _safe(value: Any) -> Any:
    return redact(value) if isinstance(value, str) else value


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f}ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f}s"


def _one_line(text: str) -> str:
    """Control characters, line and paragraph separators and direction marks, escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def configure_logging(
    level: str, form: str, secrets: Iterable[str] = (), folder: str = "", mark: Callable[[logging.LogRecord], bool] = lambda record: True
) -> None:
    """Send every log line of this process to stderr, and to files in ``folder`` if one is named, in one form.

    ``mark`` may add to a line what it knows of it (whose request it belongs to). ``secrets`` are hidden wherever they would appear. Files may be rotated under our feet (deploy/logrotate).
    """
    _known.update(secret for secret in secrets if len(secret) >= 8)
    root = logging.getLogger()
    root.handlers[:] = [logging.StreamHandler(sys.stderr), *_files(folder)]
    for handler in root.handlers:
        handler.setFormatter(Brackets() if form == "text" else JsonLines())
        handler.addFilter(mark)
    root.setLevel(level)
    for noisy in ("botocore", "boto3", "urllib3", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a full disk never raises into the work


def _files(folder: str) -> list[logging.Handler]:
    """backend.log with everything, error.log with what failed; none where the folder cannot be written to."""
    if not folder or not os.access(folder, os.W_OK):
        return []
    everything, failures = (WatchedFileHandler(Path(folder) / name, delay=True) for name in ("backend.log", "error.log"))
    failures.setLevel(logging.ERROR)
    return [everything, failures]
