"""AWS's events beside the notices: their queues, keys, counters and dead letters."""

from datetime import datetime

from core.database import Tx


def count(tx: Tx, reason: str, now: datetime) -> None:
    """One more event that was odd, ignored or dead for this reason."""
    tx.execute(
        "INSERT INTO event_counts (reason, n, last_at) VALUES (%(reason)s, 1, %(now)s)"
        " ON DUPLICATE KEY UPDATE n = n + 1, last_at = VALUES(last_at)",
        reason=reason[:48],
        now=now,
    )


def counts(tx: Tx) -> dict[str, int]:
    return {row["reason"]: row["n"] for row in tx.all("SELECT reason, n FROM event_counts ORDER BY reason")}


def bury(tx: Tx, *, uuid: str, client_id: int | None, channel: str, reason: str, body: str, now: datetime) -> int:
    """1 when that body was not buried yet."""
    return tx.execute(
        "INSERT IGNORE INTO dead_letters (uuid, client_id, channel, reason, body, received_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(channel)s, %(reason)s, %(body)s, %(now)s)",
        uuid=uuid, client_id=client_id, channel=channel, reason=reason[:64], body=body, now=now,
    )  # fmt: skip


def polled(tx: Tx, *, account_id: int, client_id: int, region: str, name: str, messages: int, delay_ms: int, now: datetime) -> None:
    """A queue answered. ``delay_ms`` is the age of the oldest message it gave."""
    tx.execute(
        "INSERT INTO event_queues (account_id, region, client_id, name, polled_at, received_at, messages, delay_ms)"
        " VALUES (%(account_id)s, %(region)s, %(client_id)s, %(name)s, %(now)s, IF(%(messages)s > 0, %(now)s, NULL), %(messages)s, %(delay_ms)s)"
        " ON DUPLICATE KEY UPDATE polled_at = VALUES(polled_at), received_at = COALESCE(VALUES(received_at), received_at),"
        " messages = messages + VALUES(messages), delay_ms = VALUES(delay_ms), error = NULL, error_at = NULL,"
        " failures = 0, open_until = NULL",
        account_id=account_id, client_id=client_id, region=region, name=name, messages=messages, delay_ms=delay_ms, now=now,
    )  # fmt: skip


def failed(tx: Tx, *, account_id: int, region: str, error: str, now: datetime) -> None:
    """A queue that answered before does not answer now; after five times in a row that lasted two seconds it rests."""
    tx.execute(
        "UPDATE event_queues SET error = %(error)s, error_at = COALESCE(error_at, %(now)s), failures = failures + 1,"
        " open_until = IF(failures >= 5 AND error_at <= %(now)s - INTERVAL 2 SECOND, %(now)s + INTERVAL 30 SECOND, open_until)"
        " WHERE account_id = %(account_id)s AND region = %(region)s",
        account_id=account_id, region=region, error=error[:255], now=now,
    )  # fmt: skip


def is_read(tx: Tx, account_id: int, region: str) -> bool:
    """Whether a queue of this account and region answered within the last minute, so that it tells of interruptions."""
    row = tx.one(
        "SELECT 1 AS yes FROM event_queues WHERE account_id = %(account_id)s AND region = %(region)s AND error IS NULL"
        " AND polled_at > UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE",
        account_id=account_id, region=region,
    )  # fmt: skip
    return row is not None


def may_poll(tx: Tx, account_id: int, region: str, every_seconds: int) -> bool:
    """Whether a queue does not rest, or its next try is ours."""
    row = tx.one(
        "SELECT open_until FROM event_queues WHERE account_id = %(account_id)s AND region = %(region)s", account_id=account_id, region=region
    )
    if row is None or row["open_until"] is None:
        return True
    taken = tx.execute(
        "UPDATE event_queues SET open_until = UTC_TIMESTAMP(6) + INTERVAL %(every)s SECOND"
        " WHERE account_id = %(account_id)s AND region = %(region)s AND open_until <= UTC_TIMESTAMP(6)",
        account_id=account_id, region=region, every=every_seconds,
    )  # fmt: skip
    return taken > 0


def queues(tx: Tx) -> dict:
    """How all queues stand: how many, how many fail, the longest silence of one, and the greatest delay of the last messages."""
    return tx.one(
        "SELECT COUNT(*) AS queues, COALESCE(SUM(error IS NOT NULL), 0) AS failing,"
        " TIMESTAMPDIFF(MICROSECOND, MIN(polled_at), UTC_TIMESTAMP(6)) / 1000000 AS oldest_poll_age_seconds,"
        " MAX(delay_ms) / 1000 AS delay_seconds, COALESCE(SUM(messages), 0) AS messages"
        " FROM event_queues q JOIN accounts a ON a.id = q.account_id AND a.is_active = 1"
    )


def insert_key(tx: Tx, *, uuid: str, client_id: int, account_id: int, now: datetime) -> int:
    return tx.insert(
        "INSERT INTO event_keys (uuid, client_id, account_id, created_at) VALUES (%(uuid)s, %(client_id)s, %(account_id)s, %(now)s)",
        uuid=uuid, client_id=client_id, account_id=account_id, now=now,
    )  # fmt: skip


def key(tx: Tx, key_id: int) -> dict | None:
    """A key that may still be used."""
    return tx.one(
        "SELECT k.id, k.account_id, k.client_id FROM event_keys k JOIN clients c ON c.id = k.client_id AND c.status = 'active'"
        " WHERE k.id = %(id)s AND k.revoked_at IS NULL",
        id=key_id,
    )
