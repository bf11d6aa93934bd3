"""Recorded availability of spot pools: one JSON file per pool, ``{"metadata": {"gap_seconds": 195}, "data": [0, 1, ...]}``."""

import json
from dataclasses import dataclass
from pathlib import Path

from core import errors

DAY = 86400


@dataclass(frozen=True)
class Market:
    """Pools side by side: ``up[i][tick]`` is 1 where spot was available in ``pools[i]``."""

    name: str
    pools: tuple[str, ...]
    gap_seconds: float
    up: tuple[bytes, ...]

    @property
    def ticks(self) -> int:
        return len(self.up[0])

    @property
    def hours(self) -> float:
        """Length of a tick."""
        return self.gap_seconds / 3600

    def tick_of_day(self, day: float) -> int:
        return min(self.ticks, round(day * DAY / self.gap_seconds))

    def is_up(self, pool: int, tick: int) -> bool:
        return self.up[pool][tick] == 1


def read_markets(folder: Path) -> list[Market]:
    """Every folder below ``folder`` (itself included) that holds availability files, by name."""
    homes = sorted({path.parent for path in folder.rglob("*.json") if _is_availability(path)})
    if not homes:
        raise errors.BadRequest(f"no availability files (JSON with metadata.gap_seconds and data) below {folder}")
    return [read_market(home) for home in homes]


def read_market(folder: Path) -> Market:
    """The pools of one folder, cut to the shortest of them."""
    files = [path for path in sorted(folder.glob("*.json")) if _is_availability(path)]
    traces = [json.loads(path.read_text()) for path in files]
    gaps = {float(trace["metadata"]["gap_seconds"]) for trace in traces}
    if len(gaps) != 1:
        raise errors.BadRequest(f"the files in {folder} have different gap_seconds: {sorted(gaps)}")
    ticks = min(len(trace["data"]) for trace in traces)
    return Market(
        name=folder.name,
        pools=tuple(path.stem for path in files),
        gap_seconds=gaps.pop(),
        up=tuple(bytes(1 if value else 0 for value in trace["data"][:ticks]) for trace in traces),
    )


def _is_availability(path: Path) -> bool:
    """Told from the first bytes, so that large files of other kinds are not read."""
    with path.open("rb") as file:
        start = file.read(400)
    return b"gap_seconds" in start
