"""What people are told, each thing once."""

from datetime import datetime

from core.database import Tx


def insert(tx: Tx, *, uuid: str, client_id: int, incident_id: int | None, dedupe_key: str, severity: str, title: str, text: str,
           link: str | None, now: datetime, details: str | None = None) -> int:  # fmt: skip
    """1 when it is news, 0 when it was told already."""
    return tx.execute(
        "INSERT IGNORE INTO notifications (uuid, client_id, incident_id, dedupe_key, severity, title, text, link, created_at, details)"
        " VALUES (%(uuid)s, %(client_id)s, %(incident_id)s, %(key)s, %(severity)s, %(title)s, %(text)s, %(link)s, %(now)s, %(details)s)",
        uuid=uuid, client_id=client_id, incident_id=incident_id, key=dedupe_key, severity=severity, title=title[:160], text=text[:1000],
        link=link, now=now, details=details,
    )  # fmt: skip


def of_incident(tx: Tx, incident_id: int) -> list[dict]:
    return tx.all("SELECT created_at, title FROM notifications WHERE incident_id = %(id)s ORDER BY id", id=incident_id)


def of_client(tx: Tx, client_id: int, unread: bool, before: int | None, limit: int) -> list[dict]:
    """What a client was told, newest first, with the workload it is about."""
    return tx.all(
        "SELECT n.*, i.uuid AS incident_uuid, a.uuid AS agent_uuid FROM notifications n"
        " LEFT JOIN incidents i ON i.id = n.incident_id LEFT JOIN agents a ON a.id = i.agent_id"
        " WHERE n.client_id = %(client_id)s AND (%(unread)s = 0 OR n.read_at IS NULL)"
        " AND (%(before)s IS NULL OR n.id < %(before)s) ORDER BY n.id DESC LIMIT %(limit)s",
        client_id=client_id, unread=int(unread), before=before, limit=limit,
    )  # fmt: skip


def count_unread(tx: Tx, client_id: int) -> int:
    return tx.one(
        "SELECT COUNT(*) AS n FROM notifications WHERE client_id = %(client_id)s AND read_at IS NULL", client_id=client_id
    )["n"]


def mark_read(tx: Tx, client_id: int, uuid: str) -> int:
    """0 when there is no such notification of this client; what is read stays read."""
    return tx.execute(
        "UPDATE notifications SET read_at = COALESCE(read_at, UTC_TIMESTAMP(6)) WHERE client_id = %(client_id)s AND uuid = %(uuid)s",
        client_id=client_id,
        uuid=uuid,
    )


def mark_all_read(tx: Tx, client_id: int) -> int:
    return tx.execute(
        "UPDATE notifications SET read_at = UTC_TIMESTAMP(6) WHERE client_id = %(client_id)s AND read_at IS NULL", client_id=client_id
    )
