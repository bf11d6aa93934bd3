"""Telling people: at the receipt of a notice and at its outcome, each once."""

from uuid import uuid4

from core import events
from core.database import Tx
from core.domain.incident import Incident
from core.sql import notifications as rows


def tell(tx: Tx, incident: Incident, moment: str, severity: str, title: str, text: str) -> bool:
    """Whether this was news; ``moment`` names it within the incident."""
    news = rows.insert(
        tx, uuid=str(uuid4()), client_id=incident.client_id, incident_id=incident.id,
        dedupe_key=f"incident:{incident.uuid}:{moment}", severity=severity, title=title, text=text,
        link=f"/incidents/{incident.uuid}", now=tx.now(),
    )  # fmt: skip
    if news:
        events.emit(tx, incident.client_id, "notification", severity=severity, title=title, text=text)
    return bool(news)
