"""Plans: who decides, when a plan is over, and what counts as drift."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.plan import (
    ARROWS,
    KINDS,
    OPEN_STATES,
    Mode,
    ModeRule,
    Plan,
    Seen,
    drift,
    effective_mode,
    fingerprint,
    what_moved,
)

NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)
SEEN = Seen("i-1", 3, "az1:m5.large:linux", "spot", 0.030, "az2:m5.large:linux", 0.020, True)
PLAN = Plan(1, "u", 1, 1, 1, "switch", "approve", "proposed", "az2:m5.large:linux", 0.01, 0.0, "s", "{}", "f", NOW, NOW + timedelta(minutes=30))


def test_the_agents_setting_outweighs_the_accounts_and_that_the_clients():
    rules = [ModeRule(0, 0, "*", "observe"), ModeRule(5, 0, "*", "propose"), ModeRule(0, 7, "*", "auto")]

    assert effective_mode(rules, 5, 7, "switch") is Mode.AUTO
    assert effective_mode(rules, 5, 8, "switch") is Mode.PROPOSE
    assert effective_mode(rules, 6, 8, "switch") is Mode.OBSERVE


def test_a_setting_for_one_kind_outweighs_one_for_every_kind():
    rules = [ModeRule(0, 7, "*", "observe"), ModeRule(0, 7, "return_to_spot", "auto")]

    assert effective_mode(rules, 5, 7, "return_to_spot") is Mode.AUTO
    assert effective_mode(rules, 5, 7, "switch") is Mode.OBSERVE


def test_without_a_setting_a_switch_waits_for_approval():
    assert effective_mode([], 1, 1, "switch") is Mode.APPROVE
    assert all(effective_mode([], 1, 1, kind) for kind in KINDS)


@pytest.mark.parametrize(("mode", "state", "can"), [
    ("approve", "proposed", True), ("auto", "proposed", True), ("propose", "proposed", False), ("observe", "proposed", False),
    ("approve", "expired", False), ("approve", "executing", False), ("approve", "done", False),
])  # fmt: skip
def test_only_a_plan_that_waits_in_a_mode_that_may_act_can_be_approved(mode, state, can):
    assert (replace(PLAN, mode=mode, state=state).undecidable() is None) is can


def test_a_plan_is_too_old_from_the_instant_it_names():
    assert not PLAN.has_expired(PLAN.expires_at - timedelta(microseconds=1))
    assert PLAN.has_expired(PLAN.expires_at)


@pytest.mark.parametrize("change", [
    {"primary": "i-2"}, {"epoch": 4}, {"pool_id": "az3:m5.large:linux"}, {"lifecycle": "on-demand"}, {"target_is_calm": False},
    {"price": 0.0331}, {"target_price": 0.0179}, {"target_price": None},
])  # fmt: skip
def test_a_change_of_what_the_plan_rests_on_is_drift_and_says_before_and_after(change):
    name, after = next(iter(change.items()))

    assert drift(SEEN.values(), replace(SEEN, **change).values()) == {name: {"before": SEEN.values()[name], "after": after}}


def test_every_field_of_a_drift_has_words():
    for field in fields(Seen):
        assert "_" not in what_moved([field.name])
    assert what_moved({"target_is_calm": 0, "price": 0}) == "its price changed and the target is no longer calm"
    assert what_moved({"price": 0, "epoch": 0, "primary": 0}) == "it was moved meanwhile"


@given(st.floats(-0.099, 0.099))
def test_a_quote_that_moves_by_less_than_a_tenth_is_no_drift(share):
    assert drift(SEEN.values(), replace(SEEN, target_price=0.020 * (1 + share)).values()) == {}


def test_a_fingerprint_follows_from_the_state_alone():
    assert fingerprint(SEEN.values()) == fingerprint(dict(reversed(SEEN.values().items())))
    assert fingerprint(SEEN.values()) != fingerprint(replace(SEEN, epoch=4).values())


def test_every_arrow_leads_from_an_open_state_and_the_rest_are_ends():
    assert set(ARROWS) == OPEN_STATES
    assert {"done", "failed", "rejected", "expired", "drifted"} == {e for ends in ARROWS.values() for e in ends} - OPEN_STATES
