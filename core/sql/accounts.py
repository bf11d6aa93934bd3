"""AWS accounts, each of exactly one client."""

from datetime import datetime

from core.database import Tx
from core.domain.account import Account


def insert(tx: Tx, *, uuid: str, client_id: int, aws_account_id: str, name: str, regions: str, status: str, now: datetime) -> int:
    return tx.insert(
        "INSERT INTO accounts (uuid, client_id, aws_account_id, name, regions, status, created_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(aws)s, %(name)s, %(regions)s, %(status)s, %(now)s)",
        uuid=uuid, client_id=client_id, aws=aws_account_id, name=name, regions=regions, status=status, now=now,
    )  # fmt: skip


def get(tx: Tx, account_id: int) -> Account:
    return Account.from_row(tx.one("SELECT * FROM accounts WHERE id = %(id)s", id=account_id))


def by_aws_id(tx: Tx, aws_account_id: str) -> Account | None:
    return Account.maybe(tx.one("SELECT * FROM accounts WHERE aws_account_id = %(aws)s", aws=aws_account_id))


def first_of(tx: Tx, client_id: int) -> Account | None:
    return Account.maybe(tx.one("SELECT * FROM accounts WHERE client_id = %(client_id)s ORDER BY id LIMIT 1", client_id=client_id))


def of_client(tx: Tx, client_id: int) -> list[dict]:
    """Every linked account with what comes from it: its machines that we look after, its event queues and keys."""
    return tx.all(
        "SELECT a.*, (SELECT COUNT(*) FROM instances i WHERE i.account_id = a.id AND i.role IN ('PRIMARY', 'REPLICA', 'ZOMBIE')) AS machines,"
        " (SELECT COUNT(*) FROM event_keys k WHERE k.account_id = a.id AND k.revoked_at IS NULL) AS event_keys,"
        " (SELECT MAX(q.polled_at) FROM event_queues q WHERE q.account_id = a.id) AS queue_polled_at,"
        " (SELECT MAX(q.received_at) FROM event_queues q WHERE q.account_id = a.id) AS queue_received_at"
        " FROM accounts a WHERE a.client_id = %(client_id)s ORDER BY a.id",
        client_id=client_id,
    )


def lock(tx: Tx, account_id: int) -> Account:
    return Account.from_row(tx.one("SELECT * FROM accounts WHERE id = %(id)s FOR UPDATE", id=account_id))


def set_regions(tx: Tx, account_id: int, regions: str) -> None:
    """A JSON list; the row is locked by whoever writes it."""
    tx.execute("UPDATE accounts SET regions = %(regions)s WHERE id = %(id)s", id=account_id, regions=regions)


def active(tx: Tx) -> list[Account]:
    return [Account.from_row(row) for row in tx.all("SELECT * FROM accounts WHERE is_active = 1 ORDER BY id")]


def set_health(tx: Tx, account_id: int, health: str, reason: str | None) -> int:
    """1 when that is news."""
    return tx.execute(
        "UPDATE accounts SET health = %(health)s, health_reason = %(reason)s WHERE id = %(id)s AND health <> %(health)s",
        id=account_id, health=health, reason=reason and reason[:255],
    )  # fmt: skip
