"""What a statement answers: each value in the type that its column has in this answer."""

from datetime import UTC, datetime

import pytest


@pytest.mark.parametrize("order", [1, -1], ids=["one way round", "the other way round"])
def test_columns_of_one_name_keep_their_own_types_whatever_was_read_before(tx, order: int):
    words = [("7", 7), ("'7'", "7"), ("CAST('7' AS BINARY)", b"7"), ("TIMESTAMP '2026-01-02 03:04:05'", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
             ("CAST(7 AS DECIMAL(9, 2))", 7.0)]  # fmt: skip

    told = [tx.one(f"SELECT {sql} AS what")["what"] for sql, _ in (words * 2)[::order]]

    assert [(value, type(value)) for value in told] == [(value, type(value)) for _, value in (words * 2)[::order]]
