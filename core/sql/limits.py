"""Rate counters: rows, so that they are exact over all workers and servers."""

from core.database import Tx


def count(tx: Tx, bucket: str, window_seconds: int) -> int:
    """How many times ``bucket`` was used in the present window, this time included."""
    return tx.insert(
        "INSERT INTO rate_counters (bucket, window_start, n)"
        " VALUES (%(bucket)s, FROM_UNIXTIME(FLOOR(UNIX_TIMESTAMP(UTC_TIMESTAMP()) / %(window)s) * %(window)s), LAST_INSERT_ID(1))"
        " ON DUPLICATE KEY UPDATE n = LAST_INSERT_ID(n + 1)",
        bucket=bucket,
        window=window_seconds,
    )
