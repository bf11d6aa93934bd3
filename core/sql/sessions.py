"""Sign-ins of the dashboard, read on every request so that signing out acts at once."""

from datetime import datetime

from core.database import Tx


def insert(tx: Tx, *, jti: str, principal: str, client_id: int | None, expires_at: datetime, ip: str, user_agent: str, now: datetime,
           acting: str | None = None, reason: str | None = None) -> None:  # fmt: skip
    tx.execute(
        "INSERT INTO sessions (jti, principal, client_id, acting, reason, created_at, expires_at, ip, user_agent)"
        " VALUES (%(jti)s, %(principal)s, %(client_id)s, %(acting)s, %(reason)s, %(now)s, %(expires_at)s, %(ip)s, %(agent)s)",
        jti=jti, principal=principal, client_id=client_id, acting=acting, reason=reason, expires_at=expires_at, ip=ip,
        agent=user_agent[:255], now=now,
    )  # fmt: skip


def live(tx: Tx, jti: str) -> dict | None:
    return tx.one(
        "SELECT s.*, c.uuid AS client_uuid, c.name AS client_name FROM sessions s LEFT JOIN clients c ON c.id = s.client_id"
        " WHERE s.jti = %(jti)s AND s.revoked_at IS NULL AND s.expires_at > UTC_TIMESTAMP(6)"
        " AND (s.client_id IS NULL OR c.status = 'active')",
        jti=jti,
    )


def revoke(tx: Tx, jti: str, now: datetime) -> None:
    tx.execute("UPDATE sessions SET revoked_at = %(now)s WHERE jti = %(jti)s AND revoked_at IS NULL", jti=jti, now=now)
