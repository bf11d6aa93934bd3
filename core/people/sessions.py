"""Signing in to the dashboard with a token, and out again. A session is a row; its cookie only names it."""

import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt

from config.settings import Settings
from core import errors
from core.crypto import digest
from core.database import Tx
from core.sql import clients, sessions, settings

ISSUER, ALGORITHM, KEY_ID = "spot-optimizer", "HS256", "1"
DASHBOARD, ACTING = "dashboard", "acting"  # what a token is good for: a cookie, or a bearer of who acts for a client


def is_admin_token(tx: Tx, token: str, config: Settings) -> bool:
    """Whether this is ADMIN_TOKEN and it has not been switched off."""
    if not config.admin_token or not hmac.compare_digest(digest(token), digest(config.admin_token)):
        return False
    row = settings.read(tx, "ADMIN_TOKEN_ENABLED")
    return row is not None and row["v"] == "on"


def sign_in(tx: Tx, token: str, config: Settings, *, ip: str, user_agent: str) -> tuple[dict, str]:
    """Who signed in and the cookie's value; Unauthenticated for a token that is nobody's."""
    client = clients.by_token(tx, digest(token))
    if client is None and not is_admin_token(tx, token, config):
        raise errors.Unauthenticated("this token is not valid")
    now, jti = tx.now(), str(uuid4())
    expires_at = now + timedelta(hours=config.session_hours)
    principal = f"client:{client['id']}" if client else "admin"
    sessions.insert(
        tx, jti=jti, principal=principal, client_id=client and client["id"], expires_at=expires_at, ip=ip, user_agent=user_agent,
        now=now,
    )  # fmt: skip
    who = {
        "kind": "client" if client else "admin", "client_id": client and client["uuid"],
        "name": client["name"] if client else "Administrator", "expires_at": expires_at,
    }  # fmt: skip
    return who, signed(jti, now, expires_at, DASHBOARD, config)


def signed(jti: str, now: datetime, expires_at: datetime, audience: str, config: Settings) -> str:
    """The token that names a session."""
    claims = {"jti": jti, "iss": ISSUER, "aud": audience, "iat": now, "exp": expires_at}
    return jwt.encode(claims, config.jwt_secret, ALGORITHM, headers={"kid": KEY_ID})


def session_of(tx: Tx, token: str, config: Settings, audience: str = DASHBOARD) -> dict:
    """The live session a token names. The database's clock decides about its end, not the token's own."""
    try:
        if jwt.get_unverified_header(token).get("kid") != KEY_ID:
            raise errors.Unauthenticated()
        claims: dict[str, Any] = jwt.decode(
            token, config.jwt_secret, algorithms=[ALGORITHM], issuer=ISSUER, audience=audience,
            options={"require": ["jti", "exp"], "verify_exp": not config.simulated, "verify_iat": False},
        )  # fmt: skip
    except jwt.InvalidTokenError:
        raise errors.Unauthenticated() from None
    session = sessions.live(tx, claims["jti"])
    if session is None:
        raise errors.Unauthenticated()
    return session


def sign_out(tx: Tx, jti: str) -> None:
    sessions.revoke(tx, jti, tx.now())
