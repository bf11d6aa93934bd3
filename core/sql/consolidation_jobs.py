"""The runs of the consolidation: at most one is open, and its fence says who works on it."""

from datetime import datetime

from core.database import Tx

SILENT_SECONDS = 90


def insert(tx: Tx, *, uuid: str, requested_by: str, now: datetime) -> int:
    """Duplicate when one is open already."""
    return tx.insert(
        "INSERT INTO consolidation_jobs (uuid, requested_by, requested_at) VALUES (%(uuid)s, %(by)s, %(now)s)",
        uuid=uuid, by=requested_by, now=now,
    )  # fmt: skip


def open_one(tx: Tx) -> dict | None:
    return tx.one("SELECT * FROM consolidation_jobs WHERE open_slot = 1")


def last_done(tx: Tx) -> dict | None:
    return tx.one("SELECT * FROM consolidation_jobs WHERE status = 'done' ORDER BY run_id DESC LIMIT 1")


def take(tx: Tx, *, window_from: datetime | None, window_to: datetime) -> dict | None:
    """The open run, if nobody works on it: queued, or silent for 90 s. A run taken over keeps its window."""
    taken = tx.execute(
        "UPDATE consolidation_jobs SET fence = fence + 1, started_at = COALESCE(started_at, UTC_TIMESTAMP(6)),"
        " window_from = IF(window_to IS NULL, %(since)s, window_from), window_to = COALESCE(window_to, %(until)s),"
        " touched_at = UTC_TIMESTAMP(6), status = 'running'"
        " WHERE open_slot = 1 AND (status = 'queued' OR touched_at < UTC_TIMESTAMP(6) - INTERVAL %(silent)s SECOND)",
        since=window_from, until=window_to, silent=SILENT_SECONDS,
    )  # fmt: skip
    return open_one(tx) if taken else None


def let_go(tx: Tx) -> int:
    """The process that worked on the open run is dead: the next one need not wait."""
    return tx.execute("UPDATE consolidation_jobs SET touched_at = '2000-01-01' WHERE open_slot = 1 AND status = 'running'")


def add(tx: Tx, run_id: int, fence: int, counts: dict[str, int]) -> int:
    """Count a chunk; 0 when another process has taken the run over."""
    return tx.execute(
        "UPDATE consolidation_jobs SET touched_at = UTC_TIMESTAMP(6), pools = pools + %(pools)s, rows_in = rows_in + %(rows_in)s,"
        " rows_deduplicated = rows_deduplicated + %(rows_deduplicated)s, rows_interpolated = rows_interpolated + %(rows_interpolated)s,"
        " rows_backfilled = rows_backfilled + %(rows_backfilled)s, rows_out = rows_out + %(rows_out)s,"
        " rows_canonical = rows_canonical + %(rows_canonical)s WHERE run_id = %(run_id)s AND fence = %(fence)s AND open_slot = 1",
        run_id=run_id, fence=fence, **counts,
    )  # fmt: skip


def finish(tx: Tx, run_id: int, fence: int, status: str, error: str | None = None) -> int:
    return tx.execute(
        "UPDATE consolidation_jobs SET status = %(status)s, open_slot = NULL, finished_at = UTC_TIMESTAMP(6), error = %(error)s"
        " WHERE run_id = %(run_id)s AND fence = %(fence)s AND open_slot = 1",
        run_id=run_id, fence=fence, status=status, error=error and error[:255],
    )  # fmt: skip


def newest(tx: Tx, days: int, limit: int = 200) -> list[dict]:
    return tx.all(
        "SELECT * FROM consolidation_jobs WHERE requested_at >= UTC_TIMESTAMP(6) - INTERVAL %(days)s DAY ORDER BY run_id DESC LIMIT %(limit)s",
        days=days,
        limit=limit,
    )


def by_uuid(tx: Tx, uuid: str) -> dict | None:
    return tx.one("SELECT * FROM consolidation_jobs WHERE uuid = %(uuid)s", uuid=uuid)
