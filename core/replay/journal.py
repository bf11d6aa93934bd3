"""The action log of a replay: one JSON line per action, so that anybody can recompute its figures."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path


class Journal:
    """Actions in the order they were taken."""

    def __init__(self) -> None:
        self._rows: list[tuple] = []

    def note(self, tick: int, op: str, pool: str, ok: bool, why: str, machine: int | None = None) -> None:
        """``op``: launch_spot, launch_on_demand, release or lost; ``machine``: which one, counted from 0."""
        self._rows.append((tick, op, pool, ok, why, machine))

    def __len__(self) -> int:
        return len(self._rows)

    def lines(self) -> Iterator[str]:
        for tick, op, pool, ok, why, machine in self._rows:
            yield json.dumps({"tick": tick, "op": op, "pool": pool, "ok": ok, "why": why, "machine": machine})

    def write(self, path: Path) -> str:
        """Write all lines; their SHA-256."""
        digest = hashlib.sha256()
        with path.open("w", encoding="utf-8") as file:
            for line in self.lines():
                file.write(line + "\n")
                digest.update(line.encode() + b"\n")
        return digest.hexdigest()
