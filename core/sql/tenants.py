"""The end of a client organisation, table by table, and the life of its tokens."""

from datetime import datetime

from core.database import Tx


def newest_token(tx: Tx, client_id: int) -> dict | None:
    return tx.one(
        "SELECT prefix, created_at, last_used_at, scopes FROM api_tokens WHERE client_id = %(id)s AND revoked_at IS NULL"
        " AND (expires_at IS NULL OR expires_at > UTC_TIMESTAMP(6)) ORDER BY id DESC LIMIT 1",
        id=client_id,
    )


def limit_tokens(tx: Tx, client_id: int, until: datetime) -> None:
    """Every live token ends at ``until`` or earlier."""
    tx.execute(
        "UPDATE api_tokens SET expires_at = LEAST(COALESCE(expires_at, %(until)s), %(until)s)"
        " WHERE client_id = %(id)s AND revoked_at IS NULL",
        id=client_id,
        until=until,
    )


def mark_deleted(tx: Tx, client_id: int) -> None:
    tx.execute("UPDATE clients SET status = 'deleted' WHERE id = %(id)s", id=client_id)


def revoke_tokens(tx: Tx, client_id: int, now: datetime) -> None:
    tx.execute("UPDATE api_tokens SET revoked_at = %(now)s WHERE client_id = %(id)s AND revoked_at IS NULL", id=client_id, now=now)


def revoke_sessions(tx: Tx, client_id: int, now: datetime) -> None:
    tx.execute("UPDATE sessions SET revoked_at = %(now)s WHERE client_id = %(id)s AND revoked_at IS NULL", id=client_id, now=now)


def deregister_agents(tx: Tx, client_id: int, now: datetime) -> None:
    tx.execute(
        "UPDATE agents SET status = 'deregistered', deleted_at = %(now)s WHERE client_id = %(id)s AND status <> 'deregistered'",
        id=client_id,
        now=now,
    )


def deactivate_accounts(tx: Tx, client_id: int) -> None:
    """No price is collected for them and no orphan is swept in them any more."""
    tx.execute("UPDATE accounts SET is_active = 0 WHERE client_id = %(id)s", id=client_id)


def close_incidents(tx: Tx, client_id: int, now: datetime) -> None:
    tx.execute(
        "UPDATE incidents SET open_slot = NULL, closed_at = %(now)s, outcome = 'client_deleted'"
        " WHERE client_id = %(id)s AND open_slot = 1",
        id=client_id,
        now=now,
    )


def withdraw_orders(tx: Tx, client_id: int, now: datetime) -> None:
    """Orders nobody has begun; one that was begun comes to its recorded end."""
    tx.execute(
        "UPDATE actions SET state = 'superseded', finished_at = %(now)s WHERE client_id = %(id)s AND state = 'pending' AND tries = 0",
        id=client_id,
        now=now,
    )


def let_machines_be(tx: Tx, client_id: int) -> None:
    """No wait, expiry or order leads to the end of a machine any more."""
    tx.execute(
        "UPDATE instances SET terminate_after = NULL, replica_expiry = NULL, terminate_requested_at = NULL, notice_rank = 0"
        " WHERE client_id = %(id)s AND role <> 'TERMINATED'",
        id=client_id,
    )


def end_replicas(tx: Tx, client_id: int, now: datetime) -> None:
    tx.execute(
        "UPDATE replica_instances SET status = 'terminated', ended_at = %(now)s, end_reason = 'its client was deleted'"
        " WHERE client_id = %(id)s AND ended_at IS NULL",
        id=client_id,
        now=now,
    )


def machines_left(tx: Tx, client_id: int) -> list[str]:
    """EC2's ids of what still runs."""
    rows = tx.all(
        "SELECT ec2_instance_id FROM instances WHERE client_id = %(id)s AND ec2_instance_id IS NOT NULL AND ended_at IS NULL ORDER BY id",
        id=client_id,
    )
    return [row["ec2_instance_id"] for row in rows]


def live_tokens(tx: Tx, client_id: int) -> list[dict]:
    """Tokens that still speak for the client, the newest first."""
    return tx.all(
        "SELECT prefix, created_at, expires_at, last_used_at, scopes FROM api_tokens WHERE client_id = %(id)s AND revoked_at IS NULL"
        " AND (expires_at IS NULL OR expires_at > UTC_TIMESTAMP(6)) ORDER BY id DESC LIMIT 20",
        id=client_id,
    )
