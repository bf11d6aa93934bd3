"""CSV for spreadsheets: no cell is a formula, numbers stay numbers, and a hundred thousand rows are never held at once (CON-12)."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.sheets import MOST, PART, stream, to_csv

COLUMNS = ("name", "usd")


def table(data: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(data.decode())))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0"])
def test_a_text_that_a_spreadsheet_would_run_becomes_text(start: str):
    assert to_csv(("name",), [{"name": f"{start}1+1"}]).decode().splitlines(keepends=True)[1].lstrip('"').startswith(f"'{start}")


@pytest.mark.parametrize(("value", "cell"), [(-1.5, "-1.5"), (-3, "-3"), (None, ""), ("a-b", "a-b"), ("", ""), (True, "True"),
                                             (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00.000Z")])  # fmt: skip
def test_numbers_stay_numbers_and_what_is_missing_is_empty(value, cell):
    assert table(to_csv(COLUMNS, [{"name": "x", "usd": value}])) == [{"name": "x", "usd": cell}]


def test_a_cell_with_commas_quotes_and_lines_comes_back_as_it_was():
    words = 'a, "b"\nc'
    assert table(to_csv(COLUMNS, [{"name": words, "usd": 1}]))[0]["name"] == words


def test_more_rows_than_a_hundred_thousand_are_not_sent():
    parts = list(stream(COLUMNS, ({"name": "x", "usd": n} for n in range(MOST + 1))))

    assert sum(part.count(b"\n") for part in parts) == MOST + 1, "and a head"
    assert max(part.count(b"\n") for part in parts) == PART


def test_rows_are_asked_for_as_they_are_sent():
    read: list[int] = []

    def rows() -> Iterator[dict]:
        for n in range(10 * PART):
            read.append(n)
            yield {"name": "x", "usd": n}

    sent = stream(COLUMNS, rows())
    assert (next(sent), len(read)) == (b"name,usd\r\n", 0)
    next(sent)
    assert len(read) == PART
