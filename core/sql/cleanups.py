"""Replicas that were ended without having been promoted, with what the ledger booked of each."""

from datetime import datetime

from core.database import Tx

MOST = 10_000


def needless(tx: Tx, client_id: int | None, start: datetime, end: datetime) -> list[dict]:
    """Those of emergencies whose end was ordered within [start, end); without a client, of everybody. The newest price of each counts."""
    return tx.all(
        "SELECT r.requested_at, r.expires_at, COALESCE(i.launched_at, i.created_at) AS began_at, COALESCE(i.ended_at, r.ended_at) AS ended_at,"
        " (SELECT SUM(l.micros) FROM savings_ledger l WHERE l.instance_id = i.id AND l.line <> 'baseline') AS micros,"
        " (SELECT l.usd_per_hour FROM savings_ledger l WHERE l.instance_id = i.id AND l.line = 'overlap' ORDER BY l.hour DESC LIMIT 1) AS usd_per_hour"
        " FROM replica_instances r JOIN instances i ON i.id = r.instance_id"
        " WHERE r.mode = 'emergency' AND r.status = 'terminated' AND i.ec2_instance_id IS NOT NULL"
        " AND (%(client)s IS NULL OR r.client_id = %(client)s) AND r.ended_at >= %(start)s AND r.ended_at < %(end)s"
        " ORDER BY r.id DESC LIMIT %(most)s",
        client=client_id, start=start, end=end, most=MOST,
    )  # fmt: skip


def of_instance(tx: Tx, instance_id: int) -> dict:
    """What is booked of one machine by now (NULL: nothing), and the newest price it was booked at."""
    return tx.one(
        "SELECT (SELECT SUM(micros) FROM savings_ledger WHERE instance_id = %(id)s AND line <> 'baseline') AS micros,"
        " (SELECT usd_per_hour FROM savings_ledger WHERE instance_id = %(id)s AND line = 'overlap' ORDER BY hour DESC LIMIT 1) AS usd_per_hour",
        id=instance_id,
    )
