"""Notices: every sighting AWS's channels gave us, one row per natural key."""

from datetime import datetime
from typing import Any

from core.database import Tx


def by_key(tx: Tx, key: dict[str, Any]) -> dict | None:
    """The notice with this natural key: account, region, instance, kind, channel, time as text."""
    return tx.one(
        "SELECT * FROM notices WHERE aws_account = %(aws_account)s AND region = %(region)s"
        " AND ec2_instance_id = %(ec2_instance_id)s AND kind = %(kind)s AND channel = %(channel)s AND source_key = %(source_key)s",
        **key,
    )


def insert(tx: Tx, key: dict[str, Any], *, uuid: str, client_id: int, agent_id: int, incident_id: int, action_time: datetime | None,
           disposition: str, handled_at: datetime | None, payload: str, now: datetime) -> int:  # fmt: skip
    return tx.insert(
        "INSERT INTO notices (uuid, client_id, agent_id, incident_id, aws_account, region, ec2_instance_id, kind, channel, source_key,"
        " action_time, received_at, disposition, handled_at, payload)"
        " VALUES (%(uuid)s, %(client_id)s, %(agent_id)s, %(incident_id)s, %(aws_account)s, %(region)s, %(ec2_instance_id)s, %(kind)s,"
        " %(channel)s, %(source_key)s, %(action_time)s, %(now)s, %(disposition)s, %(handled_at)s, %(payload)s)",
        uuid=uuid, client_id=client_id, agent_id=agent_id, incident_id=incident_id, action_time=action_time,
        disposition=disposition, handled_at=handled_at, payload=payload, now=now, **key,
    )  # fmt: skip


def seen_again(tx: Tx, notice_id: int) -> None:
    tx.execute("UPDATE notices SET sightings = sightings + 1 WHERE id = %(id)s", id=notice_id)


def unverified_of(tx: Tx, ec2_id: str) -> list[dict]:
    """Stale notices about an instance that nobody has looked into yet."""
    return tx.all(
        "SELECT id, incident_id FROM notices WHERE ec2_instance_id = %(ec2_id)s AND handled_at IS NULL ORDER BY id",
        ec2_id=ec2_id,
    )


def set_handled(tx: Tx, notice_id: int, now: datetime) -> None:
    tx.execute("UPDATE notices SET handled_at = %(now)s WHERE id = %(id)s AND handled_at IS NULL", id=notice_id, now=now)


def of_incident(tx: Tx, incident_id: int) -> list[dict]:
    return tx.all("SELECT * FROM notices WHERE incident_id = %(id)s ORDER BY id", id=incident_id)
