"""The ledger's rules: what an hour books, in which account, and that nothing is lost or made by adding up."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.savings import (
    COSTS,
    HOUR,
    LINES,
    HourPrices,
    Life,
    Quote,
    Span,
    amount,
    cents,
    hour_of,
    hours_between,
    lines_of,
    net,
    quote,
    spans_of,
)  # fmt: skip

TEN = datetime(2026, 5, 1, 10, tzinfo=UTC)
SPOT, ON_DEMAND = Quote(0.03, "test"), Quote(0.10, "test")
PRICES = HourPrices(own=SPOT, spot=SPOT, baseline=ON_DEMAND)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def booked(*spans: tuple[str, float, float], prices: HourPrices = PRICES, lifecycle="spot", fallback=False) -> dict[str, float]:
    """Line → USD of one instance in the hour from ten; spans in minutes after ten."""
    life = Life(1, lifecycle, fallback, tuple(Span(role, TEN + minutes(a), TEN + minutes(b)) for role, a, b in spans))
    return {line.line: line.micros / 1e6 for line in lines_of(life, TEN, prices)}


def test_a_primary_books_its_price_against_the_baseline():
    assert booked(("PRIMARY", 0, 60)) == {"baseline": 0.10, "actual": 0.03}


def test_a_switch_that_lives_ten_minutes_books_ten_minutes():
    assert booked(("PRIMARY", 20, 30)) == {"baseline": 0.016667, "actual": 0.005}


def test_a_replica_is_overlap_and_a_zombie_is_burn_and_neither_earns_a_baseline():
    assert booked(("REPLICA", 0, 20), ("PRIMARY", 20, 40), ("ZOMBIE", 40, 60)) == {
        "overlap": 0.01, "actual": 0.01, "zombie_burn": 0.01, "baseline": 0.033333,
    }  # fmt: skip


def test_a_fallback_books_what_it_cost_above_spot_on_a_line_of_its_own_and_the_sum_is_the_whole_price():
    prices = HourPrices(own=ON_DEMAND, spot=SPOT, baseline=ON_DEMAND)

    lines = booked(("PRIMARY", 0, 60), prices=prices, lifecycle="on-demand", fallback=True)

    assert lines == {"baseline": 0.10, "actual": 0.03, "fallback_premium": 0.07}


def test_a_move_to_a_dearer_place_is_a_loss_and_is_booked_as_one():
    dear = HourPrices(own=Quote(0.15, "test"), spot=None, baseline=ON_DEMAND)

    lines = booked(("PRIMARY", 0, 60), prices=dear)

    assert net({name: round(usd * 1e6) for name, usd in lines.items()}) == -50_000


def test_only_the_part_within_the_hour_is_booked():
    assert booked(("PRIMARY", -30, 90))["actual"] == 0.03
    assert booked(("PRIMARY", 60, 90)) == {}


def test_without_an_on_demand_price_there_is_no_baseline_instead_of_a_guessed_one():
    assert "baseline" not in booked(("PRIMARY", 0, 60), prices=HourPrices(SPOT, SPOT, None))


@pytest.mark.parametrize(("silent", "price", "stale"), [(29, 0.03, False), (31, 0.033, True)])
def test_a_feed_that_fell_silent_is_booked_at_its_last_price_and_a_tenth_and_marked(silent, price, stale):
    assert quote(0.03, TEN - minutes(silent), minutes(30), "test", TEN) == Quote(price, "test", stale)


def test_no_price_is_no_quote():
    assert quote(None, TEN, HOUR, "test", TEN) is None
    assert quote(0.03, None, HOUR, "test", TEN) is None


def test_every_line_moves_between_two_accounts_of_which_one_is_the_savings():
    assert all("savings" in pair and len(set(pair)) == 2 for pair in LINES.values())
    assert LINES["baseline"][1] == "savings" and all(LINES[line][0] == "savings" for line in COSTS)


def test_hours_are_counted_from_the_one_that_holds_the_first_to_the_one_that_holds_the_last():
    assert hours_between(TEN + minutes(59), TEN + minutes(121)) == [TEN, TEN + HOUR, TEN + 2 * HOUR]
    assert hour_of(TEN + minutes(59.9)) == TEN


cuts = st.lists(st.floats(0, 300, allow_nan=False), min_size=1, max_size=8).map(sorted)
roles = st.sampled_from(["PRIMARY", "REPLICA", "ZOMBIE"])


@given(cuts, st.lists(roles, min_size=8, max_size=8), st.floats(0, 60), st.floats(61, 400))
def test_an_instance_is_booked_for_exactly_the_time_it_lived(cut, names, begin, end):
    changes = [(role, TEN + minutes(at)) for role, at in zip(names, cut, strict=False)]

    spans = spans_of(changes, TEN + minutes(begin), TEN + minutes(end))

    covered = sum((span.end - span.start).total_seconds() for span in spans)
    assert covered == pytest.approx(60 * (end - begin), abs=1e-3)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@given(cuts, st.lists(roles, min_size=8, max_size=8), st.floats(0.001, 5, allow_nan=False))
def test_what_the_hours_book_adds_up_to_the_price_of_the_whole_life(cut, names, price):
    changes = [(role, TEN + minutes(at)) for role, at in zip(names, cut, strict=False)]
    life = Life(1, "spot", False, spans_of(changes, TEN, TEN + minutes(300)))
    prices = HourPrices(Quote(price, "test"), None, None)

    lines = [line for n in range(5) for line in lines_of(life, TEN + n * HOUR, prices)]

    assert sum(line.micros for line in lines) == pytest.approx(5e6 * price, abs=len(lines) * (1 + 300 * price))
    assert {line.line for line in lines} <= set(COSTS)


amounts = st.dictionaries(st.text(max_size=5), st.integers(-(10**9), 10**9), max_size=40)


@given(amounts)
def test_parts_in_cents_add_up_to_the_total_in_cents_whatever_they_are(parts):
    rounded = cents(parts)

    assert sum(rounded.values()) == round(sum(parts.values()) / 10_000)
    assert all(abs(rounded[name] * 10_000 - value) < 10_000 for name, value in parts.items())


def test_rounding_each_part_by_itself_would_not_add_up():
    """The naive twin: three parts of a third of a cent."""
    parts = dict.fromkeys("abc", 3_333)

    assert sum(round(value / 10_000) for value in parts.values()) != round(sum(parts.values()) / 10_000)
    assert sum(cents(parts).values()) == 1


@given(st.floats(0, 3600), st.floats(0, 100))
def test_an_amount_is_right_to_a_millionth_of_a_dollar(seconds, price):
    assert amount(seconds, price) == pytest.approx(seconds * price / 3600 * 1e6, abs=0.5001)
