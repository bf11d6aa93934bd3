"""What people are told, each thing once."""

from datetime import datetime

from core.database import Tx


def insert(tx: Tx, *, uuid: str, client_id: int, incident_id: int | None, dedupe_key: str, severity: str, title: str, text: str,
           link: str | None, now: datetime) -> int:  # fmt: skip
    """1 when it is news, 0 when it was told already."""
    return tx.execute(
        "INSERT IGNORE INTO notifications (uuid, client_id, incident_id, dedupe_key, severity, title, text, link, created_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(incident_id)s, %(key)s, %(severity)s, %(title)s, %(text)s, %(link)s, %(now)s)",
        uuid=uuid, client_id=client_id, incident_id=incident_id, key=dedupe_key, severity=severity, title=title[:160], text=text[:1000],
        link=link, now=now,
    )  # fmt: skip


def of_incident(tx: Tx, incident_id: int) -> list[dict]:
    return tx.all("SELECT created_at, title FROM notifications WHERE incident_id = %(id)s ORDER BY id", id=incident_id)
