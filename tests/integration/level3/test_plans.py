"""What an agent may launch alone comes signed with each heartbeat, and not at all where nothing may be launched."""

import json

from agent.plan import Plan
from core.crypto import digest
from core.domain import failover
from core.operations import safe_mode
from tests.integration.conftest import ADMIN, data_of


def secret_of(lonely) -> str:
    return lonely.workload.token.split("_", 2)[2]


def test_each_heartbeat_brings_a_plan_that_the_host_can_verify(lonely):
    told = lonely.beat()["failover_plan"]

    assert told["signature"] == failover.signature(digest(secret_of(lonely)), told["text"])
    plan = Plan(**json.loads(told["text"]))
    assert (plan.agent_id, plan.epoch, plan.primary) == (lonely.workload.uuid, 0, lonely.workload.primary.ec2_instance_id)
    assert plan.az_ids == ["use1-az1", "use1-az2", "use1-az6"], "away from the troubled zone first"
    assert plan.tags["spotopt:epoch"] == "0"
    assert "InstanceMarketOptions" not in plan.request


def test_an_agent_of_protocol_1_is_not_told_of_plans(lonely):
    assert "failover_plan" not in lonely.beat(protocol=1)


def test_a_promotion_makes_another_plan_with_another_token(lonely):
    first = json.loads(lonely.beat()["failover_plan"]["text"])
    lonely.world.execute("UPDATE agents SET epoch = 1 WHERE id = %(id)s", id=lonely.workload.id)

    second = json.loads(lonely.beat()["failover_plan"]["text"])

    assert (first["epoch"], second["epoch"]) == (0, 1)
    assert first["client_token"] != second["client_token"]


def test_in_safe_mode_the_plan_is_taken_back(lonely):
    lonely.world.db.run(lambda tx: safe_mode.switch(tx, True, actor="admin", reason="a test"))

    assert lonely.beat()["failover_plan"] is None


def test_an_agent_that_is_only_observed_has_no_plan(lonely):
    lonely.world.execute("UPDATE agents SET enabled = 0 WHERE id = %(id)s", id=lonely.workload.id)

    assert lonely.beat()["failover_plan"] is None


def test_before_ec2_was_asked_there_is_no_plan(lonely):
    lonely.world.execute("UPDATE instances SET launch_spec = NULL WHERE id = %(id)s", id=lonely.workload.primary.id)

    assert lonely.beat()["failover_plan"] is None


def test_people_may_read_the_plan_but_not_the_token_in_it(lonely):
    for who in (lonely.workload.client.token, ADMIN):
        reply = lonely.api.by(who).get(f"/api/agents/{lonely.workload.uuid}/failover-plan")

        assert data_of(reply)["plan"]["request"]["instance_type"] == "m5.large"
        assert b"soj_L3" not in reply.data


def test_the_secret_is_due_for_a_change_after_a_day_and_the_next_plan_is_signed_for_the_new_one(lonely):
    lonely.beat()
    lonely.world.jump(hours=24, seconds=1)
    assert lonely.beat()["rotate_due"]

    lonely.beat(new_secret="n" * 43)
    fresh = lonely.api.by(f"soa_{lonely.workload.uuid}_{'n' * 43}")
    lonely.api, old = fresh, lonely.api
    told = lonely.beat()

    assert not told["rotate_due"]
    assert told["failover_plan"]["signature"] == failover.signature(digest("n" * 43), told["failover_plan"]["text"])
    assert old.get(f"/api/agents/{lonely.workload.uuid}/config").status_code == 401
