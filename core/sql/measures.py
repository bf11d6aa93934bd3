"""What was counted by every process of the server, and how busy each of them is."""

from datetime import datetime

from core.database import Tx


def add(tx: Tx, rows: list[tuple]) -> int:
    """Rows of (day, name, what, result, upto_ms, n, micros), added to what is there."""
    return tx.insert_many(
        "INSERT INTO measured_calls (day, name, what, result, upto_ms, n, micros) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE n = n + VALUES(n), micros = micros + VALUES(micros)",
        rows,
    )


def totals(tx: Tx) -> list[dict]:
    """Since the installation, by name, what, result and bucket; never falls."""
    return tx.all(
        "SELECT name, what, result, upto_ms, SUM(n) AS n, SUM(micros) / 1000000 AS seconds FROM measured_calls"
        " GROUP BY name, what, result, upto_ms ORDER BY name, what, result, upto_ms"
    )


def buckets(tx: Tx, name: str, what: str | None, days: int) -> list[dict]:
    """How many fell into each bucket in the last days (UTC), today included."""
    return tx.all(
        "SELECT upto_ms, SUM(n) AS n FROM measured_calls WHERE name = %(name)s AND (%(what)s IS NULL OR what = %(what)s)"
        " AND day > DATE(UTC_TIMESTAMP()) - INTERVAL %(days)s DAY GROUP BY upto_ms",
        name=name, what=what, days=days,
    )  # fmt: skip


def sum_old_days(tx: Tx) -> int:
    """Days that are over for a month become one sum without a day; how many rows went."""
    tx.execute(
        "INSERT INTO measured_calls (day, name, what, result, upto_ms, n, micros)"
        " SELECT '2000-01-01', name, what, result, upto_ms, old_n, old_micros FROM"
        " (SELECT name, what, result, upto_ms, SUM(n) AS old_n, SUM(micros) AS old_micros FROM measured_calls"
        "   WHERE day > '2000-01-01' AND day < DATE(UTC_TIMESTAMP()) - INTERVAL 31 DAY GROUP BY name, what, result, upto_ms) AS old"
        " ON DUPLICATE KEY UPDATE n = measured_calls.n + VALUES(n), micros = measured_calls.micros + VALUES(micros)"
    )
    return tx.execute("DELETE FROM measured_calls WHERE day > '2000-01-01' AND day < DATE(UTC_TIMESTAMP()) - INTERVAL 31 DAY")


def report(tx: Tx, process: str, cpu_share: float | None, rss_mb: int, now: datetime) -> None:
    """How busy a process was lately (1: a whole core), and how much memory it holds."""
    tx.execute(
        "INSERT INTO server_processes (process, cpu_share, rss_mb, seen_at) VALUES (%(process)s, %(cpu)s, %(rss)s, %(now)s)"
        " ON DUPLICATE KEY UPDATE cpu_share = VALUES(cpu_share), rss_mb = VALUES(rss_mb), seen_at = VALUES(seen_at)",
        process=process, cpu=cpu_share, rss=rss_mb, now=now,
    )  # fmt: skip


def processes(tx: Tx) -> list[dict]:
    """Those that were heard within two minutes."""
    return tx.all(
        "SELECT process, cpu_share, rss_mb, seen_at FROM server_processes WHERE seen_at > UTC_TIMESTAMP(6) - INTERVAL 2 MINUTE ORDER BY process"
    )


def old_processes(tx: Tx) -> int:
    return tx.execute("DELETE FROM server_processes WHERE seen_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY LIMIT 1000")
