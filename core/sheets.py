"""Rows as CSV that a spreadsheet may open: a cell that would be read as a formula is made text."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from core.domain.serialize import plain

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
MOST = 100_000  # rows of an export (CON-12)
PART = 500


def to_csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A head and one line per row, in UTF-8; what is missing is an empty cell."""
    return b"".join(stream(columns, rows))


def stream(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The same part by part, as the rows come; MOST of them."""
    yield _lines([columns])
    left = islice(rows, MOST)
    while part := list(islice(left, PART)):
        yield _lines([_cell(row.get(name)) for name in columns] for row in part)


def _lines(cells: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    words = value if isinstance(value, str) else plain(value)
    return f"'{words}" if isinstance(words, str) and words.startswith(FORMULA) else words
