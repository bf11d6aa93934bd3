"""What is learned of the time that AWS leaves, and when it is too little to say so."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain.leads import LEAST_SEEN, Warned, alarms, lead_of, learned

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
HERE, THERE = "use1-az6:m5.large:linux", "use1-az1:m5.large:linux"


def warned(minutes: float | None = 10, pool_id: str = HERE, **changes) -> Warned:
    """A rebalance that AWS followed up after so many minutes."""
    end = None if minutes is None else AT + timedelta(minutes=minutes)
    plain = {
        "pool_id": pool_id, "region": "us-east-1", "instance_type": "m5.large", "cause": "rebalance", "is_own": True, "is_closed": True,
        "notice_rank": 2, "opened_at": AT, "noticed_at": end and end - timedelta(minutes=2), "deadline_at": end, "gone_at": end, "verified": True,
    }  # fmt: skip
    return Warned(**{**plain, **changes})


def test_a_lead_counts_from_the_recommendation_and_from_the_notice_to_the_end():
    assert (warned(10).lead_seconds("rebalance"), warned(10).lead_seconds("termination")) == (600, 120)


def test_a_machine_that_we_ended_ourselves_says_nothing_of_aws():
    ours = warned(10, verified=False, gone_at=AT + timedelta(minutes=3))

    assert ours.lead_seconds("termination") is None
    assert ours.lead_seconds("rebalance") == 600, "AWS had announced the time itself"


def test_a_recommendation_that_came_to_nothing_has_no_lead():
    assert warned(None, notice_rank=1, verified=False).lead_seconds("rebalance") is None


def test_a_lead_is_always_one_that_was_seen_and_the_shorter_of_two():
    told = lead_of([600, 120, 300, None, 900])

    assert (told.samples, told.p10, told.p50, told.shortest) == (4, 120, 300, 120)
    assert lead_of([None]).p50 is None


@pytest.mark.parametrize(
    ("own", "alike", "scope"),
    [(LEAST_SEEN, 0, "pool"), (LEAST_SEEN - 1, 1, "type"), (LEAST_SEEN - 1, 0, None), (0, LEAST_SEEN, "type"), (0, 0, None)],
)
def test_a_pool_speaks_for_itself_where_enough_was_seen_else_pools_like_it_else_nobody(own, alike, scope):
    seen = [warned(10)] * own + [warned(20, THERE)] * alike + [warned(1, "use1-az6:c5.large:linux", instance_type="c5.large")] * 9

    told = learned(seen, HERE, "us-east-1", "m5.large", "rebalance")

    assert (told and told.scope) == scope


def test_false_alarms_are_counted_of_recommendations_that_are_over_and_ones_own():
    nothing = warned(None, notice_rank=1, verified=False)
    seen = [warned(10), nothing, warned(None, notice_rank=1, verified=False, is_closed=False), warned(10, is_own=False), warned(2, cause="termination")]

    assert alarms(seen) == {"ended": 2, "false_alarms": 1, "false_alarm_share": 0.5}
    assert alarms([])["false_alarm_share"] is None
