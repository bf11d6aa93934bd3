"""Which AWS accounts do not answer, and when each is tried again."""

from datetime import datetime

from core.database import Tx


def read(tx: Tx, account_id: int) -> dict | None:
    return tx.one("SELECT * FROM account_breakers WHERE account_id = %(id)s", id=account_id)


def take_probe(tx: Tx, account_id: int, next_at: datetime) -> int:
    """1 for whoever may try now: one of all processes, once in a while."""
    return tx.execute(
        "UPDATE account_breakers SET open_until = %(next_at)s WHERE account_id = %(id)s AND open_until <= UTC_TIMESTAMP(6)",
        id=account_id,
        next_at=next_at,
    )


def count_failure(tx: Tx, account_id: int, began: datetime, error: str) -> None:
    tx.execute(
        "INSERT INTO account_breakers (account_id, failures, failing_since, last_error) VALUES (%(id)s, 1, %(began)s, %(error)s)"
        " ON DUPLICATE KEY UPDATE failures = failures + 1, failing_since = COALESCE(failing_since, VALUES(failing_since)),"
        " last_error = VALUES(last_error)",
        id=account_id,
        began=began,
        error=error[:255],
    )


def open(tx: Tx, account_id: int, until: datetime) -> None:
    tx.execute("UPDATE account_breakers SET open_until = %(until)s WHERE account_id = %(id)s", id=account_id, until=until)


def close(tx: Tx, account_id: int) -> None:
    tx.execute(
        "UPDATE account_breakers SET failures = 0, failing_since = NULL, open_until = NULL, last_error = NULL WHERE account_id = %(id)s",
        id=account_id,
    )
