"""Which pool is chosen, what is out and why, and when nothing moves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.domain.decision import score, select_best_instance
from core.domain.decision.select import COOL_DOWN, FILTERS, RETURN_AFTER
from core.domain.decision.values import Inputs, Present, Verdict, Weights
from tests.unit.decision.markets import NOW, WISH, inputs, offer

MOMENT = timedelta(microseconds=1)
HERE = offer(az="use1-az6", price=0.06)

REASONS = {
    "attributes": (offer(vcpus=1), offer(memory_mib=8191)),
    "architecture": (offer(arch="arm64"), offer(virtualisation="paravirtual")),
    "policy": (offer("t3.large"), offer("m6i.large")),
    "price unknown": (offer(price=None),),
    "dearer than on-demand": (offer(price=0.0961),),
    "no capacity": (offer(ice_until=NOW + MOMENT),),
    "danger": (offer(danger_until=NOW + MOMENT),),
    "diversity": (offer("m5.xlarge"),),
}


@pytest.mark.parametrize("name", [name for name, _ in FILTERS])
def test_each_filter_rejects_by_its_name_and_with_a_reason(name):
    wish = replace(WISH, allow=("m5.*", "t*"), deny=("t3.*",))
    for bad in REASONS[name]:
        choice = select_best_instance(inputs(bad, wish=wish, taken={"use1-az1:m5.xlarge:linux": 2}, cap=2))

        assert [(one.pool_id, one.filter) for one in choice.rejected] == [(bad.pool_id, name)]
        assert choice.rejected[0].why and choice.chosen is None and "On-Demand" in choice.sentence


@pytest.mark.parametrize("edge", [offer(price=0.096), offer(ice_until=NOW), offer(danger_until=NOW), offer(poisoned_until=NOW)])
def test_a_pool_on_the_boundary_is_in(edge):
    assert select_best_instance(inputs(edge)).chosen.offer == edge


def test_the_score_is_six_parts_price_and_four_parts_risk_unless_the_policy_says_otherwise():
    assert score(offer(price=0.048, risk=0.5), 0.096, Weights(), NOW) == pytest.approx(0.6 * 0.5 + 0.4 * 0.5)
    assert score(offer(price=0.048, risk=0.5), 0.096, Weights(1, 0), NOW) == pytest.approx(0.5)
    assert score(offer(price=9.0, risk=5), 0.096, Weights(), NOW) == 1.0


def test_price_is_no_sign_of_risk():
    cheap, dear = offer(price=0.03, risk=None), offer(price=0.09, risk=None)

    gap = score(dear, 0.096, Weights(), NOW) - score(cheap, 0.096, Weights(), NOW)

    assert gap == pytest.approx(0.6 * 0.06 / 0.096)


def test_a_remembered_interruption_counts_less_every_day_and_never_empties_the_list():
    fresh, old = (offer(poisoned_until=NOW + timedelta(days=days)) for days in (15, 1))

    assert score(fresh, 0.096, Weights(), NOW) > score(old, 0.096, Weights(), NOW) > score(offer(), 0.096, Weights(), NOW)
    assert select_best_instance(inputs(fresh)).chosen


def test_a_small_gain_is_not_worth_a_move():
    near = offer(price=0.055)

    assert select_best_instance(inputs(HERE, near, present=Present(HERE.pool_id))).verdict == Verdict.STAY
    assert select_best_instance(inputs(HERE, offer(price=0.02), present=Present(HERE.pool_id))).verdict == Verdict.SWITCH


@pytest.mark.parametrize(("ago", "verdict"), [(COOL_DOWN - MOMENT, Verdict.HOLD), (COOL_DOWN, Verdict.SWITCH)])
def test_after_a_switch_it_rests(ago, verdict):
    present = Present(HERE.pool_id, last_switch_at=NOW - ago)

    assert select_best_instance(inputs(HERE, offer(price=0.02), present=present)).verdict == verdict


@pytest.mark.parametrize(("ago", "verdict"), [(RETURN_AFTER - MOMENT, Verdict.HOLD), (RETURN_AFTER, Verdict.SWITCH)])
def test_on_demand_returns_to_spot_after_its_time(ago, verdict):
    assert select_best_instance(inputs(offer(), present=Present(None, on_demand=True, since=NOW - ago))).verdict == verdict


def test_on_demand_that_would_not_hear_a_notice_stays():
    choice = select_best_instance(inputs(offer(), present=Present(None, on_demand=True, notice_path_works=False)))

    assert choice.verdict == Verdict.HOLD and "unheard" in choice.sentence


def test_danger_where_it_stands_asks_for_a_replica_when_it_may_not_move():
    here = replace(HERE, danger_until=NOW + timedelta(minutes=5))

    choice = select_best_instance(inputs(here, offer(), present=Present(here.pool_id, last_switch_at=NOW)))

    assert choice.verdict == Verdict.PREPARE_REPLICA


def test_equal_pools_go_to_the_one_where_fewer_of_ours_stand():
    crowded, empty = offer(az="use1-az1"), offer(az="use1-az2")

    assert select_best_instance(inputs(crowded, empty, taken={crowded.pool_id: 1})).chosen.offer == empty


def test_no_order_of_the_offers_changes_the_decision_and_its_inputs_survive_json():
    offers = [offer(az=f"use1-az{number}", price=0.03 + number / 1000) for number in range(6)]
    forward = inputs(*offers, present=Present(offers[3].pool_id, since=NOW - timedelta(microseconds=123457)))

    again = Inputs.from_json(forward.as_json())

    assert again == forward and again.as_json() == forward.as_json()
    assert select_best_instance(again) == select_best_instance(forward)
    assert select_best_instance(replace(forward, offers=tuple(reversed(offers)))).chosen == select_best_instance(forward).chosen
