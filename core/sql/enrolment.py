"""How hosts become known: enrolment tokens, and the hashes of the secrets that agents make themselves."""

from datetime import datetime

from core.database import Tx


def insert_enrolment(tx: Tx, *, client_id: int, account_id: int, token_hash: bytes, expires_at: datetime, now: datetime) -> int:
    return tx.insert(
        "INSERT INTO enrolment_tokens (client_id, account_id, token_hash, created_at, expires_at)"
        " VALUES (%(client_id)s, %(account_id)s, %(hash)s, %(now)s, %(expires_at)s)",
        client_id=client_id, account_id=account_id, hash=token_hash, expires_at=expires_at, now=now,
    )  # fmt: skip


def enrolment(tx: Tx, token_hash: bytes) -> dict | None:
    return tx.one("SELECT * FROM enrolment_tokens WHERE token_hash = %(hash)s FOR UPDATE", hash=token_hash)


def bind_enrolment(tx: Tx, enrolment_id: int, secret_hash: bytes) -> int:
    """One use: the first secret binds the token; 0 when another host came, or too late."""
    return tx.execute(
        "UPDATE enrolment_tokens SET bound_secret_hash = %(hash)s WHERE id = %(id)s AND expires_at > UTC_TIMESTAMP(6)"
        " AND (bound_secret_hash IS NULL OR bound_secret_hash = %(hash)s)",
        id=enrolment_id,
        hash=secret_hash,
    )


def set_enrolled(tx: Tx, enrolment_id: int, agent_id: int) -> None:
    tx.execute("UPDATE enrolment_tokens SET agent_id = %(agent_id)s WHERE id = %(id)s", id=enrolment_id, agent_id=agent_id)


def insert_secret(tx: Tx, *, agent_id: int, instance_id: int, secret_hash: bytes, nonce_hash: bytes | None, now: datetime) -> int:
    return tx.insert(
        "INSERT INTO agent_tokens (agent_id, instance_id, secret_hash, nonce_hash, created_at)"
        " VALUES (%(agent_id)s, %(instance_id)s, %(hash)s, %(nonce)s, %(now)s)",
        agent_id=agent_id, instance_id=instance_id, hash=secret_hash, nonce=nonce_hash, now=now,
    )  # fmt: skip


def secret(tx: Tx, secret_hash: bytes) -> dict | None:
    """The token row of a secret, with the agent and the instance it speaks for."""
    return tx.one(
        "SELECT t.*, a.uuid AS agent_uuid, a.client_id, a.status AS agent_status FROM agent_tokens t"
        " JOIN agents a ON a.id = t.agent_id WHERE t.secret_hash = %(hash)s",
        hash=secret_hash,
    )


def secret_of_instance(tx: Tx, instance_id: int) -> dict | None:
    """The first secret that spoke for an instance: trust on first use."""
    return tx.one("SELECT * FROM agent_tokens WHERE instance_id = %(id)s ORDER BY id LIMIT 1", id=instance_id)


def newest_secret(tx: Tx, instance_id: int) -> dict | None:
    return tx.one("SELECT * FROM agent_tokens WHERE instance_id = %(id)s ORDER BY id DESC LIMIT 1", id=instance_id)


def first_use(tx: Tx, token_id: int) -> int:
    """1 on the very first use of a secret; only then do older ones end."""
    return tx.execute(
        "UPDATE agent_tokens SET first_used_at = UTC_TIMESTAMP(6) WHERE id = %(id)s AND first_used_at IS NULL", id=token_id
    )


def supersede_older(tx: Tx, agent_id: int, instance_id: int, token_id: int) -> None:
    tx.execute(
        "UPDATE agent_tokens SET superseded_at = UTC_TIMESTAMP(6) WHERE agent_id = %(agent_id)s AND instance_id <=> %(instance_id)s"
        " AND id < %(id)s AND superseded_at IS NULL",
        agent_id=agent_id,
        instance_id=instance_id,
        id=token_id,
    )
