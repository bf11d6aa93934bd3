"""Which pool is chosen, what is out and why, and when nothing moves."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decision import score, select_best_instance
from core.domain.decision.select import FILTERS, MOVING, PRICE_CAP
from core.domain.decision.values import Gates, Inputs, MovePolicy, Present, Verdict, Weights
from tests.unit.decision.markets import NOW, WISH, inputs, offer

MOMENT = timedelta(microseconds=1)
HERE = offer(az="use1-az6", price=0.06)
POLICY = MovePolicy()
COOL_DOWN, RETURN_AFTER = timedelta(seconds=POLICY.cooldown_seconds), timedelta(seconds=POLICY.restore_after_seconds)

REASONS = {
    "attributes": (offer(vcpus=1), offer(memory_mib=8191), offer(gpus=0), offer(ebs_mbps=649), offer(instance_store_gib=69)),
    "architecture": (offer(arch="arm64"), offer(virtualisation="paravirtual")),
    "policy": (offer("t3.large"), offer("m6i.large")),
    "price unknown": (offer(price=None),),
    "dearer than on-demand": (offer(price=0.0961),),
    "no capacity": (offer(ice_until=NOW + MOMENT),),
    "danger": (offer(danger_until=NOW + MOMENT),),
    "diversity": (offer("m5.xlarge"),),
    "historic": (offer("m5.2xlarge", bucket=4),),
    "riskier": (offer("m5.2xlarge", risk=0.151), offer("m5.2xlarge", poisoned_until=NOW + timedelta(days=14))),
    "saving": (offer("m5.2xlarge", price=0.0541), offer("m5.2xlarge", price=0.07)),
}


@pytest.mark.parametrize("name", [name for name, _ in FILTERS])
def test_each_filter_rejects_by_its_name_and_with_a_reason(name):
    wish = replace(WISH, allow=("m5.*", "t*"), deny=("t3.*",), gpus=1, ebs_mbps=650, instance_store_gib=70)
    for bad in REASONS[name]:
        present = Present(HERE.pool_id, price=HERE.price)
        choice = select_best_instance(inputs(HERE, bad, wish=wish, taken={"use1-az1:m5.xlarge:linux": 2}, cap=2, policy=POLICY, present=present))

        assert [(one.pool_id, one.filter) for one in choice.rejected] == [(bad.pool_id, name)]
        assert choice.rejected[0].why and choice.chosen.offer == HERE and choice.verdict == Verdict.STAY


def test_where_no_pool_is_left_on_demand_is():
    choice = select_best_instance(inputs(offer(vcpus=1)))

    assert choice.chosen is None and "On-Demand" in choice.sentence


@pytest.mark.parametrize("name", sorted(MOVING))
def test_what_a_move_asks_is_not_asked_of_the_pool_in_which_it_stands(name):
    here = replace(HERE, risk=0.9, price=0.09, bucket=4)
    present = Present(here.pool_id, price=here.price)

    assert select_best_instance(inputs(here, taken={here.pool_id: 5}, cap=1, policy=POLICY, present=present)).chosen.offer == here


@pytest.mark.parametrize(("bucket", "verdict"), [(None, Verdict.SWITCH), (0, Verdict.SWITCH), (1, Verdict.SWITCH), (2, Verdict.SWITCH), (3, Verdict.SWITCH), (4, Verdict.STAY)])
def test_a_planned_move_goes_where_fewer_than_a_fifth_were_interrupted_within_a_month(bucket, verdict):
    """15 to 20 % is the boundary, and in; what the Advisor does not rank is in."""
    choice = moving(HERE, offer(price=0.03, bucket=bucket), present=Present(HERE.pool_id, price=HERE.price))

    assert choice.verdict == verdict
    assert [one.filter for one in choice.rejected] == ["historic"] * (verdict is Verdict.STAY)


def test_the_historic_gate_names_the_advisors_words_and_is_not_the_live_one():
    calm_now = offer("c5.large", price=0.03, risk=0.0, bucket=4)

    [out] = moving(HERE, calm_now, present=Present(HERE.pool_id, price=HERE.price)).rejected

    assert out.why == "the Spot Advisor counts more than 20 % of c5.large interrupted within a month; a planned move goes where it is below 20 %"
    assert moving(HERE, calm_now, present=Present(HERE.pool_id, price=HERE.price), gates=Gates(historic_below=0.5)).verdict == Verdict.SWITCH
    assert moving(HERE, offer(bucket=3), present=Present(HERE.pool_id, price=HERE.price), gates=Gates(historic_below=0.19)).verdict == Verdict.STAY


def test_in_danger_and_where_no_move_is_weighed_the_historic_gate_is_open():
    often, struck = offer(bucket=4), replace(HERE, danger_until=NOW + MOMENT)

    assert moving(struck, often, present=Present(HERE.pool_id, price=HERE.price)).verdict == Verdict.PREPARE_REPLICA
    assert select_best_instance(inputs(often)).chosen.offer == often


def test_on_demand_does_not_return_to_where_machines_are_often_taken():
    choice = moving(offer(bucket=4), present=Present(None, on_demand=True, price=0.096))

    assert choice.verdict == Verdict.STAY and choice.rejected[0].filter == "historic"


def test_why_it_stays_is_the_reason_against_the_pool_that_scores_better():
    near = offer(price=0.055)
    choice = select_best_instance(inputs(HERE, near, policy=POLICY, present=Present(HERE.pool_id, price=HERE.price)))

    assert choice.sentence == "It stays in m5.large in use1-az6: of m5.large in use1-az1, it would save 8 % of the price now; a move takes 10 %"


def test_calm_may_cost_so_much_more_than_the_cheapest_and_no_more():
    calm, cheap = offer(az="use1-az1", price=0.045, risk=0.0), offer(az="use1-az2", price=0.040, risk=0.14)

    free, capped, strict = (select_best_instance(inputs(calm, cheap, price_increase_pct=pct)) for pct in (None, 20, 5))

    assert (free.chosen.offer, capped.chosen.offer, strict.chosen.offer) == (calm, calm, cheap)
    assert [one.filter for one in strict.rejected] == [PRICE_CAP]


MARKETS = st.lists(st.tuples(st.floats(0.01, 0.2), st.floats(0, 1), st.integers(0, 4)), min_size=1, max_size=12)


@given(MARKETS, st.integers(0, 100), st.integers(1, 5))
def test_no_choice_exceeds_the_price_cap_the_share_or_on_demand_and_without_a_margin_the_cheapest_is_taken(market, pct, cap):
    offers = [offer(az=f"use1-az{n}", price=price, risk=risk) for n, (price, risk, _) in enumerate(market)]
    taken = {one.pool_id: count for one, (_, _, count) in zip(offers, market, strict=True)}
    open_to = [one for one in offers if taken[one.pool_id] < cap and one.price <= WISH.on_demand_price]

    chosen = select_best_instance(inputs(*offers, taken=taken, cap=cap, price_increase_pct=pct)).chosen
    cheapest = select_best_instance(inputs(*offers, taken=taken, cap=cap, price_increase_pct=0)).chosen

    if not open_to:
        assert chosen is None and cheapest is None
        return
    least = min(one.price for one in open_to)
    assert chosen.offer in open_to and chosen.offer.price <= least * (1 + pct / 100) + 1e-9
    assert cheapest.offer.price == pytest.approx(least)


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


def moving(*offers, present: Present, **more):
    return select_best_instance(inputs(*offers, present=present, policy=POLICY, **more))


def test_a_small_gain_is_not_worth_a_move():
    present = Present(HERE.pool_id, price=HERE.price)

    assert moving(HERE, offer(price=0.05), present=present, gates=Gates(worth_moving=0.07)).verdict == Verdict.STAY
    assert moving(HERE, offer(price=0.05), present=present, gates=Gates(worth_moving=0.05)).verdict == Verdict.SWITCH


@pytest.mark.parametrize(("ago", "verdict"), [(COOL_DOWN - MOMENT, Verdict.HOLD), (COOL_DOWN, Verdict.SWITCH)])
def test_after_a_switch_it_rests_and_after_a_failover(ago, verdict):
    for when in ({"last_switch_at": NOW - ago}, {"last_failover_at": NOW - ago}):
        assert moving(HERE, offer(price=0.02), present=Present(HERE.pool_id, price=HERE.price, **when)).verdict == verdict


@pytest.mark.parametrize(("ago", "verdict"), [(RETURN_AFTER - MOMENT, Verdict.HOLD), (RETURN_AFTER, Verdict.SWITCH)])
def test_on_demand_returns_to_spot_after_its_time(ago, verdict):
    assert moving(offer(), present=Present(None, on_demand=True, since=NOW - ago, price=0.096)).verdict == verdict


def test_on_demand_that_would_not_hear_a_notice_stays():
    choice = select_best_instance(inputs(offer(), present=Present(None, on_demand=True, why_not_spot="its notice path does not work")))

    assert choice.verdict == Verdict.HOLD and "notice path" in choice.sentence


def test_danger_where_it_stands_asks_for_a_replica_and_not_for_a_move():
    here = replace(HERE, danger_until=NOW + timedelta(minutes=5))
    dear = offer(price=0.09)

    choice = moving(here, dear, present=Present(here.pool_id, price=here.price, last_switch_at=NOW))

    assert (choice.verdict, choice.chosen.offer) == (Verdict.PREPARE_REPLICA, dear)
    assert "prudent, but it was moved" in choice.sentence


def test_an_instance_with_a_notice_and_a_place_without_a_price_are_left_alone():
    for present in (Present(HERE.pool_id, price=0.06, has_notice=True), Present(HERE.pool_id)):
        assert moving(HERE, offer(price=0.02), present=present).verdict == Verdict.STAY


def test_equal_pools_go_to_the_one_where_fewer_of_ours_stand():
    crowded, empty = offer(az="use1-az1"), offer(az="use1-az2")

    assert select_best_instance(inputs(crowded, empty, taken={crowded.pool_id: 1})).chosen.offer == empty


def test_no_order_of_the_offers_changes_the_decision_and_its_inputs_survive_json():
    offers = [offer(az=f"use1-az{number}", price=0.03 + number / 1000) for number in range(6)]
    forward = inputs(
        *offers, present=Present(offers[3].pool_id, since=NOW - timedelta(microseconds=123457)), policy=MovePolicy(return_window="22:00-06:00"),
        gates=Gates(0.3), price_increase_pct=7,
    )  # fmt: skip

    again = Inputs.from_json(forward.as_json())

    assert again == forward and again.as_json() == forward.as_json()
    assert select_best_instance(again) == select_best_instance(forward)
    assert select_best_instance(replace(forward, offers=tuple(reversed(offers)))).chosen == select_best_instance(forward).chosen


def test_inputs_that_were_stored_before_policies_were_in_them_are_still_read():
    told = json.loads(inputs(offer(), HERE).as_json())
    old = {name: told[name] for name in ("wish", "offers", "now", "taken", "cap", "weights", "runners_up")}
    old["present"] = {"pool_id": HERE.pool_id, "on_demand": False, "since": told["present"]["since"], "last_switch_at": None, "notice_path_works": True}

    again = Inputs.from_json(json.dumps(old))

    assert (again.policy, again.present.pool_id, len(again.offers)) == (None, HERE.pool_id, 2)


def test_inputs_are_stored_as_the_bytes_that_a_deep_copy_of_them_gives():
    looked_at = inputs(offer(), HERE, present=Present(HERE.pool_id, since=NOW - MOMENT), policy=POLICY, taken={HERE.pool_id: 2})
    assert looked_at.here is HERE, "what was worked out from them is no part of them"

    copied = json.dumps(asdict(looked_at), sort_keys=True, separators=(",", ":"), default=lambda at: at.isoformat())

    assert looked_at.as_json() == copied
