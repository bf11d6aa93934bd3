"""A failover plan is carried out only as the server signed it, for the present epoch, and within a day."""

import json
from datetime import timedelta

import pytest

from agent.plan import Plans
from core.domain import failover
from tests.unit.agent.kit import AGENT, NOW, PRIMARY, Host, plan_text

HOUR = 3600


@pytest.fixture
def host(tmp_path) -> Host:
    return Host(tmp_path)


def test_a_signed_plan_of_the_present_epoch_is_usable(host):
    plan = host.plans.usable()

    assert (plan.agent_id, plan.epoch, plan.primary) == (AGENT, 3, PRIMARY)


@pytest.mark.parametrize("change", [
    {"az_ids": ["use1-az9"]}, {"client_token": "0" * 64}, {"ec2_url": "http://elsewhere"}, {"expires_at": "2099-01-01T00:00:00Z"},
])  # fmt: skip
def test_an_altered_plan_is_refused(host, tmp_path, change):
    kept = json.loads((tmp_path / "plan.json").read_text())
    kept["text"] = json.dumps({**json.loads(kept["text"]), **change})
    (tmp_path / "plan.json").write_text(json.dumps(kept))

    assert host.plans.why_not() == "its signature is wrong"


def test_a_plan_signed_for_another_host_is_never_kept(host):
    host.plans.accept({"text": plan_text(epoch=4), "signature": failover.signature(b"x" * 32, plan_text(epoch=4))}, NOW.isoformat())

    assert host.plans.usable().epoch == 3


def test_a_plan_is_refused_after_a_day(host):
    host.wall.pass_by(24 * HOUR - 1)
    assert host.plans.why_not() is None
    host.wall.pass_by(2)

    assert host.plans.why_not() == "it is 24.0 hours old"


def test_a_wrong_clock_of_the_host_makes_no_plan_older(tmp_path):
    host = Host(tmp_path)
    host.wall.pass_by(-30 * 24 * HOUR)
    host.told(plan_text())

    assert host.plans.why_not() is None


def test_a_plan_of_an_epoch_that_is_over_is_refused(host):
    host.identity.saw_epoch(4)

    assert host.plans.why_not() == "it is of epoch 3, and epoch 4 is known"


def test_null_is_an_order_to_forget_the_plan(host):
    host.plans.accept(None, NOW.isoformat())

    assert host.plans.why_not() == "there is no plan"


def test_a_plan_is_kept_across_a_restart(host, tmp_path):
    assert Plans(tmp_path, host.identity, host.wall).why_not() is None


def test_two_hosts_of_one_agent_are_given_equal_launches():
    early, late = json.loads(plan_text(now=NOW)), json.loads(plan_text(now=NOW + timedelta(hours=5)))

    assert {name for name in early if early[name] != late[name]} == {"issued_at", "expires_at"}


def test_each_epoch_has_a_token_of_its_own():
    assert len({failover.client_token(AGENT, epoch, PRIMARY) for epoch in range(100)}) == 100


def test_a_join_token_names_agent_and_epoch_and_cannot_be_made_up():
    token = failover.join_token("1f" * 32, AGENT, 3)

    assert failover.read_join_token("1f" * 32, token) == (AGENT, 3)
    assert failover.read_join_token("1f" * 32, token.replace("_3_", "_4_")) is None
    assert failover.read_join_token("2f" * 32, token) is None
    assert failover.read_join_token("1f" * 32, "soj_L3_nonsense") is None
