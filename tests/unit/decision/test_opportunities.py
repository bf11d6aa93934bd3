"""What could be cheaper: whom it is told of, with which figure, and from where on."""

from dataclasses import replace

import pytest

from core.domain.decision.opportunities import Kind, Machine, detect_opportunities
from tests.unit.decision.markets import offer

HERE = ("us-east-1", "m5.large")
DEAR = Machine("i-1", "a-1", "web-shop", "m5.large", "us-east-1", "use1-az6", "on-demand", None, None)
SPOT = replace(DEAR, lifecycle="spot")
BEST, PRICES = {HERE: offer(price=0.033)}, {HERE: 0.096}


def found(*machines: Machine, best=BEST, prices=PRICES) -> list:
    return detect_opportunities(machines, best, prices)


def test_an_on_demand_machine_that_spot_would_hold_is_told_with_what_that_saves():
    [told] = found(DEAR)

    assert (told.kind, told.target_pool, told.saves) == (Kind.COULD_BE_SPOT, "use1-az1:m5.large:linux", 0.063)
    assert told.sentence == "web-shop is a m5.large On-Demand; as Spot, m5.large in use1-az1 costs 66 % less"
    assert found(replace(DEAR, agent_id=None))[0].sentence.endswith("; it has no agent yet")


@pytest.mark.parametrize(("best", "prices"), [({}, PRICES), (BEST, {}), ({HERE: offer(price=0.096)}, PRICES)])
def test_without_a_pool_a_price_or_a_saving_there_is_nothing_to_tell(best, prices):
    assert found(DEAR, best=best, prices=prices) == []


def test_what_is_spot_already_could_not_be():
    assert found(SPOT) == []


@pytest.mark.parametrize(("cpu", "watched", "told"), [
    (29.9, 3600, 1), (30.0, 3600, 0), (29.9, 3599, 0), (None, 9999, 0), (5.0, None, 0), (0.0, 86400, 1),
])  # fmt: skip
def test_a_machine_used_below_thirty_per_cent_over_an_hour_at_least_is_hardly_used(cpu, watched, told):
    assert [one.kind for one in found(replace(SPOT, cpu_mean=cpu, watched_seconds=watched))] == [Kind.HARDLY_USED] * told


def test_how_long_it_was_watched_is_told_a_day_at_most():
    told = [found(replace(SPOT, cpu_mean=4.4, watched_seconds=seconds))[0] for seconds in (7200, 10**7)]

    assert [one.sentence for one in told] == [
        f"web-shop used 4 % of the CPU of its m5.large over the last {span}; a smaller one may do" for span in ("2 h", "24 h")
    ]
    assert [one.saves for one in told] == [None, None]


def test_what_saves_most_comes_first_and_what_has_no_figure_last():
    idle = replace(SPOT, name="idle", cpu_mean=1.0, watched_seconds=9999)
    big = replace(DEAR, name="big", instance_type="m5.xlarge")

    told = found(idle, DEAR, big, best={**BEST, ("us-east-1", "m5.xlarge"): offer("m5.xlarge", price=0.05)}, prices={**PRICES, ("us-east-1", "m5.xlarge"): 0.192})

    assert [one.machine.name for one in told] == ["big", "web-shop", "idle"]
