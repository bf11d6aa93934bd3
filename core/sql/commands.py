"""Orders to hosts: delivered under a lease, finished once."""

from datetime import datetime

from core.database import Tx
from core.domain.command import Command

LEASE_SECONDS = 60


def insert(tx: Tx, *, uuid: str, client_id: int, agent_id: int, instance_id: int, request_id: str, kind: str, epoch: int, payload: str,
           priority: int, actor_id: str, expires_at: datetime, now: datetime) -> int:  # fmt: skip
    return tx.insert(
        "INSERT INTO commands (uuid, client_id, agent_id, instance_id, request_id, kind, epoch, payload, priority, actor_id,"
        " expires_at, created_at) VALUES (%(uuid)s, %(client_id)s, %(agent_id)s, %(instance_id)s, %(request_id)s, %(kind)s, %(epoch)s,"
        " %(payload)s, %(priority)s, %(actor_id)s, %(expires_at)s, %(now)s)",
        uuid=uuid, client_id=client_id, agent_id=agent_id, instance_id=instance_id, request_id=request_id, kind=kind, epoch=epoch,
        payload=payload, priority=priority, actor_id=actor_id, expires_at=expires_at, now=now,
    )  # fmt: skip


def lock_due(tx: Tx, instance_id: int) -> list[Command]:
    """What this host should do now: new orders, and those whose lease lapsed."""
    rows = tx.all(
        "SELECT * FROM commands WHERE instance_id = %(id)s AND expires_at > UTC_TIMESTAMP(6) AND (status = 'pending'"
        " OR (status = 'leased' AND lease_until < UTC_TIMESTAMP(6))) ORDER BY priority, id LIMIT 10 FOR UPDATE",
        id=instance_id,
    )
    return [Command.from_row(row) for row in rows]


def count_due(tx: Tx, instance_id: int) -> int:
    row = tx.one(
        "SELECT COUNT(*) AS n FROM commands WHERE instance_id = %(id)s AND status = 'pending' AND expires_at > UTC_TIMESTAMP(6)",
        id=instance_id,
    )
    return row["n"]


def lease(tx: Tx, command: Command) -> None:
    tx.execute(
        "UPDATE commands SET status = 'leased', lease_until = UTC_TIMESTAMP(6) + INTERVAL %(seconds)s SECOND"
        " WHERE id = %(id)s AND status IN ('pending', 'leased')",
        id=command.id,
        seconds=LEASE_SECONDS,
    )


def by_uuid(tx: Tx, agent_id: int, uuid: str) -> Command | None:
    return Command.maybe(
        tx.one("SELECT * FROM commands WHERE agent_id = %(agent_id)s AND uuid = %(uuid)s FOR UPDATE", agent_id=agent_id, uuid=uuid)
    )


def finish(tx: Tx, command: Command, status: str, *, pre: str, post: str, result: str | None) -> int:
    """0 when it is finished already: a repeated report changes nothing."""
    return tx.execute(
        "UPDATE commands SET status = %(status)s, pre_state = %(pre)s, post_state = %(post)s, result = %(result)s,"
        " finished_at = UTC_TIMESTAMP(6), lease_until = NULL WHERE id = %(id)s AND status IN ('pending', 'leased', 'executing')",
        id=command.id, status=status, pre=pre, post=post, result=result and result[:255],
    )  # fmt: skip


def of_agent(tx: Tx, agent_id: int, limit: int) -> list[dict]:
    return tx.all(
        "SELECT c.uuid, c.kind, c.status, c.actor_id, c.result, c.created_at, c.finished_at, i.ec2_instance_id FROM commands c"
        " JOIN instances i ON i.id = c.instance_id WHERE c.agent_id = %(id)s ORDER BY c.id DESC LIMIT %(limit)s",
        id=agent_id,
        limit=limit,
    )


def expire(tx: Tx) -> int:
    return tx.execute(
        "UPDATE commands SET status = 'expired', finished_at = UTC_TIMESTAMP(6) WHERE status IN ('pending', 'leased')"
        " AND expires_at <= UTC_TIMESTAMP(6)"
    )
