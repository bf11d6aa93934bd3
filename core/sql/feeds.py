"""Feeds of prices: when each last arrived, how far it reaches, since when it is stale."""

from datetime import datetime

from core.database import Tx


def expect(tx: Tx, region: str, feed: str, now: datetime) -> None:
    """From now on this feed should arrive."""
    tx.execute("INSERT IGNORE INTO price_feeds (region, feed, last_ok_at) VALUES (%(region)s, %(feed)s, %(now)s)", region=region, feed=feed, now=now)


def arrived(tx: Tx, region: str, feed: str, now: datetime) -> None:
    tx.execute(
        "UPDATE price_feeds SET last_ok_at = %(now)s, note = NULL WHERE region = %(region)s AND feed = %(feed)s", region=region, feed=feed, now=now
    )


def note_failure(tx: Tx, region: str, feed: str, note: str) -> None:
    tx.execute("UPDATE price_feeds SET note = %(note)s WHERE region = %(region)s AND feed = %(feed)s", region=region, feed=feed, note=note[:255])


def reach(tx: Tx, region: str, feed: str, watermark: datetime) -> None:
    """Everything up to ``watermark`` is stored; it only moves later."""
    tx.execute(
        "UPDATE price_feeds SET watermark_at = GREATEST(COALESCE(watermark_at, %(at)s), %(at)s) WHERE region = %(region)s AND feed = %(feed)s",
        region=region, feed=feed, at=watermark,
    )  # fmt: skip


def one(tx: Tx, region: str, feed: str) -> dict | None:
    return tx.one("SELECT * FROM price_feeds WHERE region = %(region)s AND feed = %(feed)s", region=region, feed=feed)


def all_of(tx: Tx) -> list[dict]:
    return tx.all("SELECT * FROM price_feeds ORDER BY region, feed")


def mark_stale(tx: Tx, region: str, feed: str, now: datetime) -> int:
    """1 when that is news."""
    return tx.execute(
        "UPDATE price_feeds SET stale_since = %(now)s WHERE region = %(region)s AND feed = %(feed)s AND stale_since IS NULL",
        region=region, feed=feed, now=now,
    )  # fmt: skip


def mark_fresh(tx: Tx, region: str, feed: str) -> int:
    return tx.execute(
        "UPDATE price_feeds SET stale_since = NULL WHERE region = %(region)s AND feed = %(feed)s AND stale_since IS NOT NULL", region=region, feed=feed
    )


def write_scores(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (region, az_id, instance_type, score, updated_at)."""
    return tx.insert_many(
        "INSERT INTO placement_scores (region, az_id, instance_type, score, updated_at) VALUES (%s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE score = VALUES(score), updated_at = VALUES(updated_at)",
        rows,
    )


def scores(tx: Tx, region: str) -> dict[tuple[str, str], int]:
    rows = tx.all("SELECT az_id, instance_type, score FROM placement_scores WHERE region = %(region)s", region=region)
    return {(row["az_id"], row["instance_type"]): row["score"] for row in rows}


def types_in_use(tx: Tx, region: str, limit: int) -> list[str]:
    """The types most machines of the region have."""
    rows = tx.all(
        "SELECT instance_type FROM instances WHERE region = %(region)s AND role IS NOT NULL AND role <> 'TERMINATED'"
        " GROUP BY instance_type ORDER BY COUNT(*) DESC, instance_type LIMIT %(limit)s",
        region=region,
        limit=limit,
    )
    return [row["instance_type"] for row in rows]
