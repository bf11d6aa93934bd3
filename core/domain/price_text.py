"""Prices between numpy and the database: read as text, written as lines of a file or as rows."""

from datetime import UTC, datetime

import numpy as np

from core.domain.price_series import BACKFILLED, BUCKET_SECONDS, INTERPOLATED, SOURCES, Seen, Series


def parse(told: str, expected: int) -> Seen | None:
    """Observations out of ``seconds,dollars,rank,…``, or None when the text was cut off."""
    if told.count(",") != 3 * expected - 1:
        return None
    numbers = np.fromstring(told, sep=",")
    if len(numbers) != 3 * expected:
        return None
    at, price, rank = numbers.reshape(-1, 3).T
    return Seen(np.rint(at * 1e6).astype(np.int64), np.rint(price * 1e6).astype(np.int64), rank.astype(np.int64))


def lines(made: list[tuple[int, Series]], run_id: int) -> bytes:
    """Lines of equal width, written as one matrix of bytes: pool, time, price, source, run."""
    bucket = np.concatenate([series.bucket for _, series in made])
    price = np.concatenate([series.price for _, series in made])
    source = np.concatenate([series.source for _, series in made]).astype(np.int64)
    pool = np.repeat([number for number, _ in made], [len(series.bucket) for _, series in made])
    tab, end = _letters("\t", len(bucket)), _letters("\n", len(bucket))
    dollars = np.hstack([_digits(price // 1_000_000), _letters(".", len(price)), _digits(price % 1_000_000, 6)])
    columns = (_digits(pool), tab, _times(bucket), tab, dollars, tab, _digits(source), tab, _letters(str(run_id), len(pool)), end)
    return np.hstack(columns).tobytes()


def told(series: Series) -> list[tuple[datetime, float, str]]:
    """The series for people: when, USD per hour, and where it comes from."""
    when = [datetime.fromtimestamp(bucket * BUCKET_SECONDS, UTC) for bucket in series.bucket.tolist()]
    names = [SOURCES[int(code)] for code in series.source]
    return list(zip(when, (series.price / 1e6).tolist(), names, strict=True))


def counted(made: list[Series]) -> dict[str, int]:
    return {
        "pools": len(made),
        "rows_in": sum(series.read for series in made),
        "rows_deduplicated": sum(series.surplus for series in made),
        "rows_interpolated": sum(series.count(INTERPOLATED) for series in made),
        "rows_backfilled": sum(series.count(BACKFILLED) for series in made),
        "rows_out": sum(len(series.bucket) for series in made),
    }


def rows(number: int, series: Series, run_id: int) -> list[tuple]:
    """The same as rows of values, for a server that takes no files."""
    words = _words(series.bucket)
    names = [SOURCES[int(code)] for code in series.source]
    return [(number, at, price / 1e6, name, run_id) for at, price, name in zip(words, series.price.tolist(), names, strict=True)]


def _words(bucket: np.ndarray) -> list[str]:
    return [text.replace("T", " ") for text in (bucket * BUCKET_SECONDS).astype("datetime64[s]").astype(str).tolist()]


def _times(bucket: np.ndarray) -> np.ndarray:
    """``YYYY-MM-DD HH:MM:SS`` per row; each bucket is spelt once."""
    unique, where = np.unique(bucket, return_inverse=True)
    spelt = np.array([text.encode() for text in _words(unique)], dtype="S19").view(np.uint8).reshape(-1, 19)
    return spelt[where]


def _digits(number: np.ndarray, width: int = 0) -> np.ndarray:
    """Decimal digits with leading zeros, as wide as the largest needs."""
    width = width or len(str(int(number.max())))
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (number[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def _letters(text: str, count: int) -> np.ndarray:
    return np.broadcast_to(np.frombuffer(text.encode(), dtype=np.uint8), (count, len(text)))


