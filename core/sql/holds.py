"""Accounts in which too much looks dead at once, without proof, for anybody to be declared lost."""

from datetime import datetime

from core.database import Tx


def silent(tx: Tx, account_id: int) -> set[int]:
    """PRIMARYs with a machine that were not heard for 45 s."""
    rows = tx.all(
        "SELECT i.id FROM instances i LEFT JOIN agent_heartbeats h ON h.instance_id = i.id"
        " WHERE i.account_id = %(id)s AND i.role = 'PRIMARY' AND i.status <> 'lost'"
        " AND COALESCE(h.contact_at, i.created_at) < UTC_TIMESTAMP(6) - INTERVAL 45 SECOND",
        id=account_id,
    )
    return {row["id"] for row in rows}


def machines(tx: Tx, account_id: int) -> int:
    """How many live machines the account has that we look after."""
    return tx.one(
        "SELECT COUNT(*) AS n FROM instances WHERE account_id = %(id)s AND role IN ('PRIMARY', 'REPLICA')"
        " AND ec2_instance_id IS NOT NULL",
        id=account_id,
    )["n"]


def of(tx: Tx, account_id: int) -> dict | None:
    return tx.one("SELECT * FROM account_holds WHERE account_id = %(id)s", id=account_id)


def begin(tx: Tx, account_id: int, client_id: int, *, unconfirmed: int, machines: int, sentence: str, now: datetime) -> None:
    tx.execute(
        "INSERT INTO account_holds (account_id, client_id, since, unconfirmed, machines, sentence)"
        " VALUES (%(account_id)s, %(client_id)s, %(now)s, %(unconfirmed)s, %(machines)s, %(sentence)s)"
        " ON DUPLICATE KEY UPDATE unconfirmed = VALUES(unconfirmed), machines = VALUES(machines), sentence = VALUES(sentence)",
        account_id=account_id, client_id=client_id, unconfirmed=unconfirmed, machines=machines, sentence=sentence[:255], now=now,
    )  # fmt: skip


def end(tx: Tx, account_id: int) -> int:
    return tx.execute("DELETE FROM account_holds WHERE account_id = %(id)s", id=account_id)


def held_accounts(tx: Tx) -> list[int]:
    return [row["account_id"] for row in tx.all("SELECT account_id FROM account_holds ORDER BY account_id")]
