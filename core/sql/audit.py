"""The audit log: inserted in the business transaction, never changed."""

from datetime import datetime

from core.database import Tx


def insert(tx: Tx, *, client_id: int, actor: str, action: str, resource_type: str, resource_id: int, why: str | None,
           before: str | None = None, after: str | None = None, request_id: str | None = None, ip: str | None = None) -> None:  # fmt: skip
    tx.insert(
        "INSERT INTO audit_logs (client_id, at, actor_id, action, resource_type, resource_id, before_state, after_state, why, request_id, ip)"
        " VALUES (%(client_id)s, UTC_TIMESTAMP(6), %(actor)s, %(action)s, %(type)s, %(id)s, %(before)s, %(after)s, %(why)s, %(request_id)s, %(ip)s)",
        client_id=client_id, actor=actor[:64], action=action, type=resource_type, id=resource_id, before=before, after=after,
        why=why and why[:255], request_id=request_id, ip=ip,
    )  # fmt: skip


def of_agent(tx: Tx, agent_id: int, limit: int) -> list[dict]:
    """The agent's story, newest first."""
    return tx.all(
        "SELECT at, action, why FROM audit_logs WHERE resource_type = 'agent' AND resource_id = %(id)s AND why IS NOT NULL"
        " ORDER BY id DESC LIMIT %(limit)s",
        id=agent_id,
        limit=limit,
    )


def newest(tx: Tx, *, client_id: int | None, before: int | None, limit: int) -> list[dict]:
    """What happened, of one client or (None) of all and of the platform itself, newest first."""
    return tx.all(
        "SELECT l.id, l.at, l.action, l.actor_id, l.why, c.uuid AS client_uuid, c.name AS client_name, a.uuid AS agent_uuid, a.logical_name"
        " FROM audit_logs l LEFT JOIN clients c ON c.id = l.client_id"
        " LEFT JOIN agents a ON l.resource_type = 'agent' AND a.id = l.resource_id"
        " WHERE l.why IS NOT NULL AND (%(client_id)s IS NULL OR l.client_id = %(client_id)s)"
        " AND (%(before)s IS NULL OR l.id < %(before)s) ORDER BY l.id DESC LIMIT %(limit)s",
        client_id=client_id, before=before, limit=limit,
    )  # fmt: skip


def of_agent_between(tx: Tx, agent_id: int, start: datetime, end: datetime, limit: int) -> list[dict]:
    """The part of an agent's story that lies within a time, newest first."""
    return tx.all(
        "SELECT at, action, why FROM audit_logs WHERE resource_type = 'agent' AND resource_id = %(id)s AND why IS NOT NULL"
        " AND at BETWEEN %(start)s AND %(end)s ORDER BY id DESC LIMIT %(limit)s",
        id=agent_id, start=start, end=end, limit=limit,
    )  # fmt: skip
