"""Prices on their way: staging, the series of each pool, five-minute prices, hourly features."""

from collections.abc import Iterator
from datetime import datetime

from core.database import Tx

FRESH = """
SELECT p.pool_id, s.pool_no, s.restart_bucket, s.history_bucket, s.history_price, COALESCE(s.thinned_bucket, 0) AS thinned_bucket,
       COALESCE(s.run_id, 0) AS run_id, p.oldest, p.fresh
  FROM (SELECT pool_id, FLOOR(UNIX_TIMESTAMP(MIN(observed_at)) / 300) AS oldest, COUNT(*) AS fresh
          FROM spot_price_snapshots FORCE INDEX (ix_snapshot_received)
         WHERE received_at >= %(since)s AND received_at < %(until)s GROUP BY pool_id) p
  LEFT JOIN price_series s ON s.pool_id = p.pool_id
"""
SERIES = """
SELECT pool_id, pool_no, restart_bucket, history_bucket, history_price, thinned_bucket, run_id, NULL AS oldest, NULL AS fresh FROM price_series
"""
NEW = {"pool_no": None, "restart_bucket": None, "history_bucket": None, "history_price": None, "thinned_bucket": 0, "run_id": 0,
       "oldest": None, "fresh": None}  # fmt: skip
PENDING = """
SELECT pool_id, pool_no, restart_bucket, history_bucket, history_price, thinned_bucket, run_id, NULL AS oldest, 0 AS fresh
  FROM price_series WHERE is_pending = 1
"""


def with_news(tx: Tx, since: datetime | None, until: datetime) -> list[dict]:
    """Pools with rows received in [since, until), the bucket of the oldest of them, and how their series stands.

    Without ``since`` it is the first run: every pool, and all of it is news.
    """
    if since:
        return tx.all(FRESH, since=since, until=until)
    known = {row["pool_id"]: row for row in tx.all(SERIES)}
    return [known.get(pool_id, {**NEW, "pool_id": pool_id}) for pool_id in _staged_pools(tx)]


def staged_estimate(tx: Tx) -> int:
    """How many rows are staged, as the server's statistics have it; a guess, and 0 before there are any."""
    row = tx.one("SELECT TABLE_ROWS AS n FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'spot_price_snapshots'")
    return int(row["n"] or 0) if row else 0


def _staged_pools(tx: Tx) -> Iterator[str]:
    """Every pool that anything is staged of: one step along the index for each. A DISTINCT may read every row."""
    after = ""
    while after := tx.one("SELECT MIN(pool_id) AS pool_id FROM spot_price_snapshots WHERE pool_id > %(after)s", after=after)["pool_id"]:
        yield after


def has_any(tx: Tx, received_before: datetime) -> bool:
    """Whether anything is staged that a run would read."""
    return tx.one("SELECT 1 AS yes FROM spot_price_snapshots WHERE received_at < %(before)s LIMIT 1", before=received_before) is not None


def pending(tx: Tx) -> list[dict]:
    """Pools whose tail waits, or whose last price still holds."""
    return tx.all(PENDING)


def name_pools(tx: Tx, pool_ids: list[str]) -> None:
    """Give pools their short numbers."""
    tx.insert_many("INSERT IGNORE INTO price_series (pool_id) VALUES (%s)", [(pool_id,) for pool_id in pool_ids])


def numbers(tx: Tx, pool_ids: list[str]) -> dict[str, int]:
    rows = tx.all("SELECT pool_id, pool_no FROM price_series WHERE pool_id IN %(pools)s", pools=pool_ids)
    return {row["pool_id"]: row["pool_no"] for row in rows}


def staged(tx: Tx, pool_ids: list[str], since: datetime, until: datetime) -> list[dict]:
    """Each pool's rows of that time as text: seconds, dollars and rank (1 PRIMARY, 2 REPLICA, 3 another host, 4 AWS's list)."""
    tx.execute("SET SESSION group_concat_max_len = 4294967295")
    return tx.all(
        "SELECT pool_id, COUNT(*) AS n, GROUP_CONCAT(UNIX_TIMESTAMP(observed_at), ',', price, ',', IF(source = 'agent', source_role + 0, 4))"
        " AS told FROM spot_price_snapshots WHERE pool_id IN %(pools)s AND observed_at >= %(since)s AND observed_at < %(until)s GROUP BY pool_id",
        pools=pool_ids,
        since=since,
        until=until,
    )


def takes_files(tx: Tx) -> bool:
    """Whether LOAD DATA LOCAL may be used: on a job's connection, where the server lets it in (MySQL's default is no)."""
    return tx.may_load and bool(tx.one("SELECT @@GLOBAL.local_infile AS yes")["yes"])


def load(tx: Tx, lines: bytes) -> int:
    """Lines of pool_no, bucket_at, price, the source's number, run_id, apart by tabs."""
    return tx.load(
        "LOAD DATA LOCAL INFILE %(file)s INTO TABLE pricing_consolidated CHARACTER SET binary"
        " (pool_no, bucket_at, price, @source, run_id) SET data_source = ELT(@source, 'agent', 'interpolated', 'backfilled')",
        lines,
    )


def write(tx: Tx, rows: list[tuple]) -> int:
    """The same without LOAD DATA."""
    return tx.insert_many(
        "INSERT INTO pricing_consolidated (pool_no, bucket_at, price, data_source, run_id) VALUES (%s, %s, %s, %s, %s)", rows
    )


def cut(tx: Tx, pool_nos: list[int], since: datetime) -> int:
    return tx.execute("DELETE FROM pricing_consolidated WHERE pool_no IN %(pools)s AND bucket_at >= %(since)s", pools=pool_nos, since=since)


def move_on(tx: Tx, rows: list[tuple]) -> None:
    """Rows of (pool_no, pool_id, restart_bucket, history_bucket, history_price, thinned_bucket, is_pending, run_id)."""
    tx.insert_many(
        "INSERT INTO price_series (pool_no, pool_id, restart_bucket, history_bucket, history_price, thinned_bucket, is_pending, run_id)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE restart_bucket = VALUES(restart_bucket), history_bucket = VALUES(history_bucket),"
        " history_price = VALUES(history_price), thinned_bucket = GREATEST(thinned_bucket, VALUES(thinned_bucket)), is_pending = VALUES(is_pending), run_id = VALUES(run_id)",
        rows,
    )


def write_canonical(tx: Tx, pool_nos: list[int], since: datetime, until: datetime, run_id: int) -> int:
    """Whole hours of [since, until) anew: mean and spread of the hour, the least certain source in it, and its place in the week."""
    tx.execute(
        "DELETE FROM pricing_canonical WHERE pool_no IN %(pools)s AND hour_at >= %(since)s AND hour_at < %(until)s",
        pools=pool_nos, since=since, until=until,
    )  # fmt: skip
    return tx.execute(
        "INSERT INTO pricing_canonical (pool_no, hour_at, price, data_source, hour, weekday, on_demand_ratio, volatility, run_id)"
        " SELECT STRAIGHT_JOIN c.pool_no, FROM_UNIXTIME(FLOOR(UNIX_TIMESTAMP(c.bucket_at) / 3600) * 3600) AS hour_at, AVG(c.price),"
        " MAX(c.data_source + 0), MIN(HOUR(c.bucket_at)), MIN(WEEKDAY(c.bucket_at)), AVG(c.price) / MAX(o.price), STDDEV_POP(c.price), %(run)s"
        " FROM pricing_consolidated c FORCE INDEX (PRIMARY) JOIN price_series s ON s.pool_no = c.pool_no"
        " LEFT JOIN spot_pools p ON p.pool_id = s.pool_id"
        " LEFT JOIN ondemand_prices o ON o.region = p.region AND o.instance_type = p.instance_type AND o.product = 'linux'"
        " WHERE c.pool_no IN %(pools)s AND c.bucket_at >= %(since)s AND c.bucket_at < %(until)s GROUP BY c.pool_no, hour_at",
        pools=pool_nos, since=since, until=until, run=run_id,
    )  # fmt: skip


def to_thin(tx: Tx, before: int, limit: int = 200) -> list[dict]:
    """Series with five-minute prices older than bucket ``before``."""
    return tx.all(
        "SELECT pool_no, thinned_bucket FROM price_series WHERE thinned_bucket < %(before)s AND restart_bucket > %(before)s"
        " ORDER BY pool_no LIMIT %(limit)s",
        before=before,
        limit=limit,
    )


def thin(tx: Tx, pool_no: int, since: datetime, until: datetime, bucket: int) -> int:
    """One mean per hour instead of twelve prices, marked with the least certain source; how many rows went."""
    tx.execute(
        "INSERT INTO pricing_consolidated (pool_no, bucket_at, price, data_source, run_id)"
        " SELECT pool_no, hour_at, price, data_source, run_id FROM (SELECT pool_no, FROM_UNIXTIME(FLOOR(UNIX_TIMESTAMP(bucket_at) / 3600) * 3600)"
        " AS hour_at, AVG(price) AS price, MAX(data_source + 0) AS data_source, MAX(run_id) AS run_id FROM pricing_consolidated"
        " WHERE pool_no = %(no)s AND bucket_at >= %(since)s AND bucket_at < %(until)s GROUP BY pool_no, hour_at) hours"
        " ON DUPLICATE KEY UPDATE price = VALUES(price), data_source = VALUES(data_source), run_id = VALUES(run_id)",
        no=pool_no, since=since, until=until,
    )  # fmt: skip
    gone = tx.execute(
        "DELETE FROM pricing_consolidated WHERE pool_no = %(no)s AND bucket_at >= %(since)s AND bucket_at < %(until)s"
        " AND MINUTE(bucket_at) <> 0",
        no=pool_no, since=since, until=until,
    )  # fmt: skip
    tx.execute("UPDATE price_series SET thinned_bucket = %(bucket)s WHERE pool_no = %(no)s", no=pool_no, bucket=bucket)
    return gone


def forget(tx: Tx, pool_no: int, before: datetime) -> int:
    """Prices and features nobody asks for any more."""
    prices = tx.execute("DELETE FROM pricing_consolidated WHERE pool_no = %(no)s AND bucket_at < %(before)s", no=pool_no, before=before)
    return prices + tx.execute("DELETE FROM pricing_canonical WHERE pool_no = %(no)s AND hour_at < %(before)s", no=pool_no, before=before)


def of_pool(tx: Tx, pool_id: str, since: datetime, hourly: bool) -> list[dict]:
    """The consolidated series since then, whole or at full hours."""
    return tx.all(
        "SELECT c.bucket_at AS at, c.price, c.data_source FROM price_series s JOIN pricing_consolidated c ON c.pool_no = s.pool_no"
        " WHERE s.pool_id = %(pool)s AND c.bucket_at >= %(since)s"
        " AND (NOT %(hourly)s OR MINUTE(c.bucket_at) = 0) ORDER BY c.bucket_at",
        pool=pool_id,
        since=since,
        hourly=hourly,
    )


def of(tx: Tx, pool_id: str) -> dict | None:
    """How a pool's series stands."""
    return tx.one("SELECT * FROM price_series WHERE pool_id = %(pool)s", pool=pool_id)
