"""How the feeds of prices are: what falls silent, or stands still, is noticed, marked and told (INV-21).

A price is stale 300 s after it was last confirmed, and then counts as the last known one and ten per cent. The mark is
computed where prices are read, so that it needs nobody to set it; what is here tells people.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from core import database, errors
from core.database import Tx
from core.people import notifications
from core.sql import accounts
from core.sql import feeds as rows

ARRIVES = {"spot": timedelta(seconds=300), "on_demand": timedelta(days=1), "advisor": timedelta(days=2)}
CHANGES = {"spot": timedelta(hours=25)}  # AWS writes each pool's price anew within 24.1 h
WORDS = {"spot": "Spot prices", "on_demand": "On-demand prices", "advisor": "The Spot Advisor's ranks"}


@contextmanager
def watched(region: str, feed: str) -> Iterator[None]:
    """Whether what happens inside brought the feed: its time, or its failure in words."""
    database.run(lambda tx: rows.expect(tx, region, feed, tx.now()))
    try:
        yield
    except errors.SpotError as error:
        note = error.message
        database.run(lambda tx: rows.note_failure(tx, region, feed, note))
        raise
    database.run(lambda tx: rows.arrived(tx, region, feed, tx.now()))


def stands_still(feed: str, watermark: datetime | None, now: datetime) -> bool:
    """Whether a feed that arrives has not changed for longer than AWS ever lets it."""
    return feed in CHANGES and watermark is not None and now - watermark > CHANGES[feed]


def check(tx: Tx) -> dict:
    """Mark and tell every feed that fell silent or came back since the last look."""
    told = {"stale": 0, "back": 0}
    for feed in rows.all_of(tx):
        why = _why_stale(feed, tx.now())
        if why and rows.mark_stale(tx, feed["region"], feed["feed"], tx.now()):
            told["stale"] += 1
            _tell(tx, feed, "warning", f"{WORDS[feed['feed']]} of {feed['region']} are stale", why)
        elif not why and feed["stale_since"] and rows.mark_fresh(tx, feed["region"], feed["feed"]):
            told["back"] += 1
            _tell(tx, feed, "info", f"{WORDS[feed['feed']]} of {feed['region']} arrive again", "Prices are as published again.")
    return told


def _why_stale(feed: dict, now: datetime) -> str | None:
    silent = now - feed["last_ok_at"]
    if silent > ARRIVES[feed["feed"]]:
        cause = f": {feed['note']}" if feed["note"] else ""
        return f"Nothing has arrived for {silent.total_seconds() / 60:.0f} min{cause}. {_consequence(feed)}"
    if stands_still(feed["feed"], feed["watermark_at"], now):
        return f"The newest price is of {feed['watermark_at']:%Y-%m-%d %H:%M} UTC, older than AWS ever lets it become. {_consequence(feed)}"
    return None


def _consequence(feed: dict) -> str:
    if feed["feed"] == "spot":
        return "Decisions count with the last known prices and ten per cent."
    return "Decisions count with the last known ones."


def _tell(tx: Tx, feed: dict, severity: str, title: str, text: str) -> None:
    """Everybody who has an account there, once per silence."""
    since = feed["stale_since"] or tx.now()
    for client_id in {a.client_id for a in accounts.active(tx) if feed["region"] in ("global", *json.loads(a.regions))}:
        occasion = f"{feed['region']}:{feed['feed']}:{severity}:{since:%Y%m%d%H%M%S}"
        notifications.announce(tx, client_id, f"feed:{occasion}", severity, title, text, link="/pools")


def of_region(tx: Tx, region: str) -> dict:
    """How the spot feed of a region stands, for whoever shows its prices."""
    row = rows.one(tx, region, "spot")
    if row is None:
        return {"stale": True, "as_of": None, "stale_since": None, "note": "nothing was fetched yet"}
    why = _why_stale(row, tx.now())
    return {"stale": why is not None, "as_of": row["last_ok_at"], "stale_since": row["stale_since"], "note": why}
