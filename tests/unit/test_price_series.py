"""One price per pool and five minutes: equal to the plain reference, however it is cut into runs."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import price_series as ps
from core.domain.price_series import AGENT, BACKFILLED, BUCKET_US, HISTORY, HOLDS, INTERPOLATED, NEAR, OTHER, PRIMARY, REPLICA
from tests.reference import Row, per_pool, reference

LAST = 700
rows_of = st.lists(
    st.tuples(
        st.integers(0, LAST * BUCKET_US).map(lambda at: at - at % 20_000_000),
        st.integers(1, 400_000),
        st.sampled_from([PRIMARY, REPLICA, OTHER, HISTORY]),
    ),
    max_size=40,
)


def seen(rows: list[Row]) -> ps.Seen:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return ps.Seen(*columns)


def told(series: ps.Series) -> dict:
    names = [ps.SOURCES[int(code)] for code in series.source]
    return dict(zip(series.bucket.tolist(), zip(series.price.tolist(), names, strict=True), strict=True))


def at_once(rows: list[Row], horizon: int) -> dict:
    return told(ps.consolidate(seen(rows), ps.start_of(ps.Past(), None), horizon))


def run_by_run(batches: list[tuple[list[Row], int]]) -> dict:
    """What a table holds after runs that each saw some new rows and went up to some horizon."""
    table, past, staged = {}, ps.Past(), []
    for rows, horizon in batches:
        staged += rows
        oldest = min((at // BUCKET_US for at, _, _ in rows), default=None)
        start = ps.start_of(past, oldest)
        series = ps.consolidate(seen(staged).since(start.read_from), start, max(horizon, past.restart or 0))
        table = {bucket: row for bucket, row in table.items() if start.bucket is not None and bucket < start.bucket} | told(series)
        past = series.past
    return table


@settings(max_examples=300, deadline=None)
@given(rows_of, st.integers(0, LAST + 50))
def test_it_equals_the_reference(rows, horizon):
    assert at_once(rows, horizon) == reference(rows, horizon) == per_pool(rows, horizon)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(rows_of, st.integers(0, LAST + 50)), min_size=1, max_size=5))
def test_however_it_is_cut_into_runs_the_table_is_the_same(batches):
    """Rows come late, horizons move on, some runs find nothing new."""
    horizon, moved = 0, []
    for rows, wanted in batches:
        horizon = max(horizon, wanted)
        moved.append((rows, horizon))

    assert run_by_run(moved) == reference([row for rows, _ in moved for row in rows], horizon)


@settings(max_examples=100, deadline=None)
@given(rows_of)
def test_a_run_that_is_repeated_changes_nothing(rows):
    assert run_by_run([(rows, LAST), (rows, LAST), ([], LAST)]) == run_by_run([(rows, LAST)])


def test_the_primarys_word_counts_before_the_replicas_and_the_latest_of_each():
    rows = [(10_000_000, 5, REPLICA), (9_000_000, 3, PRIMARY), (8_000_000, 2, PRIMARY), (11_000_000, 9, HISTORY)]

    assert at_once(rows, NEAR) == {0: (3, "agent")}


def test_a_gap_of_two_hours_is_interpolated_and_one_bucket_more_is_left_open():
    near = at_once([(0, 0, PRIMARY), (NEAR * BUCKET_US, 240, PRIMARY)], NEAR + 1)
    far = at_once([(0, 0, PRIMARY), ((NEAR + 1) * BUCKET_US, 240, PRIMARY)], NEAR + 2)

    assert near[1] == (10, "interpolated")
    assert set(far) == {0, NEAR + 1}


def test_aws_price_fills_what_hosts_left_open_and_holds_for_twenty_five_hours():
    rows = [(0, 7, HISTORY)]

    filled = at_once(rows, HOLDS + 10)

    assert set(filled) == set(range(HOLDS + 1))
    assert set(filled.values()) == {(7, "backfilled")}


def test_a_tail_that_may_still_become_a_short_gap_waits():
    rows = [(0, 7, HISTORY), (0, 9, PRIMARY)]

    assert at_once(rows, NEAR) == {0: (9, "agent")}
    assert at_once(rows, NEAR + 1)[1] == (7, "backfilled")


def test_what_was_thinned_is_never_written_anew():
    start = ps.start_of(ps.Past(restart=900, thinned=800), 10)

    assert start.bucket == 800


def test_each_source_is_counted():
    series = ps.consolidate(seen([(0, 1, HISTORY), (5 * BUCKET_US, 4, PRIMARY), (7 * BUCKET_US, 4, REPLICA)]), ps.start_of(ps.Past(), None), 40)

    assert [series.count(code) for code in (AGENT, INTERPOLATED, BACKFILLED)] == [2, 1, 37]


def test_a_new_series_of_which_nothing_is_old_counts_as_thinned_and_is_left_as_it_is():
    series = ps.consolidate(seen([(500 * BUCKET_US, 7, PRIMARY)]), ps.start_of(ps.Past(), None), LAST)

    made = ps.hourly(series, 400)

    assert told(made) == told(series) and made.past.thinned == 400
    assert ps.hourly(series, LAST + 1).past.thinned == LAST + 1  # all of it is old
    nothing = ps.consolidate(seen([]), ps.start_of(ps.Past(), None), 100)
    assert ps.hourly(nothing, 400).past.thinned == 0  # not yet that far: whatever comes is still written
