"""Idempotency keys: inserted first, in the transaction that does the work."""

from core.database import Tx


def insert(tx: Tx, principal: str, request_id: str, fingerprint: bytes) -> None:
    """Claim the key; Duplicate when it was used before. A concurrent copy waits here for our end."""
    tx.execute(
        "INSERT INTO idempotency_keys (principal, request_id, fingerprint, status_code, created_at, expires_at)"
        " VALUES (%(principal)s, %(request_id)s, %(fingerprint)s, 0, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 72 HOUR)",
        principal=principal,
        request_id=request_id,
        fingerprint=fingerprint,
    )


def store_reply(tx: Tx, principal: str, request_id: str, status: int, body: bytes | None) -> None:
    tx.execute(
        "UPDATE idempotency_keys SET status_code = %(status)s, body = %(body)s WHERE principal = %(principal)s AND request_id = %(request_id)s",
        principal=principal, request_id=request_id, status=status, body=body,
    )  # fmt: skip


def stored(tx: Tx, principal: str, request_id: str) -> dict | None:
    return tx.one(
        "SELECT fingerprint, status_code, body FROM idempotency_keys WHERE principal = %(principal)s AND request_id = %(request_id)s",
        principal=principal,
        request_id=request_id,
    )
