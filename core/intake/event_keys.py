"""Who may post AWS's events over HTTP: a key of one linked account.

The secret follows from the installation's key and the row's id, so it is stored nowhere: EventBridge's API
destinations send it as it is, programs may sign the body with it instead.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from config.settings import Settings
from core import audit, errors
from core.database import Tx
from core.domain.account import Account
from core.sql import accounts, aws_events

TOLERANCE_SECONDS = 300


@dataclass(frozen=True)
class EventKey:
    """A key that was proven, and the account it speaks for."""

    id: int
    account: Account


def issue(tx: Tx, client_id: int, aws_account_id: str, settings: Settings, actor: str) -> dict:
    """A new key for one of the client's accounts; it is shown this once."""
    account = accounts.by_aws_id(tx, aws_account_id)
    if account is None or account.client_id != client_id:
        raise errors.NotFound("no such AWS account is linked")
    uuid = str(uuid4())
    key_id = aws_events.insert_key(tx, uuid=uuid, client_id=client_id, account_id=account.id, now=tx.now())
    audit.record(
        tx, client_id=client_id, actor=actor, action="issue_event_key", resource=("account", account.id),
        why=f"Issued a key for events of account {aws_account_id}",
    )  # fmt: skip
    return {"key_id": uuid, "aws_account_id": aws_account_id, "key": secret_of(key_id, settings)}


def secret_of(key_id: int, settings: Settings) -> str:
    """``sok_<id>_<mac>``: the key of a row."""
    mac = hmac.new(bytes.fromhex(settings.install_key), f"event-key:{key_id}".encode(), hashlib.sha256).hexdigest()
    return f"sok_{key_id}_{mac}"


def signature(secret: str, body: bytes, at: int | None = None) -> str:
    """``t=<unix>,v1=<hex HMAC-SHA256 of t.body>``, as a sender makes it."""
    at = int(time.time()) if at is None else at
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def by_secret(tx: Tx, secret: str, settings: Settings) -> EventKey:
    """The key itself was sent; Unauthenticated when it is none of ours, or revoked."""
    number = (secret.split("_", 2) + [""])[1]
    return _proven(tx, number, lambda true: hmac.compare_digest(secret.encode(), true.encode()), settings)


def by_signature(tx: Tx, number: str, sent: str, body: bytes, settings: Settings) -> EventKey:
    """The body was signed with key ``number`` within the last five minutes, by the database's clock."""
    parts = dict(part.partition("=")[::2] for part in sent.split(","))
    at = parts.get("t", "")
    if not _is_number(at) or abs(tx.now().timestamp() - int(at)) > TOLERANCE_SECONDS:
        raise errors.Unauthenticated("the signature is too old, or its time is missing")
    return _proven(tx, number, lambda true: hmac.compare_digest(sent.encode(), signature(true, body, int(at)).encode()), settings)


def _proven(tx: Tx, number: str, is_true: Callable[[str], bool], settings: Settings) -> EventKey:
    row = aws_events.key(tx, int(number)) if _is_number(number) else None
    if row is None or not is_true(secret_of(row["id"], settings)):
        raise errors.Unauthenticated()
    return EventKey(row["id"], accounts.get(tx, row["account_id"]))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
