"""Switches that are rows, so that every process reads the same."""

from datetime import datetime

from core.database import Tx


def read(tx: Tx, key: str) -> dict | None:
    return tx.one("SELECT * FROM system_settings WHERE k = %(k)s", k=key)


def read_shared(tx: Tx, key: str) -> dict | None:
    """The switch as it is while this transaction lasts: whoever turns it waits for us."""
    return tx.one("SELECT * FROM system_settings WHERE k = %(k)s LOCK IN SHARE MODE", k=key)


def write(tx: Tx, key: str, value: str, now: datetime) -> None:
    tx.execute(
        "INSERT INTO system_settings (k, v, requested_at, in_force_at) VALUES (%(k)s, %(v)s, %(now)s, NULL)"
        " ON DUPLICATE KEY UPDATE v = VALUES(v), requested_at = VALUES(requested_at), in_force_at = NULL",
        k=key,
        v=value,
        now=now,
    )


def set_in_force(tx: Tx, key: str, now: datetime) -> int:
    return tx.execute(
        "UPDATE system_settings SET in_force_at = %(now)s WHERE k = %(k)s AND v = 'on' AND in_force_at IS NULL", k=key, now=now
    )
