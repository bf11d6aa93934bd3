"""Client organisations, their tokens and their linked AWS accounts."""

import json
import secrets
from functools import partial
from uuid import uuid4

from config.settings import Settings
from core import audit, doorbell, errors
from core.crypto import digest
from core.database import Tx
from core.sql import accounts, clients


def create(tx: Tx, *, name: str, email: str, actor: str) -> dict:
    """A new client with its token, which is shown this once."""
    uuid, secret = str(uuid4()), secrets.token_urlsafe(32)
    try:
        client_id = clients.insert(tx, uuid=uuid, name=name, email=email, now=tx.now())
    except errors.Duplicate:
        raise errors.Invalid(fields={"email": ["this address has a client already"]}) from None
    clients.insert_token(tx, client_id=client_id, prefix=secret[:6], secret_hash=digest(f"soc_{secret}"), now=tx.now())
    audit.record(tx, client_id=client_id, actor=actor, action="create_client", resource=("client", client_id), why=f"Created client {name}")
    return {"client": {"client_id": uuid, "name": name, "email": email, "status": "active"}, "token": f"soc_{secret}"}


def linked_account(tx: Tx, client_id: int, aws_account_id: str, region: str, settings: Settings) -> int:
    """The client's AWS account; a simulated one is linked on first use. An account belongs to one client."""
    known = accounts.by_aws_id(tx, aws_account_id)
    if known and known.client_id != client_id:
        raise errors.NotFound("no such AWS account is linked")
    if known:
        return known.id
    if not settings.simulated:
        raise errors.NotFound("no such AWS account is linked")
    tx.on_commit(partial(doorbell.ring, "spot_prices"))
    return accounts.insert(
        tx, uuid=str(uuid4()), client_id=client_id, aws_account_id=aws_account_id, name=f"Simulated {aws_account_id}",
        regions=json.dumps([region]), status="active", now=tx.now(),
    )  # fmt: skip


def details(tx: Tx, client_id: int) -> dict:
    row = clients.get(tx, client_id)
    return {
        "client_id": row["uuid"], "name": row["name"], "email": row["email"], "status": row["status"],
        "created_at": row["created_at"], "totals": clients.totals(tx, client_id),
    }  # fmt: skip
