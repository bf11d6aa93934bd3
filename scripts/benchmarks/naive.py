"""What one would write first: a row at a time, and one large statement of window functions. Both make the same table."""

from datetime import UTC, datetime

import pymysql

from core.domain.price_series import HOLDS, NEAR
from tests.reference import per_pool

PURE = f"""
INSERT INTO pricing_consolidated (pool_no, bucket_at, price, data_source, run_id)
WITH ranked AS (
  SELECT s.pool_no, FLOOR(UNIX_TIMESTAMP(p.observed_at) / 300) AS bucket, p.price, p.source,
         ROW_NUMBER() OVER (PARTITION BY s.pool_no, FLOOR(UNIX_TIMESTAMP(p.observed_at) / 300), p.source = 'agent'
                            ORDER BY IF(p.source = 'agent', p.source_role + 0, 4), p.observed_at DESC, p.price DESC) AS place
    FROM spot_price_snapshots p JOIN price_series s ON s.pool_id = p.pool_id
), best AS (
  SELECT pool_no, bucket, price, LEAD(bucket) OVER (PARTITION BY pool_no ORDER BY bucket) AS next_bucket,
         LEAD(price) OVER (PARTITION BY pool_no ORDER BY bucket) AS next_price
    FROM ranked WHERE place = 1 AND source = 'agent' AND bucket < %(horizon)s
), steps AS (SELECT 0 AS step UNION ALL {" UNION ALL ".join(f"SELECT {n}" for n in range(1, NEAR))})
SELECT b.pool_no, FROM_UNIXTIME((b.bucket + t.step) * 300),
       IF(t.step = 0, b.price, b.price + FLOOR((2 * (b.next_price - b.price) * 1000000 * t.step + (b.next_bucket - b.bucket))
                                              / (2 * (b.next_bucket - b.bucket))) / 1000000),
       IF(t.step = 0, 'agent', 'interpolated'), 0
  FROM best b JOIN steps t ON t.step = 0 OR (b.next_bucket - b.bucket <= {NEAR} AND t.step < b.next_bucket - b.bucket)
"""  # noqa: S608
assert HOLDS > NEAR


def pure_sql(session: pymysql.Connection, horizon: int) -> None:
    """Hosts' reports alone: the staged rows of the benchmark hold nothing else."""
    with session.cursor() as cursor:
        cursor.execute("INSERT IGNORE INTO price_series (pool_id) SELECT DISTINCT pool_id FROM spot_price_snapshots")
        cursor.execute(PURE, {"horizon": horizon})


def row_at_a_time(session: pymysql.Connection, horizon: int) -> None:
    """Fetch, compute and store in plain Python, with executemany at the end of each pool."""
    with session.cursor() as cursor:
        cursor.execute("INSERT IGNORE INTO price_series (pool_id) SELECT DISTINCT pool_id FROM spot_price_snapshots")
        cursor.execute("SELECT pool_id, pool_no FROM price_series")
        for pool_id, number in cursor.fetchall():
            cursor.execute(
                "SELECT CAST(UNIX_TIMESTAMP(observed_at) * 1000000 AS UNSIGNED), CAST(price * 1000000 AS UNSIGNED),"
                " IF(source = 'agent', source_role + 0, 4) FROM spot_price_snapshots WHERE pool_id = %s",
                (pool_id,),
            )
            told = per_pool(list(cursor.fetchall()), horizon)
            session.begin()
            cursor.executemany(
                "INSERT INTO pricing_consolidated (pool_no, bucket_at, price, data_source, run_id) VALUES (%s, %s, %s, %s, %s)",
                [(number, datetime.fromtimestamp(300 * bucket, UTC), price / 1e6, source, 0) for bucket, (price, source) in told.items()],
            )
            session.commit()
