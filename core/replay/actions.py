"""The action log of a replay of one's own history: what was done, in which draw, for which workload, and why."""

import gzip
import hashlib
import json
from collections.abc import Iterator

from core.replay.workloads import Life


class ActionLog:
    """One policy's actions in the order they were taken."""

    def __init__(self) -> None:
        self.draw = 0
        self._rows: list[tuple] = []

    def note(self, tick: int, op: str, pool: str, ok: bool, why: str, machine: int | None, life: Life) -> None:
        """``op``: launch_spot, launch_on_demand, release or lost; ``machine`` is counted from 0 in each draw."""
        self._rows.append((tick, op, pool, ok, why, machine, life.workload.name, self.draw))

    def __len__(self) -> int:
        return len(self._rows)

    def lines(self) -> Iterator[str]:
        names = ("tick", "op", "pool", "ok", "why", "machine", "workload", "draw")
        for row in self._rows:
            yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)

    def packed(self) -> tuple[bytes, str]:
        """All lines, compressed the same way every time, and the SHA-256 of the plain ones."""
        plain = "".join(f"{line}\n" for line in self.lines()).encode()
        return gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest()
