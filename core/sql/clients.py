"""Clients and their API tokens."""

from datetime import datetime

from core.database import Tx


def insert(tx: Tx, *, uuid: str, name: str, email: str, now: datetime) -> int:
    return tx.insert(
        "INSERT INTO clients (uuid, name, email, created_at) VALUES (%(uuid)s, %(name)s, %(email)s, %(now)s)",
        uuid=uuid, name=name, email=email, now=now,
    )  # fmt: skip


def by_uuid(tx: Tx, uuid: str) -> dict | None:
    return tx.one("SELECT * FROM clients WHERE uuid = %(uuid)s AND status <> 'deleted'", uuid=uuid)


def get(tx: Tx, client_id: int) -> dict | None:
    return tx.one("SELECT * FROM clients WHERE id = %(id)s", id=client_id)


def insert_token(tx: Tx, *, client_id: int, prefix: str, secret_hash: bytes, now: datetime) -> int:
    return tx.insert(
        "INSERT INTO api_tokens (client_id, prefix, secret_hash, created_at) VALUES (%(client_id)s, %(prefix)s, %(hash)s, %(now)s)",
        client_id=client_id, prefix=prefix, hash=secret_hash, now=now,
    )  # fmt: skip


def by_token(tx: Tx, secret_hash: bytes) -> dict | None:
    """The active client this token speaks for."""
    return tx.one(
        "SELECT c.*, t.id AS token_id, t.scopes, t.last_used_at FROM api_tokens t JOIN clients c ON c.id = t.client_id"
        " WHERE t.secret_hash = %(hash)s AND t.revoked_at IS NULL AND c.status = 'active'"
        " AND (t.expires_at IS NULL OR t.expires_at > UTC_TIMESTAMP(6))",
        hash=secret_hash,
    )


def token_used(tx: Tx, token_id: int, now: datetime) -> None:
    tx.execute("UPDATE api_tokens SET last_used_at = %(now)s WHERE id = %(id)s", id=token_id, now=now)


def totals(tx: Tx, client_id: int) -> dict:
    return tx.one(
        "SELECT (SELECT COUNT(*) FROM agents WHERE client_id = %(id)s AND status = 'active') AS agents,"
        " (SELECT COUNT(*) FROM instances WHERE client_id = %(id)s AND role IN ('PRIMARY', 'REPLICA', 'ZOMBIE')) AS instances,"
        " (SELECT COUNT(*) FROM incidents WHERE client_id = %(id)s AND open_slot = 1) AS open_incidents,"
        " (SELECT COUNT(*) FROM incidents WHERE client_id = %(id)s AND promoted_at IS NOT NULL) AS failovers",
        id=client_id,
    )
