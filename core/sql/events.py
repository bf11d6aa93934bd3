"""The outbox of the live streams."""

from datetime import datetime, timedelta

from core.database import Tx


def insert(tx: Tx, client_id: int, type: str, payload: str, now: datetime) -> None:
    tx.insert(
        "INSERT INTO system_events (client_id, type, payload, created_at) VALUES (%(client_id)s, %(type)s, %(payload)s, %(now)s)",
        client_id=client_id, type=type, payload=payload, now=now,
    )  # fmt: skip


def report(tx: Tx, process: str, streams: int, lag_ms: int | None, now: datetime) -> None:
    """How many streams this process holds open, and how late its slowest event of late was."""
    tx.execute(
        "INSERT INTO event_readers (process, streams, lag_ms, seen_at) VALUES (%(process)s, %(streams)s, %(lag)s, %(now)s)"
        " ON DUPLICATE KEY UPDATE streams = VALUES(streams), lag_ms = VALUES(lag_ms), seen_at = VALUES(seen_at)",
        process=process, streams=streams, lag=lag_ms, now=now,
    )  # fmt: skip


def stats(tx: Tx) -> dict:
    """Over all processes heard within 20 s; NULL lag: nothing was handed out lately."""
    return tx.one(
        "SELECT (SELECT COALESCE(SUM(streams), 0) FROM event_readers WHERE seen_at > UTC_TIMESTAMP(6) - INTERVAL 20 SECOND) AS open_streams,"
        " (SELECT MAX(lag_ms) / 1000 FROM event_readers WHERE seen_at > UTC_TIMESTAMP(6) - INTERVAL 20 SECOND) AS oldest_lag_seconds,"
        " (SELECT COUNT(*) FROM system_events WHERE created_at > UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE) AS events_per_minute"
    )


def first_of_overlap(tx: Tx, last_id: int, overlap: timedelta) -> int | None:
    """The lowest id written within ``overlap`` of that event; None when that event is not kept any more."""
    return tx.one(
        "SELECT MIN(e.id) AS id FROM system_events l JOIN system_events e ON e.created_at BETWEEN"
        " l.created_at - INTERVAL %(microseconds)s MICROSECOND AND l.created_at + INTERVAL %(microseconds)s MICROSECOND WHERE l.id = %(id)s",
        microseconds=int(overlap.total_seconds() * 1e6), id=last_id,
    )["id"]  # fmt: skip


def of_stream(tx: Tx, client_id: int | None, everybody: int, first: int, limit: int) -> list[dict]:
    """A client's events and everybody's from that id on, oldest first; without a client, all."""
    return tx.all(
        "SELECT * FROM system_events WHERE id >= %(first)s AND (%(client_id)s IS NULL OR client_id IN (%(client_id)s, %(everybody)s))"
        " ORDER BY id LIMIT %(limit)s",
        client_id=client_id, everybody=everybody, first=first, limit=limit,
    )  # fmt: skip


def since(tx: Tx, overlap: timedelta, *, after: int, limit: int) -> list[dict]:
    """A page of the events of the last ``overlap``, oldest first; readers drop what they have seen: ids commit out of order."""
    return tx.all(
        "SELECT * FROM system_events WHERE created_at > UTC_TIMESTAMP(6) - INTERVAL %(microseconds)s MICROSECOND AND id > %(after)s"
        " ORDER BY id LIMIT %(limit)s",
        microseconds=int(overlap.total_seconds() * 1e6), after=after, limit=limit,
    )  # fmt: skip
