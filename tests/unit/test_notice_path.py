"""INV-56: nothing moves from On-Demand to Spot for a host that would not hear of its interruption."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain.notice_path import notice_path, why_not_spot

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ok", "silent_for", "path"),
    [(True, None, "working"), (1, None, "working"), (False, 10, "working"), (False, 16, "imds_unreachable"), (0, 1800, "imds_unreachable"),
     (False, None, "imds_unreachable"), (None, None, "unknown")],
)  # fmt: skip
def test_a_notice_path_is_what_the_host_says_of_its_metadata(ok, silent_for, path):
    silent_since = None if silent_for is None else NOW - timedelta(seconds=silent_for)

    assert notice_path(ok, silent_since, NOW) == path


@pytest.mark.parametrize("path", ["imds_unreachable", "unknown"])
def test_a_deaf_host_on_demand_stays_there_and_the_sentence_says_why(path):
    assert path.split("_")[0] in why_not_spot("on-demand", path, queue_is_read=False)


@pytest.mark.parametrize(
    ("lifecycle", "path", "queue"),
    [("on-demand", "working", False), ("on-demand", "imds_unreachable", True), ("spot", "imds_unreachable", False)],
)
def test_a_host_that_hears_by_any_path_may_move_and_so_may_one_that_is_on_spot_already(lifecycle, path, queue):
    assert why_not_spot(lifecycle, path, queue) is None
