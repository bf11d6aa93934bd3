"""Rows as CSV that a spreadsheet may open: a cell that would be read as a formula is made text."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from core.domain.serialize import plain

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A head and one line per row, in UTF-8; what is missing is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    words = value if isinstance(value, str) else plain(value)
    return f"'{words}" if isinstance(words, str) and words.startswith(FORMULA) else words
