"""The audit log: inserted in the business transaction, never changed."""

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
