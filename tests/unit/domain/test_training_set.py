"""The same rows are the same set, and the hash says so."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

from core.domain.training_set import describe, line

AT = datetime(2026, 1, 2, 3, 4, 5, 600_000, UTC)
ROW = {"pool_id": "use1-az6:m5.large:linux", "at": AT, "kind": "lost", "source": "instance:7"}
SPAN = (AT - timedelta(days=90), AT + timedelta(seconds=1))


def told(*rows):
    return describe(rows, *SPAN, ("bias", "log_age"))


def test_a_row_is_its_columns_apart_by_tabs_in_utc():
    here = ROW | {"at": AT.astimezone(timezone(timedelta(hours=5)))}

    assert line(ROW) == line(here) == b"use1-az6:m5.large:linux\t2026-01-02T03:04:05.600000Z\tlost\tinstance:7\n"


def test_the_hash_is_that_of_the_lines_which_anybody_can_take_with_other_means():
    other = ROW | {"kind": "available", "at": AT - timedelta(hours=1)}

    assert told(other, ROW).digest == hashlib.sha256(line(other) + line(ROW)).digest()
    assert (told(other, ROW).rows, told(other, ROW).name[:30]) == (2, "risk-20260102T030406Z-" + told(other, ROW).digest.hex()[:8])


def test_another_row_another_order_or_another_column_is_another_set():
    later = ROW | {"at": AT + timedelta(microseconds=1)}
    digests = {told(ROW).digest, told(later).digest, told(ROW, later).digest, told(later, ROW).digest, told(ROW | {"source": "fleet"}).digest}

    assert len(digests) == 5
