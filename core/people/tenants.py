"""A client organisation as the administrator keeps it: its token is renewed, and one day it ends."""

import secrets
from datetime import timedelta

from core import audit, errors
from core.crypto import digest
from core.database import Tx
from core.sql import clients
from core.sql import tenants as rows

OLD_TOKEN_LIVES = timedelta(minutes=10)


def token_metadata(tx: Tx, client_uuid: str) -> dict:
    """Prefix, times and scopes of the newest live token; NotFound where there is none."""
    row = rows.newest_token(tx, _known(tx, client_uuid)["id"])
    if row is None:
        raise errors.NotFound()
    return {
        "prefix": row["prefix"], "created_at": row["created_at"], "last_used_at": row["last_used_at"],
        "scopes": row["scopes"].split(","),
    }  # fmt: skip


def regenerate_token(tx: Tx, client_uuid: str, *, actor: str) -> dict:
    """A new token; every older one ends within ten minutes."""
    client, secret, now = _known(tx, client_uuid), secrets.token_urlsafe(32), tx.now()
    rows.limit_tokens(tx, client["id"], now + OLD_TOKEN_LIVES)
    clients.insert_token(tx, client_id=client["id"], prefix=secret[:6], secret_hash=digest(f"soc_{secret}"), now=now)
    _note(tx, client, actor, "regenerate_token", f"A new token was issued; the old one ends at {now + OLD_TOKEN_LIVES:%H:%M:%S} UTC")
    return {"token": f"soc_{secret}", "old_token_ends_at": now + OLD_TOKEN_LIVES}


def delete(tx: Tx, client_uuid: str, *, actor: str) -> dict:
    """Nobody speaks for the client any more and nothing more is done for it; no machine is ended.

    1 who may speak: tokens, sessions  2 what we would do: agents, accounts, incidents, replicas, orders nobody has begun
    3 what is left running, for whoever has to decide about it.
    """
    client, now = _known(tx, client_uuid), tx.now()
    rows.mark_deleted(tx, client["id"])
    rows.revoke_tokens(tx, client["id"], now)
    rows.revoke_sessions(tx, client["id"], now)
    rows.deregister_agents(tx, client["id"], now)
    rows.deactivate_accounts(tx, client["id"])
    rows.close_incidents(tx, client["id"], now)
    rows.withdraw_orders(tx, client["id"], now)
    rows.let_machines_be(tx, client["id"])
    rows.end_replicas(tx, client["id"], now)
    left = rows.machines_left(tx, client["id"])
    _note(tx, client, actor, "delete_client", f"Deleted client {client['name']}; {len(left)} machines were left as they are")
    return {"client_id": client["uuid"], "status": "deleted", "machines_left": left}


def _known(tx: Tx, client_uuid: str) -> dict:
    row = clients.by_uuid(tx, client_uuid)
    if row is None:
        raise errors.NotFound()
    return row


def _note(tx: Tx, client: dict, actor: str, action: str, why: str) -> None:
    audit.record(tx, client_id=client["id"], actor=actor, action=action, resource=("client", client["id"]), why=why)
