"""Client organisations, their tokens and their linked AWS accounts."""

import json
import secrets
from contextlib import suppress
from functools import partial
from uuid import uuid4

from config.settings import Settings
from core import audit, doorbell, errors
from core.cloud.regions import is_region
from core.crypto import digest
from core.database import Tx
from core.domain.account import Account
from core.sql import accounts, clients

FIRST_REGION = "us-east-1"


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


def linked_account(tx: Tx, client_id: int, aws_account_id: str, region: str | None, settings: Settings) -> int:
    """The client's AWS account, looked after in ``region`` too from now on; a simulated one is linked on first use.

    An account belongs to one client.
    """
    known = accounts.by_aws_id(tx, aws_account_id)
    if known is None and settings.simulated:
        known = _link(tx, client_id, aws_account_id, region or FIRST_REGION)
    if known is None or known.client_id != client_id:
        raise errors.NotFound("no such AWS account is linked")
    if region:
        look_after(tx, known.id, region)
    return known.id


def look_after(tx: Tx, account_id: int, region: str) -> None:
    """Prices, events and stray machines of the account are asked for in this region as well; Invalid where AWS has none of that name."""
    if not is_region(region):
        raise errors.Invalid(fields={"region": ["AWS has no such region"]})
    if region in json.loads(accounts.get(tx, account_id).regions):
        return
    account = accounts.lock(tx, account_id)
    regions = json.loads(account.regions)
    if region in regions:
        return
    accounts.set_regions(tx, account_id, json.dumps([*regions, region]))
    audit.record(
        tx, client_id=account.client_id, actor=audit.SYSTEM, action="look_after_region", resource=("account", account_id),
        why=f"Account {account.aws_account_id} is looked after in {region} too",
    )  # fmt: skip
    tx.on_commit(partial(doorbell.ring, "spot_prices"))


def _link(tx: Tx, client_id: int, aws_account_id: str, region: str) -> Account:
    """Two that link it at once have linked it once."""
    tx.on_commit(partial(doorbell.ring, "spot_prices"))
    with suppress(errors.Duplicate):
        accounts.insert(
            tx, uuid=str(uuid4()), client_id=client_id, aws_account_id=aws_account_id, name=f"Simulated {aws_account_id}",
            regions=json.dumps([region]), status="active", now=tx.now(),
        )  # fmt: skip
    return accounts.by_aws_id(tx, aws_account_id)


def details(tx: Tx, client_id: int) -> dict:
    row = clients.get(tx, client_id)
    return {
        "client_id": row["uuid"], "name": row["name"], "email": row["email"], "status": row["status"],
        "created_at": row["created_at"], "totals": clients.totals(tx, client_id),
    }  # fmt: skip
