"""What was seen of pools, and how each of them stands after it: one row per pool, kept up with every sighting.

A sighting that must count at once (a loss, a refusal) updates its pool in its own transaction; what a job derives from the
fleet's rows is caught up with afterwards, in small transactions, so that no emergency waits for it.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from core import database
from core.database import Tx
from core.domain.risk import Sighting
from core.domain.sightings import LOOK_BACK, Seen
from core.sql import risk as rows

AT_ONCE = 50


def observe(tx: Tx, seen: list[tuple]) -> int:
    """Write sightings down, rows of (pool_id, kind, at, source), and what follows of their pools; how many were new."""
    new = rows.observe(tx, seen)
    if new:
        refresh(tx, sorted({pool_id for pool_id, *_ in seen}))
    return new


def catch_up() -> int:
    """Bring every pool's row up to what was seen of it; how many were behind."""
    behind = database.run(lambda tx: rows.unread_pools(tx, tx.now() - LOOK_BACK))
    for start in range(0, len(behind), AT_ONCE):
        database.run(lambda tx, start=start: refresh(tx, behind[start : start + AT_ONCE]))
    return len(behind)


def refresh(tx: Tx, pool_ids: list[str]) -> None:
    """Read the last week of these pools anew. Their rows are held first: a sighting committed meanwhile is not lost."""
    now = tx.now()
    rows.hold_standings(tx, pool_ids, now)
    found = {pool_id: list(group) for pool_id, group in groupby(rows.observations(tx, now - LOOK_BACK, pool_ids), _pool)}
    rows.write_standings(tx, [_row(pool_id, told, now) for pool_id, told in found.items()])


def of_region(tx: Tx, region: str | None = None, *, whole: bool) -> dict[str, Seen]:
    """What is kept of each pool that somebody watched; without ``whole`` its history is left out."""
    nothing = {"up": (), "losses": (), "notices": ()}
    told = rows.standings(tx, region, whole)
    return {row["pool_id"]: Seen.from_row(row, json.loads(row["history"]) if row["history"] else nothing) for row in told}


def _row(pool_id: str, told: list[dict], now: datetime) -> tuple:
    seen = Seen.of(_sightings(told), now)
    return (
        pool_id, seen.samples, seen.seen_at, seen.is_down, seen.came_back_at, seen.is_whole, json.dumps(seen.history()),
        max(row["id"] for row in told), now,
    )  # fmt: skip


def _sightings(told: Iterable[dict]) -> list[Sighting]:
    return [Sighting(row["kind"], row["at"]) for row in told]


def _pool(row: dict) -> str:
    return row["pool_id"]
