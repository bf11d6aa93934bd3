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


def insert(tx: Tx, key: dict[str, Any], *, uuid: str, client_id: int, agent_id: int | None, incident_id: int | None,
           action_time: datetime | None, disposition: str, reason: str | None, handled_at: datetime | None, payload: str,
           now: datetime) -> int:  # fmt: skip
    return tx.insert(
        "INSERT INTO notices (uuid, client_id, agent_id, incident_id, aws_account, region, ec2_instance_id, kind, channel, source_key,"
        " action_time, received_at, disposition, reason, handled_at, payload)"
        " VALUES (%(uuid)s, %(client_id)s, %(agent_id)s, %(incident_id)s, %(aws_account)s, %(region)s, %(ec2_instance_id)s, %(kind)s,"
        " %(channel)s, %(source_key)s, %(action_time)s, %(now)s, %(disposition)s, %(reason)s, %(handled_at)s, %(payload)s)",
        uuid=uuid, client_id=client_id, agent_id=agent_id, incident_id=incident_id, action_time=action_time,
        disposition=disposition, reason=reason, handled_at=handled_at, payload=payload, now=now, **key,
    )  # fmt: skip


def seen_again(tx: Tx, notice_id: int) -> None:
    tx.execute("UPDATE notices SET sightings = sightings + 1 WHERE id = %(id)s", id=notice_id)


def unverified_of(tx: Tx, ec2_id: str) -> list[dict]:
    """Doubtful notices about an instance that nobody has looked into yet."""
    return tx.all(
        "SELECT id, incident_id, kind, reason FROM notices WHERE ec2_instance_id = %(ec2_id)s AND handled_at IS NULL"
        " AND disposition = 'verify' ORDER BY id",
        ec2_id=ec2_id,
    )


def settle(tx: Tx, ec2_id: str, now: datetime) -> int:
    """The machine's end answers every doubt about it."""
    return tx.execute(
        "UPDATE notices SET handled_at = %(now)s WHERE ec2_instance_id = %(ec2_id)s AND handled_at IS NULL AND disposition = 'verify'",
        ec2_id=ec2_id,
        now=now,
    )


def is_overtaken(tx: Tx, key: dict[str, Any], at: datetime) -> bool:
    """Whether a later state change of the same machine is known already."""
    row = tx.one(
        "SELECT COUNT(*) AS n FROM notices WHERE aws_account = %(aws_account)s AND region = %(region)s"
        " AND ec2_instance_id = %(ec2_instance_id)s AND kind = 'state_change' AND action_time > %(at)s",
        aws_account=key["aws_account"], region=key["region"], ec2_instance_id=key["ec2_instance_id"], at=at,
    )  # fmt: skip
    return row["n"] > 0


def awaited(tx: Tx) -> list[dict]:
    """Notices about machines nobody knew when they came, and somebody knows now."""
    return tx.all(
        "SELECT n.id, i.agent_id FROM notices n JOIN instances i ON i.ec2_instance_id = n.ec2_instance_id"
        " JOIN accounts a ON a.id = i.account_id AND a.aws_account_id = n.aws_account"
        " WHERE n.handled_at IS NULL AND n.reason = 'ignored_unknown' AND i.agent_id IS NOT NULL ORDER BY n.id LIMIT 200"
    )


def get(tx: Tx, notice_id: int) -> dict:
    return tx.one("SELECT * FROM notices WHERE id = %(id)s", id=notice_id)


def forget_awaited(tx: Tx, notice_id: int) -> None:
    """The sighting is about to be stored again, with the machine it is about."""
    tx.execute("DELETE FROM notices WHERE id = %(id)s AND reason = 'ignored_unknown' AND handled_at IS NULL", id=notice_id)


def give_up_unknown(tx: Tx) -> int:
    """Nobody has heard of those machines for ten minutes; their notices are history."""
    return tx.execute(
        "UPDATE notices SET handled_at = UTC_TIMESTAMP(6) WHERE handled_at IS NULL AND reason = 'ignored_unknown'"
        " AND received_at < UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE"
    )


def set_handled(tx: Tx, notice_id: int, now: datetime) -> None:
    tx.execute("UPDATE notices SET handled_at = %(now)s WHERE id = %(id)s AND handled_at IS NULL", id=notice_id, now=now)


def of_incident(tx: Tx, incident_id: int) -> list[dict]:
    return tx.all("SELECT * FROM notices WHERE incident_id = %(id)s ORDER BY id", id=incident_id)


def waiting_hooks(tx: Tx) -> list[dict]:
    """Auto Scaling hooks that were not answered yet."""
    return tx.all(
        "SELECT n.id, n.agent_id FROM notices n WHERE n.kind = 'lifecycle' AND n.disposition = 'act'"
        " AND n.received_at > UTC_TIMESTAMP(6) - INTERVAL 48 HOUR AND NOT EXISTS (SELECT 1 FROM actions a"
        " WHERE a.client_id = n.client_id AND a.dedupe_key = CONCAT('lifecycle:', n.uuid, ':complete:0')) ORDER BY n.id LIMIT 200"
    )
