"""Turns of asking EC2, one row for each account and region."""

from core.database import Tx


def take(tx: Tx, account_id: int, region: str, every_seconds: float) -> float:
    """0 when the turn is ours; else the seconds until the next one. A time that lies ahead is of a clock that was set back."""
    every = int(every_seconds * 1e6)
    taken = tx.execute(
        "UPDATE describe_turns SET taken_at = UTC_TIMESTAMP(6) WHERE account_id = %(account_id)s AND region = %(region)s"
        " AND (taken_at <= UTC_TIMESTAMP(6) - INTERVAL %(every)s MICROSECOND OR taken_at > UTC_TIMESTAMP(6))",
        account_id=account_id, region=region, every=every,
    ) or tx.execute(
        "INSERT IGNORE INTO describe_turns (account_id, region, taken_at) VALUES (%(account_id)s, %(region)s, UTC_TIMESTAMP(6))",
        account_id=account_id, region=region,
    )  # fmt: skip
    return 0.0 if taken else _until_next(tx, account_id, region, every)


def _until_next(tx: Tx, account_id: int, region: str, every: int) -> float:
    row = tx.one(
        "SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), taken_at + INTERVAL %(every)s MICROSECOND) / 1000000 AS seconds"
        " FROM describe_turns WHERE account_id = %(account_id)s AND region = %(region)s",
        account_id=account_id, region=region, every=every,
    )  # fmt: skip
    return max(0.001, row["seconds"])
