"""Durations as counts below fixed bounds."""

import pytest

from core.domain.histogram import ABOVE, BOUNDS_MS, below, bucket_of, cumulative


@pytest.mark.parametrize(("seconds", "bound"), [(0, 5), (0.005, 5), (0.0051, 10), (0.5, 500), (0.5001, 1000), (30, 30_000), (30.1, ABOVE)])
def test_a_duration_falls_into_the_least_bound_that_it_does_not_pass(seconds, bound):
    assert bucket_of(seconds) == bound


@pytest.mark.parametrize(
    ("counts", "share", "bound"),
    [
        ({}, 0.99, None), ({500: 1}, 0.99, 500), ({5: 99, 500: 1}, 0.99, 5), ({5: 98, 500: 2}, 0.99, 500),
        ({5: 1, ABOVE: 1}, 0.5, 5), ({5: 1, ABOVE: 1}, 0.51, BOUNDS_MS[-1] + 1),
    ],
)  # fmt: skip
def test_a_share_is_told_by_the_bound_that_it_stays_at_or_below(counts, share, bound):
    assert below(counts, share) == bound


def test_prometheus_is_told_how_many_stayed_at_or_below_each_bound():
    told = dict(cumulative({5: 2, 500: 3, ABOVE: 1}))

    assert (told["0.005"], told["0.25"], told["0.5"], told["30.0"], told["+Inf"]) == (2, 2, 5, 5, 6)
