"""The administrator acts for a client: half an hour, with a reason, under both names (G-32).

The tenant is the client, so that every route does what it does for the client. The name in keys and audit rows says
who acts for whom. What gives out secrets refuses him (core/idempotency.py), and the platform's own routes do too.
"""

from datetime import timedelta
from uuid import uuid4

from config.settings import Settings
from core import audit, errors
from core.database import Tx
from core.people import sessions as tokens
from core.sql import clients, sessions

LIFE = timedelta(minutes=30)


def begin(tx: Tx, client_uuid: str, reason: str, config: Settings, *, actor: str, request_id: str, ip: str, user_agent: str) -> dict:
    """A token that speaks for the client, shown this once; Conflict for a client that is not active."""
    client = clients.by_uuid(tx, client_uuid)
    if client is None:
        raise errors.NotFound()
    if client["status"] != "active":
        raise errors.Conflict(f"{client['name']} is {client['status']}: nobody can act for it")
    now, jti = tx.now(), str(uuid4())
    sessions.insert(
        tx, jti=jti, principal=name_of(actor, client["id"]), client_id=client["id"], expires_at=now + LIFE, ip=ip, user_agent=user_agent,
        now=now, acting=actor, reason=reason,
    )  # fmt: skip
    why = f"The administrator acts for {client['name']} until {now + LIFE:%H:%M} UTC: {reason}"
    _note(tx, client["id"], actor, "impersonate", why, request_id)
    return {"temp_jwt": tokens.signed(jti, now, now + LIFE, tokens.ACTING, config), "expires_at": now + LIFE, "client_id": client["uuid"]}


def end(tx: Tx, jti: str, client_id: int, *, actor: str, request_id: str) -> None:
    """He is himself again, before the half hour is over."""
    tokens.sign_out(tx, jti)
    _note(tx, client_id, actor, "impersonate_end", f"The administrator acts no longer for {clients.get(tx, client_id)['name']}", request_id)


def shown(tx: Tx, jti: str) -> dict:
    """Who acts, why and until when: what the banner says."""
    session = sessions.live(tx, jti)
    return {"by": session["acting"], "reason": session["reason"], "expires_at": session["expires_at"]}


def name_of(actor: str, client_id: int) -> str:
    return f"{actor} as client:{client_id}"


def _note(tx: Tx, client_id: int, actor: str, action: str, why: str, request_id: str) -> None:
    audit.record(tx, client_id=client_id, actor=actor, action=action, resource=("client", client_id), why=why, request_id=request_id)
