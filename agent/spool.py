"""Notices on their way: on disk before they are sent, removed only after the server has them."""

import threading
import time
from pathlib import Path
from typing import Any

from agent.disk import read, remove_durably, write_durably
from agent.server import new_request_id


class Spool:
    """One file per notice under ``folder``; what the server refuses for good goes to ``folder/dead``."""

    def __init__(self, folder: Path):
        self._folder, self._dead = folder, folder / "dead"
        self._dead.mkdir(parents=True, exist_ok=True)
        self._last_seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def add(self, path: str, body: dict[str, Any]) -> None:
        """Keep a notice for the server's ``path``; durable when this returns."""
        request_id = new_request_id()
        entry = {"path": path, "body": body, "request_id": request_id, "seen_at": time.time()}
        with self._lock:
            self._last_seen[request_id] = time.monotonic()
            write_durably(self._folder / f"{time.time_ns()}-{request_id}.json", entry)

    def still_shown(self, path: str, time_text: str) -> bool:
        """The metadata shows this notice now: what waits is not stale. Whether it waits."""
        same = [e for _, e in self.entries() if e["path"] == path and e["body"].get("time", e["body"].get("notice_time")) == time_text]
        for entry in same:
            self._last_seen[entry["request_id"]] = time.monotonic()
        return bool(same)

    def entries(self) -> list[tuple[Path, dict]]:
        """What waits, oldest first."""
        files = sorted(self._folder.glob("*.json"))
        return [(file, entry) for file in files if (entry := read(file, None))]

    def body_now(self, entry: dict) -> dict:
        """The notice's body with the time since it was last seen, in milliseconds."""
        seen = self._last_seen.get(entry["request_id"])
        age = time.monotonic() - seen if seen is not None else max(0.0, time.time() - entry["seen_at"])
        return {**entry["body"], "seen_age_ms": int(age * 1000)}

    def delivered(self, file: Path) -> None:
        remove_durably(file)

    def refused(self, file: Path) -> None:
        """The server will never take it; kept for people to look at."""
        file.replace(self._dead / file.name)

    def bytes(self) -> int:
        """What notices take of the spool, the refused ones included."""
        return sum(file.stat().st_size for folder in (self._folder, self._dead) for file in folder.glob("*.json"))

    def waiting(self) -> int:
        return len(list(self._folder.glob("*.json")))

    def dead(self) -> int:
        return len(list(self._dead.glob("*.json")))
