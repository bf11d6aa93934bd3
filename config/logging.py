"""One event, one line: JSON by default, brackets with LOG_FORMAT=text; secrets never."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

FIELDS = ("component", "action", "result", "duration_ms", "request_id", "client_id", "agent_id", "job", "path", "status")
SECRET = re.compile(
    r"so[aejk]_[0-9A-Za-z_\-]{8,}|(?:AKIA|ASIA)[0-9A-Z]{12,}|eyJ[\w\-]+\.[\w\-]+\.[\w\-]+|-----BEGIN [^-]+-----.*?-----END [^-]+-----",
    re.DOTALL,
)


def redact(text: str) -> str:
    """``text`` without anything that looks like a token, an access key, a session or a private key."""
    return SECRET.sub("[redacted]", text)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {"at": _time(record), "level": record.levelname.lower(), "logger": record.name}
        event["message"] = redact(record.getMessage())
        event.update({name: getattr(record, name) for name in FIELDS if getattr(record, name, None) is not None})
        if record.exc_info:
            event["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(event, default=str)


class Brackets(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        parts = [getattr(record, "component", record.name), getattr(record, "action", record.levelname)]
        parts += [str(getattr(record, name)) for name in ("result",) if hasattr(record, name)]
        line = f"{_time(record)} " + " ".join(f"[{part}]" for part in parts) + " " + redact(record.getMessage())
        line = line.replace("\n", "\\n").replace("\r", "\\r")
        return line + (redact(f" {self.formatException(record.exc_info)!r}") if record.exc_info else "")


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def configure_logging(level: str, form: str) -> None:
    """Send every log line of this process to stderr in one form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Brackets() if form == "text" else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("botocore", "boto3", "urllib3", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a full disk never raises into the work
