"""From staging to one price per pool and five minutes, and to the hourly features behind it.

A run takes a window of arrivals, goes through the pools they belong to in chunks, and commits each chunk with its
counts and with where the series goes on. Cut anywhere, the run is taken over and does what is left; done twice, it
changes nothing. It belongs into a child process (core/child.py): numpy would hold the web worker up.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from core import database, errors
from core.database import Tx
from core.domain import price_series as rules
from core.domain import price_text
from core.domain.price_series import BUCKET_SECONDS, Past, Seen, Series, Start
from core.sql import consolidation_jobs as jobs
from core.sql import price_series as rows

log = logging.getLogger("core.prices.consolidation")

PERIOD = timedelta(hours=12)
SETTLED = timedelta(seconds=60)  # no transaction that wrote an arrival is older than this
CHUNK = 50
WHOLE = 2000  # rows that a whole series counts for at least; how many it has nobody knows before it is read
WIDTH = 2
RAW = timedelta(days=30)
KEPT = timedelta(days=400)
END = datetime(2100, 1, 1, tzinfo=UTC)
COUNTS = ("pools", "rows_in", "rows_deduplicated", "rows_interpolated", "rows_backfilled", "rows_out", "rows_canonical")


def request(tx: Tx, by: str) -> dict:
    """Queue a run; the open one, if there is one already."""
    present = jobs.open_one(tx)
    if present is None:
        uuid = str(uuid4())
        jobs.insert(tx, uuid=uuid, requested_by=by, now=tx.now())
        present = jobs.by_uuid(tx, uuid)
    return present


def is_due(tx: Tx) -> bool:
    """Whether a run waits, was abandoned, or the last one is twelve hours old (the first: something is staged); queues that one."""
    present = jobs.open_one(tx)
    if present is None:
        last = jobs.last_done(tx)
        if tx.now() - last["window_to"] < PERIOD if last else not rows.has_any(tx, tx.now() - SETTLED):
            return False
        request(tx, "timetable")
        return True
    return present["status"] == "queued" or (tx.now() - present["touched_at"]).total_seconds() > jobs.SILENT_SECONDS


def run() -> dict:
    """Take the open run and finish it; its counts. Nothing, when another process works on it."""
    job = database.run(_take)
    if job is None:
        return {}
    try:
        counts = _work(job)
    except errors.Deposed:
        return {}
    except errors.SpotError as error:
        why = error.message
        database.run(lambda tx: jobs.finish(tx, job["run_id"], job["fence"], "failed", why))
        raise
    database.run(lambda tx: jobs.finish(tx, job["run_id"], job["fence"], "done"))
    return counts


def let_go() -> None:
    """Whoever worked on the open run is dead."""
    database.run(jobs.let_go)


def _take(tx: Tx) -> dict | None:
    last = jobs.last_done(tx)
    return jobs.take(tx, window_from=last and last["window_to"], window_to=tx.now() - SETTLED)


def _work(job: dict) -> dict:
    """1 name the pools  2 every chunk in a transaction of its own  3 hours instead of what is older than thirty days."""
    horizon = int(job["window_to"].timestamp()) // BUCKET_SECONDS
    waiting = database.run(lambda tx: _waiting(tx, job))
    takes_files = database.run(rows.takes_files)
    chunks = _chunks(waiting, max(WHOLE, database.run(rows.staged_estimate) // max(1, len(waiting))))
    with ThreadPoolExecutor(WIDTH, thread_name_prefix="consolidate") as pool:
        done = list(pool.map(lambda chunk: database.run(lambda tx: _chunk(tx, job, chunk, horizon, takes_files)), chunks))
    return {**{name: sum(one[name] for one in done) for name in COUNTS}, "thinned": _thin(horizon)}


def _waiting(tx: Tx, job: dict) -> list[dict]:
    """Pools this run has not done yet, those that are read from the same time beside each other."""
    found = {row["pool_id"]: row for row in rows.pending(tx)}
    found |= {row["pool_id"]: row for row in rows.with_news(tx, job["window_from"], job["window_to"])}
    unnamed = sorted(pool_id for pool_id, row in found.items() if row["pool_no"] is None)
    if unnamed:
        rows.name_pools(tx, unnamed)
        named = rows.numbers(tx, unnamed)
        found |= {pool_id: {**found[pool_id], "pool_no": named[pool_id]} for pool_id in unnamed}
    left = [row for row in found.values() if row["run_id"] < job["run_id"]]
    return sorted(({**row, "start": _start(row)} for row in left), key=lambda row: (row["start"].read_from, row["pool_no"]))


def _chunks(waiting: list[dict], whole: int = WHOLE) -> list[list[dict]]:
    """Pools together that are no more work, and no more memory, than fifty short series; at least two chunks, for both connections.

    ``whole``: the rows of a series that is read from its beginning.
    """
    work = [_rows_expected(row, whole) for row in waiting]
    most, chunks, filled = min(CHUNK * WHOLE, max(1, sum(work) // WIDTH)), [], 0
    for row, rows_expected in zip(waiting, work, strict=True):
        if not chunks or filled + rows_expected > most:
            chunks.append([])
            filled = 0
        chunks[-1].append(row)
        filled += rows_expected
    return chunks


def _rows_expected(row: dict, whole: int) -> int:
    """A series that is written for the first time may be of any length; of the others what is news counts, and what late news reach back for."""
    if row["fresh"] is None or row["restart_bucket"] is None:
        return whole
    return min(whole, row["fresh"] + row["restart_bucket"] - row["start"].read_from + rules.NEAR)


def _start(row: dict) -> Start:
    oldest = 0 if row["oldest"] is None and row["fresh"] is None else row["oldest"]
    return rules.start_of(_past(row), None if oldest is None else int(oldest))


def _past(row: dict) -> Past:
    price = row["history_price"]
    return Past(row["restart_bucket"], row["history_bucket"], None if price is None else round(price * 1e6), row["thinned_bucket"])


def _chunk(tx: Tx, job: dict, chunk: list[dict], horizon: int, takes_files: bool) -> dict:
    """Read, compute, write and count some pools, all or nothing."""
    seen = _read(tx, [row["pool_id"] for row in chunk], min(row["start"].read_from for row in chunk))
    made = [(row, _thinned(_series(seen.get(row["pool_id"]), row["start"], horizon), row["start"], horizon)) for row in chunk]
    _cut(tx, chunk)
    _write(tx, [(row["pool_no"], series) for row, series in made], job["run_id"], takes_files)
    rows.move_on(tx, [_moved(row, series, job["run_id"]) for row, series in made])
    counts = {**price_text.counted([series for _, series in made]), "rows_canonical": _features(tx, made, horizon, job["run_id"])}
    if not jobs.add(tx, job["run_id"], job["fence"], counts):
        raise errors.Deposed()
    return counts


def _cut(tx: Tx, chunk: list[dict]) -> None:
    """Remove what is written anew: one statement for all pools that go on from the same bucket."""
    together: dict[int, list[int]] = {}
    for row in chunk:
        if row["start"].bucket is not None:
            together.setdefault(row["start"].bucket, []).append(row["pool_no"])
    for bucket, pool_nos in together.items():
        rows.cut(tx, pool_nos, at(bucket))


def _read(tx: Tx, pool_ids: list[str], bucket: int, until: datetime = END) -> dict[str, Seen]:
    """What is staged of each pool. An answer too long for one packet is asked for again in halves."""
    found: dict[str, Seen] = {}
    for row in rows.staged(tx, pool_ids, at(bucket), until):
        seen = price_text.parse(row["told"], row["n"])
        found[row["pool_id"]] = seen if seen is not None else _halves(tx, row["pool_id"], bucket, until)
    return found


def _halves(tx: Tx, pool_id: str, bucket: int, until: datetime) -> Seen:
    middle = (bucket + int(until.timestamp()) // BUCKET_SECONDS) // 2
    parts = [_read(tx, [pool_id], *span).get(pool_id) for span in ((bucket, at(middle)), (middle, until))]
    return Seen.joined([part for part in parts if part])


def _write(tx: Tx, made: list[tuple[int, Series]], run_id: int, takes_files: bool) -> None:
    """By the fastest way the server takes."""
    full = [(number, series) for number, series in made if len(series.bucket)]
    if full and takes_files:
        rows.load(tx, price_text.lines(full, run_id))
    elif full:
        rows.write(tx, [row for number, series in full for row in price_text.rows(number, series, run_id)])


def _series(seen: Seen | None, start: Start, horizon: int) -> Series:
    seen = seen.since(start.read_from) if seen else Seen.joined([])
    return rules.consolidate(seen, start, max(horizon, start.past.restart or 0))


def _thinned(series: Series, start: Start, horizon: int) -> Series:
    """A series that is new gets its old hours at once, instead of twelve rows each that would be thinned after the run."""
    return rules.hourly(series, _boundary(horizon)) if start.bucket is None else series


def preview(tx: Tx, pool_id: str, since: datetime) -> list[tuple[datetime, float, str]]:
    """What the next run would write for a pool, from what is staged by now: nobody waits twelve hours for a price (MET-04)."""
    row = rows.of(tx, pool_id)
    past = _past(row) if row else Past()
    first = int(since.timestamp()) // BUCKET_SECONDS
    start = rules.start_of(past, None)
    if start.bucket is None or start.bucket < first:
        start = Start(first, max(0, first - rules.HOLDS - rules.NEAR), Past(restart=first))
    seen = _read(tx, [pool_id], start.read_from).get(pool_id)
    return price_text.told(_series(seen, start, int(tx.now().timestamp()) // BUCKET_SECONDS + 1))


def _moved(row: dict, series: Series, run_id: int) -> tuple:
    price = series.past.history_price
    return (
        row["pool_no"], row["pool_id"], series.past.restart, series.past.history_bucket, None if price is None else price / 1e6,
        series.past.thinned, series.is_pending, run_id,
    )  # fmt: skip


def _features(tx: Tx, made: list[tuple[dict, Series]], horizon: int, run_id: int) -> int:
    """The hours that this chunk touched and that are over."""
    first = min((int(series.bucket[0]) for _, series in made if len(series.bucket)), default=None)
    if first is None:
        return 0
    since, until = at(first - first % rules.HOUR), at(horizon - horizon % rules.HOUR)
    return rows.write_canonical(tx, [row["pool_no"] for row, _ in made], since, until, run_id)


def _thin(horizon: int) -> int:
    """One price per hour for what is older than thirty days, none after 400; how many rows went."""
    boundary, gone = _boundary(horizon), 0
    while some := database.run(lambda tx: rows.to_thin(tx, boundary)):
        for row in some:
            gone += database.run(lambda tx, row=row: _thin_one(tx, row, boundary))
    return gone


def _boundary(horizon: int) -> int:
    """Midnight, thirty days ago."""
    old = horizon - int(RAW.total_seconds()) // BUCKET_SECONDS
    return old - old % (24 * rules.HOUR)


def _thin_one(tx: Tx, row: dict, boundary: int) -> int:
    gone = rows.thin(tx, row["pool_no"], at(row["thinned_bucket"]), at(boundary), boundary)
    return gone + rows.forget(tx, row["pool_no"], at(boundary) - (KEPT - RAW))


def at(bucket: int) -> datetime:
    """When a bucket begins."""
    return datetime.fromtimestamp(bucket * BUCKET_SECONDS, UTC)


def history(tx: Tx, days: int) -> list[dict]:
    """The runs of the last days, newest first."""
    return [shown(row) for row in jobs.newest(tx, days)]


def shown(row: dict) -> dict:
    ended = row["finished_at"] or row["touched_at"]
    same = ("run_id", "status", "requested_by", "window_from", "window_to", *COUNTS, "requested_at", "started_at", "finished_at", "error")
    seconds = (ended - row["started_at"]).total_seconds() if row["started_at"] and ended else None
    return {"job_id": row["uuid"], **{name: row[name] for name in same}, "duration_seconds": seconds}
