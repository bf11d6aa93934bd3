"""Heartbeats that could not be sent: a line each, the oldest dropped first, so that notices always have room (INV-54)."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

SPOOL_BYTES = 10 * 1024 * 1024
DROP_SHARE = 0.25


class UnsentBeats:
    """``room`` says how many bytes notices leave of the spool's 10 MB."""

    def __init__(self, folder: Path, room: Callable[[], int]):
        folder.mkdir(parents=True, exist_ok=True)
        self._file, self._room = folder / "unsent.jsonl", room
        self._lock = threading.Lock()

    def keep(self, beat: dict[str, Any]) -> None:
        """Not fsynced: a lost line is no lost notice."""
        line = json.dumps(beat, separators=(",", ":")) + "\n"
        with self._lock:
            self._make_room(len(line))
            with self._file.open("a") as file:
                file.write(line)

    def count(self) -> int:
        with self._lock:
            return sum(1 for _ in self._file.open()) if self._file.exists() else 0

    def told(self) -> None:
        """The server knows how many there were."""
        with self._lock:
            self._file.unlink(missing_ok=True)

    def bytes(self) -> int:
        return self._file.stat().st_size if self._file.exists() else 0

    def _make_room(self, wanted: int) -> None:
        """Drop the oldest quarter, or as many as notices ask for."""
        room = max(0, self._room())
        if self.bytes() + wanted <= room:
            return
        lines = self._file.read_text().splitlines(keepends=True) if self._file.exists() else []
        kept, size = [], 0
        for line in reversed(lines[int(len(lines) * DROP_SHARE) :]):
            size += len(line)
            if size + wanted > room:
                break
            kept.append(line)
        self._file.write_text("".join(reversed(kept)))
