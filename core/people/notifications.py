"""Telling people: at the receipt of a notice and at its outcome, each once."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from core import errors, events
from core.database import Tx
from core.domain.alarms import NAMES
from core.domain.incident import Incident
from core.domain.serialize import canonical
from core.sql import notifications as rows

log = logging.getLogger("core.people.notifications")

PLATFORM = 0  # no client has this id: what is told to it concerns the platform

UNLISTED: set[str] = set()  # what was told and is in no table; tests look here


def tell(tx: Tx, incident: Incident, moment: str, severity: str, title: str, text: str) -> bool:
    """Whether this was news; ``moment`` names it within the incident."""
    _must_be_listed(moment)
    key, link = f"incident:{incident.uuid}:{moment}", f"/incidents/{incident.uuid}"
    return _tell_once(tx, incident.client_id, incident.id, key, severity, title, text, link)


def announce(tx: Tx, client_id: int, key: str, severity: str, title: str, text: str, *, link: str | None = None,
             details: Mapping[str, Any] | None = None) -> bool:  # fmt: skip
    """The same for what belongs to no incident; ``key`` begins with the alarm's name and names the occasion.

    What concerns the platform itself is told to PLATFORM, which is its administrator.
    """
    _must_be_listed(key)
    return _tell_once(tx, client_id, None, key, severity, title, text, link, details)


def of_refusal(tx: Tx, alarm: errors.Alarm) -> bool:
    """The alarm that a refusal carries."""
    _must_be_listed(alarm.key)
    return _tell_once(tx, alarm.client_id, None, alarm.key, "critical", alarm.title, alarm.text, None)


def _must_be_listed(key: str) -> None:
    """Nobody is left without a page in the runbook; and nobody is left untold because of that."""
    name = key.split(":")[0]
    if name not in NAMES:
        UNLISTED.add(name)
        log.error("the alarm %s stands in no table and has no page (core/domain/alarms.py)", name)


def _tell_once(
    tx: Tx, client_id: int, incident_id: int | None, key: str, severity: str, title: str, text: str, link: str | None,
    details: Mapping[str, Any] | None = None,
) -> bool:  # fmt: skip
    news = rows.insert(
        tx, uuid=str(uuid4()), client_id=client_id, incident_id=incident_id, dedupe_key=key, severity=severity, title=title,
        text=text, link=link, now=tx.now(), details=details and canonical(details),
    )  # fmt: skip
    if news:
        events.emit(tx, events.ADMINISTRATORS if client_id == PLATFORM else client_id, "notification", severity=severity, title=title, text=text)
    return bool(news)


def inbox(tx: Tx, client_id: int, unread: bool, cursor: str | None, limit: int) -> dict:
    """What a client was told, newest first, and how much of it nobody has read."""
    before = int(cursor) if cursor and cursor.isdigit() else None
    found = rows.of_client(tx, client_id, unread, before, limit + 1)
    page = found[:limit]
    return {
        "unread": rows.count_unread(tx, client_id),
        "notifications": [_shown(row) for row in page],
        "next_cursor": str(page[-1]["id"]) if len(found) > limit else None,
    }


def _shown(row: dict) -> dict:
    same = ("severity", "title", "text", "created_at", "read_at")
    about = f"/agents/{row['agent_uuid']}/emergencies/{row['incident_uuid']}" if row["incident_uuid"] and row["agent_uuid"] else row["link"]
    details = row["details"] and json.loads(row["details"])
    return {"notification_id": row["uuid"], **{name: row[name] for name in same}, "link": about, "details": details}


def mark_read(tx: Tx, client_id: int, uuid: str) -> dict:
    if not rows.mark_read(tx, client_id, uuid):
        raise errors.NotFound()
    events.emit(tx, client_id, "notification", read=uuid)
    return {"notification_id": uuid, "unread": rows.count_unread(tx, client_id)}


def mark_all_read(tx: Tx, client_id: int) -> dict:
    marked = rows.mark_all_read(tx, client_id)
    if marked:
        events.emit(tx, client_id, "notification", read="all")
    return {"marked": marked}
