"""What replicas that nobody needed cost, and what their ends spared: from booked lines, never from a constant (MET-13, K-34)."""

from datetime import datetime, timedelta

from core.database import Tx
from core.domain.cleanup import Needless, sentence, summed
from core.domain.lifecycle import Instance
from core.sql import cleanups


def of_client(tx: Tx, client_id: int | None, start: datetime, end: datetime) -> dict:
    """Within [start, end); of every client without one."""
    rows = cleanups.needless(tx, client_id, start, end)
    return summed(Needless(**{**row, "micros": None if row["micros"] is None else int(row["micros"])}) for row in rows)


def of_month(tx: Tx) -> dict:
    """Of every client, in the last thirty days."""
    return of_client(tx, None, tx.now() - timedelta(days=30), tx.now() + timedelta(seconds=1))


def told(tx: Tx, replica: Instance) -> str:
    """Why it ends, and what it has cost by now."""
    booked = cleanups.of_instance(tx, replica.id)
    hours = (tx.now() - (replica.launched_at or replica.created_at)).total_seconds() / 3600
    return sentence(replica.name, hours, None if booked["micros"] is None else int(booked["micros"]), booked["usd_per_hour"])
