"""Maintenance that AWS announced, one plan for each machine and event."""

from datetime import datetime

from core.database import Tx


def plan(tx: Tx, *, uuid: str, client_id: int, agent_id: int, instance_id: int, event_key: str, code: str, not_before: datetime,
         now: datetime) -> None:  # fmt: skip
    """Make the plan, or move it to its new time while it has not begun."""
    tx.execute(
        "INSERT INTO maintenance_plans (uuid, client_id, agent_id, instance_id, event_key, code, not_before, created_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(agent_id)s, %(instance_id)s, %(event_key)s, %(code)s, %(not_before)s, %(now)s)"
        " ON DUPLICATE KEY UPDATE not_before = IF(state = 'begun', not_before, VALUES(not_before)),"
        " state = IF(state = 'begun', state, 'scheduled')",
        uuid=uuid, client_id=client_id, agent_id=agent_id, instance_id=instance_id, event_key=event_key, code=code,
        not_before=not_before, now=now,
    )  # fmt: skip


def of_event(tx: Tx, instance_id: int, event_key: str) -> dict | None:
    return tx.one(
        "SELECT * FROM maintenance_plans WHERE instance_id = %(id)s AND event_key = %(event_key)s",
        id=instance_id,
        event_key=event_key,
    )


def get(tx: Tx, plan_id: int) -> dict:
    return tx.one("SELECT * FROM maintenance_plans WHERE id = %(id)s", id=plan_id)


def due(tx: Tx, lead_minutes: int) -> list[dict]:
    """Plans whose machine is to be left now."""
    return tx.all(
        "SELECT id, agent_id FROM maintenance_plans WHERE state = 'scheduled'"
        " AND not_before - INTERVAL %(lead)s MINUTE <= UTC_TIMESTAMP(6) ORDER BY not_before, id LIMIT 200",
        lead=lead_minutes,
    )


def set_state(tx: Tx, plan_id: int, state: str, incident_id: int | None = None) -> None:
    tx.execute(
        "UPDATE maintenance_plans SET state = %(state)s, incident_id = COALESCE(%(incident_id)s, incident_id) WHERE id = %(id)s",
        id=plan_id,
        state=state,
        incident_id=incident_id,
    )
