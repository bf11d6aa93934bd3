"""Watches the metadata for notices, and sees to it that the server learns of each."""

import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any

from agent.backoff import Backoff
from agent.imds import Imds, Trouble
from agent.server import Permanent, Server, Temporary
from agent.spool import Spool

log = logging.getLogger("agent.notices")

DRIFT_SECONDS = 60
KINDS = {
    "spot/instance-action": ("termination-notice", "time"),
    "events/recommendations/rebalance": ("rebalance-notice", "noticeTime"),
}


class Watcher:
    """Polls the metadata every ``poll_seconds``; backs off while it fails, and is back at once when it answers."""

    def __init__(self, imds: Imds, spool: Spool, instance_id: str, bell: threading.Event, poll_seconds: float = 2.0):
        self._imds, self._spool, self._instance_id, self._bell = imds, spool, instance_id, bell
        self._poll_seconds, self._backoff = poll_seconds, Backoff(4, 30)
        self._seen: dict[str, list[str]] = {}
        self._last_ok = time.monotonic()
        self._ok = True

    def figures(self) -> dict[str, Any]:
        """Whether the metadata answers, for the heartbeat."""
        age = int((time.monotonic() - self._last_ok) * 1000)
        return {"ok": self._ok or age < 15_000, "last_ok_age_ms": age}

    def look(self) -> float:
        """Look once; seconds until the next look."""
        try:
            for item, (path, member) in KINDS.items():
                self._consider(path, member, self._imds.json(f"meta-data/{item}"))
        except Trouble as error:
            log.warning("metadata: %s", error)
            if self._ok:
                self._seen.clear()  # after a gap, what is shown then is a fresh sighting
            self._ok = False
            return self._backoff.next()
        self._ok, self._last_ok = True, time.monotonic()
        self._backoff.reset()
        return self._poll_seconds

    def _consider(self, path: str, member: str, shown: Any) -> None:
        """Spool what is new. 404 after a notice does not withdraw it; that is the server's to decide."""
        if not isinstance(shown, dict):
            return
        text = str(shown.get(member, ""))
        if self._is_known(path, text):
            self._spool.still_shown(path, text)
            return
        self._seen.setdefault(path, []).append(text)
        self._spool.add(path, self._body(member, text, shown))
        log.warning("notice: %s %s", path, shown)
        self._bell.set()

    def _body(self, member: str, text: str, shown: dict) -> dict:
        body = {"instance_id": self._instance_id, "source": "imds", "agent_clock": datetime.now(UTC).isoformat(), "raw": shown}
        if member == "time":
            return body | {"action": shown.get("action", "terminate"), "time": text}
        return body | {"notice_time": text}

    def _is_known(self, path: str, text: str) -> bool:
        """The same text, or a time within a minute of one we have."""
        known = self._seen.get(path, [])
        return text in known or any(_near(text, other) for other in known)


def _near(a: str, b: str) -> bool:
    try:
        return abs((datetime.fromisoformat(a) - datetime.fromisoformat(b)).total_seconds()) <= DRIFT_SECONDS
    except (ValueError, TypeError):
        return False


class Courier:
    """Carries the spool to the server, oldest first."""

    def __init__(self, spool: Spool, server: Server, prefix: str, after_delivery: threading.Event):
        self._spool, self._server, self._prefix, self._after = spool, server, prefix, after_delivery
        self._backoff = Backoff(0.5, 15)

    def deliver(self) -> float | None:
        """Send what waits; None when nothing is left, else seconds until another try is worth it."""
        for file, entry in self._spool.entries():
            try:
                self._server.post(f"{self._prefix}/{entry['path']}", self._spool.body_now(entry), entry["request_id"])
                self._spool.delivered(file)
                self._after.set()
            except Permanent as error:
                log.error("the server refused a notice for good: %s", error)
                self._spool.refused(file)
            except Temporary as error:
                log.warning("a notice waits: %s", error)
                return error.retry_after or self._backoff.next()
        self._backoff.reset()
        return None
