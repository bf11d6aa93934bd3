"""A client's own alert rules: made, switched, removed, and read with what came of them."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from core import audit, errors
from core.database import Tx
from core.domain.alert import OWN_METRICS
from core.sql import alerts

MOST_RULES = 200  # of one client


def of_client(tx: Tx, client_id: int) -> dict:
    return {"alerts": [_shown(row) for row in alerts.of_client(tx, client_id)], "metrics": list(OWN_METRICS)}


def add(tx: Tx, client_id: int, body: Mapping[str, Any], *, actor: str) -> dict:
    """Conflict beyond two hundred rules."""
    if len(alerts.of_client(tx, client_id)) >= MOST_RULES:
        raise errors.Conflict(f"there are {MOST_RULES} rules already; remove one first")
    uuid = str(uuid4())
    alert_id = alerts.insert(tx, client_id, uuid, body, tx.now())
    _note(tx, client_id, alert_id, "add_alert", f"Added the alert {body['name']}", actor)
    return _shown(alerts.by_uuid(tx, client_id, uuid))


def switch(tx: Tx, client_id: int, uuid: str, on: bool, *, actor: str) -> dict:
    row = _mine(tx, client_id, uuid)
    alerts.set_enabled(tx, row["id"], on)
    _note(tx, client_id, row["id"], "switch_alert", f"Switched the alert {row['name']} {'on' if on else 'off'}", actor)
    return _shown(alerts.by_uuid(tx, client_id, uuid))


def remove(tx: Tx, client_id: int, uuid: str, *, actor: str) -> dict:
    row = _mine(tx, client_id, uuid)
    alerts.delete(tx, row["id"])
    _note(tx, client_id, row["id"], "remove_alert", f"Removed the alert {row['name']}", actor)
    return {"alert_id": uuid, "removed": True}


def events(tx: Tx, client_id: int, is_open: bool | None, limit: int) -> list[dict]:
    return [{"event_id": row.pop("uuid"), **row} for row in alerts.events_of_client(tx, client_id, is_open, limit)]


def _mine(tx: Tx, client_id: int, uuid: str) -> dict:
    row = alerts.by_uuid(tx, client_id, uuid)
    if row is None:
        raise errors.NotFound()
    return row


def _note(tx: Tx, client_id: int, alert_id: int, action: str, why: str, actor: str) -> None:
    audit.record(tx, client_id=client_id, actor=actor, action=action, resource=("alert", alert_id), why=why)


def _shown(row: dict) -> dict:
    same = ("name", "metric", "entity_id", "operator", "threshold", "severity", "created_at")
    return {"alert_id": row["uuid"], **{name: row[name] for name in same}, "is_enabled": bool(row["is_enabled"])}
