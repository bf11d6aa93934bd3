"""How the pools of a run are put together: every one once, in order, about as much work in each chunk."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.price_series import Past, Start
from core.prices.consolidation import CHUNK, WHOLE, _chunks, _rows_expected


def pool(number: int, fresh: int | None, reaches_back: int = 0) -> dict:
    restart = None if fresh is None else 1000
    return {"pool_no": number, "fresh": fresh, "restart_bucket": restart, "start": Start(restart, 1000 - reaches_back, Past(restart))}


@given(st.lists(st.tuples(st.none() | st.integers(0, 5000), st.integers(0, 400)), max_size=300))
@settings(max_examples=100, deadline=None)
def test_every_pool_is_in_one_chunk_and_in_order(told):
    waiting = [pool(number, *one) for number, one in enumerate(told)]

    chunks = _chunks(waiting)

    assert [row for chunk in chunks for row in chunk] == waiting
    assert all(chunks) and all(len(chunk) == 1 or sum(_rows_expected(row, WHOLE) for row in chunk) <= CHUNK * WHOLE for chunk in chunks)


def test_whole_series_go_by_fifty_and_a_little_news_of_many_in_one_for_each_connection():
    assert [len(chunk) for chunk in _chunks([pool(n, None) for n in range(500)])] == [CHUNK] * 10
    assert [len(chunk) for chunk in _chunks([pool(n, 20) for n in range(500)])] == [250, 250]
    assert _chunks([]) == []


def test_long_series_go_by_few_so_that_memory_stays_where_it_is():
    assert [len(chunk) for chunk in _chunks([pool(n, None) for n in range(20)], whole=20_000)] == [5] * 4
    assert [len(chunk) for chunk in _chunks([pool(n, None) for n in range(3)], whole=10**7)] == [1, 1, 1]
