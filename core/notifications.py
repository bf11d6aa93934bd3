"""Telling people: at the receipt of a notice and at its outcome, each once."""

from uuid import uuid4

from core import events
from core.database import Tx
from core.domain.incident import Incident
from core.sql import notifications as rows


def tell(tx: Tx, incident: Incident, moment: str, severity: str, title: str, text: str) -> bool:
    """Whether this was news; ``moment`` names it within the incident."""
    key, link = f"incident:{incident.uuid}:{moment}", f"/incidents/{incident.uuid}"
    return _tell_once(tx, incident.client_id, incident.id, key, severity, title, text, link)


def announce(tx: Tx, client_id: int, key: str, severity: str, title: str, text: str) -> bool:
    """The same for what belongs to no incident; ``key`` begins with the alarm's name and names the occasion."""
    return _tell_once(tx, client_id, None, key, severity, title, text, None)


def _tell_once(
    tx: Tx, client_id: int, incident_id: int | None, key: str, severity: str, title: str, text: str, link: str | None
) -> bool:  # fmt: skip
    news = rows.insert(
        tx, uuid=str(uuid4()), client_id=client_id, incident_id=incident_id, dedupe_key=key, severity=severity, title=title,
        text=text, link=link, now=tx.now(),
    )  # fmt: skip
    if news:
        events.emit(tx, client_id, "notification", severity=severity, title=title, text=text)
    return bool(news)
