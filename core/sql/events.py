"""The outbox of the live streams."""

from datetime import datetime, timedelta

from core.database import Tx


def insert(tx: Tx, client_id: int, type: str, payload: str, now: datetime) -> None:
    tx.insert(
        "INSERT INTO system_events (client_id, type, payload, created_at) VALUES (%(client_id)s, %(type)s, %(payload)s, %(now)s)",
        client_id=client_id, type=type, payload=payload, now=now,
    )  # fmt: skip


def since(tx: Tx, overlap: timedelta) -> list[dict]:
    """The events of the last ``overlap``, oldest first; readers drop what they have seen: ids commit out of order."""
    return tx.all(
        "SELECT * FROM system_events WHERE created_at > UTC_TIMESTAMP(6) - INTERVAL %(microseconds)s MICROSECOND ORDER BY id LIMIT 2000",
        microseconds=int(overlap.total_seconds() * 1e6),
    )
