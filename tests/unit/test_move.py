"""Whether a workload is moved for money: the better place, the cool-downs, the return to Spot."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decision.patience import in_window
from core.domain.decision.select import weighed_risk
from core.domain.lifecycle import Instance
from core.domain.move import Move, MovePolicy, Place, Stay, choose, offer_of
from core.domain.pools import LONG_AGO, Pool

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LONG = NOW - timedelta(days=2)


def pool(zone: str, price: float | None, kind: str = "m5.large", **more) -> Pool:
    shape = {"vcpus": 2, "memory_mib": 8192, "arch": "x86_64", "ice_until": LONG_AGO, "danger_until": LONG_AGO, "poisoned_until": LONG_AGO}
    return Pool(pool_id=f"{zone}:{kind}:linux", region="us-east-1", az_id=zone, instance_type=kind, price=price, **{**shape, **more})


HERE = pool("az1", 0.050)


def primary(**more) -> Instance:
    row = dict.fromkeys(Instance.__dataclass_fields__)
    known = {"id": 1, "instance_type": "m5.large", "az_id": "az1", "pool_id": HERE.pool_id, "lifecycle": "spot", "notice_rank": 0,
             "created_at": LONG, "launched_at": LONG, "region": "us-east-1"}  # fmt: skip
    return Instance(**{**row, **known, **more})


PLACE = Place(primary(), HERE, 0.050, 0.100)
ON_DEMAND = Place(primary(lifecycle="on-demand"), HERE, 0.100, 0.100)


def decide(*pools: Pool, place=PLACE, policy=MovePolicy(), moved=None, failed=None, ice=frozenset(), now=NOW, risks=None):  # noqa: B008
    return choose(place, [HERE, *pools], set(ice), policy, moved, failed, now, risks=risks)


def test_it_moves_to_the_cheaper_pool_and_says_what_that_saves():
    move = decide(pool("az2", 0.030))

    assert isinstance(move, Move)
    assert (move.kind, move.target.az_id, move.saves) == ("switch", "az2", 0.02)
    assert "40 % less" in move.sentence


def test_it_stays_for_less_than_the_policy_wants():
    assert "would save 8 %" in decide(pool("az2", 0.046)).reason
    assert isinstance(decide(pool("az2", 0.046), policy=MovePolicy(min_saving_pct=5)), Move)


def test_it_stays_for_a_gain_of_score_that_is_not_worth_a_second_of_service():
    cheap = replace(PLACE, price=0.010, pool=replace(HERE, price=0.010))

    assert "would gain" in choose(cheap, [cheap.pool, pool("az2", 0.008)], set(), MovePolicy(), None, None, NOW).reason


@pytest.mark.parametrize("other", [
    pool("az2", 0.03, danger_until=NOW + timedelta(minutes=1)), pool("az2", 0.03, memory_mib=4096), pool("az2", 0.03, vcpus=1),
    pool("az2", 0.03, arch="arm64"), pool("az2", None), pool("az2", 0.11),
    pool("az2", 0.03, poisoned_until=NOW + timedelta(days=14)),
])  # fmt: skip
def test_it_does_not_move_to_a_pool_that_is(other):
    assert isinstance(decide(other), Stay)


def test_a_pool_that_refused_lately_is_passed_over():
    assert isinstance(decide(pool("az2", 0.03), ice={"az2:m5.large:linux"}), Stay)


def test_the_calmer_of_two_is_chosen_when_the_price_does_not_outweigh_the_risk():
    poisoned = pool("az2", 0.030, poisoned_until=NOW + timedelta(days=15))

    assert decide(poisoned, pool("az3", 0.032)).target.az_id == "az3"


def test_a_pool_learned_to_be_riskier_is_not_bought_into_and_the_next_one_is():
    fresh, calm = pool("az2", 0.020), pool("az3", 0.040)
    learned = {HERE.pool_id: 0.024, fresh.pool_id: 0.64, calm.pool_id: 0.03}

    assert decide(fresh, calm).target.az_id == "az2"
    assert decide(fresh, calm, risks=learned).target.az_id == "az3"
    assert isinstance(decide(fresh, risks=learned), Stay)


def test_a_return_from_on_demand_weighs_what_was_learned_and_may_still_be_worth_it():
    fresh, calm = pool("az2", 0.030), pool("az3", 0.035)

    assert decide(fresh, calm, place=ON_DEMAND, risks={fresh.pool_id: 0.4}).target.az_id == "az3"
    assert isinstance(decide(fresh, place=ON_DEMAND, risks={fresh.pool_id: 0.4}), Move)


@pytest.mark.parametrize(("ago", "moves"), [(timedelta(minutes=59), False), (timedelta(minutes=61), True)])
def test_one_move_per_cool_down_and_none_within_an_hour_of_a_failover(ago, moves):
    assert isinstance(decide(pool("az2", 0.03), moved=NOW - ago), Move) is moves
    assert isinstance(decide(pool("az2", 0.03), failed=NOW - ago), Move) is moves


def test_an_instance_with_a_notice_is_an_emergencys_work():
    assert isinstance(decide(pool("az2", 0.03), place=replace(PLACE, primary=primary(notice_rank=1))), Stay)


def test_where_no_price_is_known_nothing_is_moved():
    assert isinstance(decide(pool("az2", 0.03), place=replace(PLACE, price=None)), Stay)


def test_after_its_time_on_demand_returns_to_spot_even_to_the_pool_of_its_own_place():
    move = decide(place=ON_DEMAND)

    assert (move.kind, move.target.pool_id) == ("return_to_spot", HERE.pool_id)


def test_it_does_not_return_before_its_time():
    fresh = replace(ON_DEMAND, primary=primary(lifecycle="on-demand", launched_at=NOW - timedelta(minutes=59)))

    assert isinstance(decide(place=fresh), Stay)


@pytest.mark.parametrize(("at", "moves"), [("02:59", False), ("03:00", True), ("04:59", True), ("05:00", False)])
def test_it_returns_in_its_window_only_and_within_one_tick_of_its_opening(at, moves):
    now = NOW.replace(hour=int(at[:2]), minute=int(at[3:]))

    assert isinstance(decide(place=ON_DEMAND, policy=MovePolicy(return_window="03:00-05:00"), now=now), Move) is moves


@pytest.mark.parametrize(("at", "inside"), [("21:59", False), ("22:00", True), ("00:00", True), ("05:59", True), ("06:00", False)])
def test_a_window_may_span_midnight(at, inside):
    assert in_window("22:00-06:00", NOW.replace(hour=int(at[:2]), minute=int(at[3:]))) is inside


def test_the_risk_of_a_termination_fades_over_fifteen_days():
    fading = [weighed_risk(offer_of(pool("az2", 0.03, poisoned_until=NOW + timedelta(days=days)), 0.0), NOW) for days in (15, 10, 5, 0)]

    assert fading == sorted(fading, reverse=True)
    assert fading[-1] == 0


@given(st.lists(st.floats(0.02, 0.08), min_size=2, max_size=40))
def test_in_a_flapping_market_there_is_at_most_one_move_per_cool_down(prices):
    """A quote every minute: the policy's hour passes between any two moves."""
    moves, place, here = [], PLACE, HERE
    for n, price in enumerate(prices):
        now = NOW + timedelta(minutes=n)
        move = choose(place, [here, pool("az2", price), pool("az3", 0.05)], set(), MovePolicy(), moves[-1] if moves else None, None, now)
        if isinstance(move, Move):
            moves.append(now)
            here, place = move.target, Place(primary(pool_id=move.target.pool_id), move.target, move.target.price, 0.1)

    assert all(b - a >= timedelta(hours=1) for a, b in zip(moves, moves[1:], strict=False))


@given(st.lists(st.tuples(st.sampled_from(["az1", "az2", "az3"]), st.floats(0.001, 0.3)), max_size=12), st.floats(0.01, 0.2))
def test_spot_is_never_chosen_above_on_demand_nor_above_what_it_costs_now(quotes, present):
    place = Place(primary(), HERE, present, 0.100)
    move = choose(place, [pool(zone, price, f"m{n}.large") for n, (zone, price) in enumerate(quotes)], set(), MovePolicy(), None, None, NOW)

    assert isinstance(move, Stay) or (move.target.price <= 0.100 and move.target.price < present and move.saves > 0)
