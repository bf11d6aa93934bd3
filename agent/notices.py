"""Watches the metadata for notices, and sees to it that the server learns of each."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.alone import FAILED_POSTS, Alone, report_body
from agent.backoff import Backoff
from agent.contact import Contact
from agent.imds import Imds, Trouble
from agent.server import TIMEOUT, Permanent, Server, Temporary
from agent.spool import Spool

log = logging.getLogger("agent.notices")

DRIFT_SECONDS = 60
LIVE_SECONDS = 180.0
ACTION, TERMINATION_TIME = "meta-data/spot/instance-action", "meta-data/spot/termination-time"
REBALANCE, INSTANCE_ID = "meta-data/events/recommendations/rebalance", "meta-data/instance-id"
VERIFY_SECONDS = 10.0
TERMINATION, RECOMMENDATION = "termination-notice", "rebalance-notice"
URGENT_TIMEOUT, URGENT_WAIT = (1.0, 3.0), 0.3
ALREADY_TAKEN = "REQUEST_ID_REUSED"  # its first copy was committed and the reply lost; the age in it has changed since


class Watcher:
    """Polls the metadata every ``poll_seconds``; backs off while it fails, and is back at once when it answers.

    ``instance-action`` decides whether the metadata works. While it does not, it is tried again within 4 s at most,
    so that a notice present at the recovery is on its way within 5 s (H14).
    """

    def __init__(
        self, imds: Imds, spool: Spool, instance_id: str, bell: threading.Event, poll_seconds: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ):  # fmt: skip
        self._imds, self._spool, self._instance_id, self._bell, self._clock = imds, spool, instance_id, bell, clock
        self._poll_seconds, self._backoff = poll_seconds, Backoff(2, 4)
        self._seen: dict[str, list[str]] = {}
        self._last_ok = clock()
        self._shown_at: float | None = None
        self._verified_at = clock()
        self._ok = True

    def figures(self) -> dict[str, Any]:
        """Whether the metadata answers, for the heartbeat; ``ok`` is false after 15 s without."""
        age = int((self._clock() - self._last_ok) * 1000)
        return {"ok": self._ok or age < 15_000, "last_ok_age_ms": age}

    def interruption_is_live(self) -> bool:
        """The metadata shows an interruption notice now, or did within the time in which AWS acts on one."""
        return self._shown_at is not None and self._clock() - self._shown_at < LIVE_SECONDS

    def look(self) -> float:
        """Look once; seconds until the next look."""
        try:
            action = self._imds.json(ACTION)
            if action is None:
                self._verify()
        except Trouble as error:
            return self._trouble(error)
        self._ok, self._last_ok = True, self._clock()
        self._backoff.reset()
        self._interruption(action)
        self._recommendation()
        return self._poll_seconds

    def _verify(self) -> None:
        """A service that answers 404 to everything looks like one that announces nothing: ask for what is always there."""
        if not self._ok or self._clock() - self._verified_at >= VERIFY_SECONDS:
            self._imds.needed(INSTANCE_ID)
            self._verified_at = self._clock()

    def _trouble(self, error: Trouble) -> float:
        log.log(logging.WARNING if self._ok else logging.DEBUG, "metadata: %s", error)
        self._seen.clear()  # after a gap, what is shown then is a fresh sighting
        self._ok = False
        return max(0.5, self._backoff.next())

    def _interruption(self, action: Any) -> None:
        """``termination-time`` is read only where ``instance-action`` has nothing; a text that is no time is no notice (MP2)."""
        shown = action if isinstance(action, dict) else self._old_style()
        if shown is None:
            self._shown_at = None
            return
        self._shown_at = self._clock()
        self._consider(TERMINATION, "time", shown)

    def _old_style(self) -> dict | None:
        try:
            text = (self._imds.text(TERMINATION_TIME) or "").strip()
        except Trouble as error:
            log.debug("metadata: %s", error)
            return None
        return {"action": "terminate", "time": text} if _is_time(text) else None

    def _recommendation(self) -> None:
        try:
            shown = self._imds.json(REBALANCE)
        except Trouble as error:
            log.debug("metadata: %s", error)
            return
        if isinstance(shown, dict):
            self._consider(RECOMMENDATION, "noticeTime", shown)

    def _consider(self, path: str, member: str, shown: dict) -> None:
        """Spool what is new. 404 after a notice does not withdraw it; that is the server's to decide."""
        text = str(shown.get(member, ""))
        if self._is_known(path, text):
            self._spool.still_shown(path, text)
            return
        self._seen.setdefault(path, []).append(text)
        if self._spool.still_shown(path, text):
            return
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


def _is_time(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _near(a: str, b: str) -> bool:
    try:
        return abs((datetime.fromisoformat(a) - datetime.fromisoformat(b)).total_seconds()) <= DRIFT_SECONDS
    except (ValueError, TypeError):
        return False


class Courier:
    """Carries the spool to the server, oldest first; before it, what this host did alone."""

    def __init__(
        self, spool: Spool, server: Server, prefix: str, after_delivery: threading.Event, contact: Contact, alone: Alone, own_id: str
    ):  # fmt: skip
        self._spool, self._server, self._prefix, self._after = spool, server, prefix, after_delivery
        self._contact, self._alone, self._own_id = contact, alone, own_id
        self._backoff = Backoff(0.5, 15)

    def deliver(self) -> float | None:
        """Send what waits; None when nothing is left, else seconds until another try is worth it."""
        waiting = self._spool.entries()
        try:
            self._confess()
            for file, entry in waiting:
                self._send(file, entry)
        except Temporary as error:
            log.warning("a notice waits: %s", error)
            urgent = any(entry["path"] == TERMINATION for _, entry in waiting)
            return error.retry_after or (URGENT_WAIT if urgent and self._contact.notice_failures < FAILED_POSTS else self._backoff.next())
        self._backoff.reset()
        return None

    def _confess(self) -> None:
        """What was launched alone is told first, so that the notice below it launches nothing more."""
        for decision in self._alone.unreported():
            if decision["outcome"] is None:
                self._server.get(f"{self._prefix}/config")  # Temporary while the server is away: the matter is still open
                self._alone.settle(decision)
            try:
                self._server.post(f"{self._prefix}/failover-report", report_body(decision, self._own_id), decision["request_id"])
            except Permanent as error:
                log.error("a report of what was done alone was refused: %s", error)
            self._alone.reported(decision)

    def _send(self, file: Path, entry: dict) -> None:
        urgent = entry["path"] == TERMINATION
        try:
            body = self._spool.body_now(entry)
            self._server.post(f"{self._prefix}/{entry['path']}", body, entry["request_id"], URGENT_TIMEOUT if urgent else TIMEOUT)
        except Permanent as error:
            if error.code != ALREADY_TAKEN:
                log.error("the server refused a notice for good: %s", error)
                self._spool.refused(file)
                return
        except Temporary as error:
            if urgent and error.code is None:
                self._contact.notice_failed()
            raise
        self._spool.delivered(file)
        self._after.set()
