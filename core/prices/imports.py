"""Recorded markets into the database: price changes into staging, ranks, and what was seen of pools. Repeating it adds nothing."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from core import database
from core.database import Tx
from core.domain import advisor as advisor_file
from core.domain import recorded
from core.domain.recorded import Price
from core.forecast import sightings
from core.prices import advisor, parquet
from core.sql import pools

BATCH = 5000


def import_prices(path: Path, zones: Mapping[str, str]) -> dict:
    """Price changes of a file into staging; all of the file is read before anything is written."""
    told = [(recorded.pool_of(price, zones), price) for price in _prices(path)]
    stored = sum(database.run(lambda tx, batch=batch: _stage(tx, batch)) for batch in _batches(told))
    return {"read": len(told), "stored": stored, "known": len(told) - stored, "pools": len({pool for pool, _ in told})}


def _prices(path: Path) -> Iterable[Price]:
    return parquet.prices(path) if path.suffix == ".parquet" else recorded.prices(path.read_bytes())


def _stage(tx: Tx, batch: list[tuple[str, Price]]) -> int:
    now = tx.now()
    rows = [(None, 0, "import", "NONE", pool, round(price.usd_per_hour, 6), price.at, now) for pool, price in batch]
    return pools.write_snapshots(tx, rows)


def import_advisor(path: Path, day: date) -> dict:
    """A stored snapshot of the Spot Advisor's file; it carries no date, so whoever stored it says the day."""
    return {"rates": advisor.store(advisor_file.read(recorded.unpacked(path.read_bytes())), day), "day": day.isoformat()}


def import_availability(path: Path, pool: str, since: datetime) -> dict:
    """What was recorded of one pool, as observations."""
    told = recorded.availability(path.read_bytes(), since)
    rows = [(pool, "available" if up else "unavailable", at, "import") for at, up in told]
    stored = sum(database.run(lambda tx, batch=batch: sightings.observe(tx, batch)) for batch in _batches(rows))
    return {"read": len(rows), "stored": stored, "known": len(rows) - stored, "losses": sum(1 for _, kind, _, _ in rows if kind == "unavailable")}


def _batches(rows: list) -> Iterable[list]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch
