"""EC2 is asked about the silent, the noticed and the ending; silence alone never switches."""

import pytest

from core.emergencies import emergency
from core.execution.watch import watch
from tests.integration.shop import Shop


@pytest.fixture
def primary(shop: Shop) -> str:
    return shop.workload.primary.ec2_instance_id


def look(shop: Shop, **after: float) -> dict:
    shop.world.jump(**after)
    return watch(shop.clouds)


def test_a_primary_that_died_without_notice_is_lost_and_a_replacement_is_ordered(shop: Shop, primary):
    shop.simulator.kill(primary)

    look(shop, seconds=46)

    incident = shop.world.one("SELECT cause, notice_rank FROM incidents")
    assert incident == {"cause": "no_notice", "notice_rank": 2}
    assert (shop.world.instance(shop.workload.primary.id).status, shop.intent()["state"]) == ("lost", "pending")


def test_a_primary_that_died_hands_over_to_a_ready_replica_at_once(shop: Shop, primary):
    replica = shop.world.replica(shop.workload)
    shop.simulator.kill(primary)
    shop.world.jump(seconds=46)
    shop.world.beat(shop.workload, replica.instance_id)

    look(shop)

    assert shop.world.agent(shop.workload).primary_instance_id == replica.instance_id


def test_a_silent_primary_that_ec2_says_is_running_is_left_alone(shop: Shop):
    assert look(shop, minutes=10)["looked_at"] == 1

    assert shop.world.all("SELECT * FROM incidents") == []
    assert shop.world.agent(shop.workload).epoch == 0


def test_a_primary_that_is_heard_is_not_asked_about(shop: Shop):
    shop.world.beat(shop.workload, shop.workload.primary.id)

    assert look(shop)["looked_at"] == 0


def test_a_loss_is_told_once_however_often_it_is_seen(shop: Shop, primary):
    shop.simulator.kill(primary)
    for _ in range(3):
        look(shop, seconds=46)

    assert shop.world.one("SELECT COUNT(*) AS n FROM notifications WHERE dedupe_key LIKE '%:received:no_notice'")["n"] == 1
    assert shop.world.one("SELECT COUNT(*) AS n FROM incidents")["n"] == 1


def test_a_new_machine_that_ec2_does_not_show_yet_is_not_taken_for_lost(shop: Shop, executor):
    shop.simulator.settings(hide_new_ids_seconds=3600)
    shop.order()
    executor.drain()
    look(shop, seconds=60)
    assert shop.replica()["role"] == "REPLICA"

    look(shop, seconds=300)

    assert shop.replica()["role"] == "TERMINATED"


def test_a_replica_that_died_is_ended_and_the_primary_stays(shop: Shop, executor):
    shop.order()
    executor.drain()
    shop.simulator.kill(shop.replica()["ec2_instance_id"])

    look(shop, seconds=46)

    assert (shop.replica()["role"], shop.replica()["replica_status"]) == ("TERMINATED", "terminated")
    assert shop.world.agent(shop.workload).epoch == 0


def test_a_zombie_that_ended_proves_the_end_of_its_incident(shop: Shop, primary):
    replica = shop.world.replica(shop.workload)
    uuid = shop.world.interruption(shop.workload)["incident_id"]
    shop.world.serves(shop.workload, replica.instance_id)
    shop.simulator.kill(primary)

    look(shop)

    assert shop.world.incident(uuid).gone_at is not None
    assert shop.world.instance(shop.workload.primary.id).role == "TERMINATED"


def test_a_stale_notice_about_a_machine_that_runs_is_unfounded(shop: Shop, primary):
    stale = {"instance_id": primary, "time": "2026-01-01T00:00:00Z", "seen_age_ms": 301_000}
    receipt = shop.world.db.run(lambda tx: emergency.handle_termination_notice(tx, shop.workload.id, None, stale))

    look(shop)

    assert shop.world.incident(receipt["incident_id"]).outcome == "stale_unfounded"
    assert shop.intent() is None


def test_a_stale_notice_about_a_machine_that_is_gone_is_a_loss(shop: Shop, primary):
    stale = {"instance_id": primary, "time": "2026-01-01T00:00:00Z", "seen_age_ms": 301_000}
    receipt = shop.world.db.run(lambda tx: emergency.handle_termination_notice(tx, shop.workload.id, None, stale))
    shop.simulator.kill(primary)

    look(shop)

    assert (shop.world.incident(receipt["incident_id"]).notice_rank, shop.intent()["kind"]) == (2, "launch")


def test_when_ec2_cannot_be_asked_nobody_is_declared_lost(shop: Shop, primary):
    shop.simulator.kill(primary)
    shop.simulator.fault("DescribeInstances", code="InternalError", http_status=500, share=1.0)

    assert look(shop, seconds=46)["unreachable"] == 1
    assert shop.world.all("SELECT * FROM incidents") == []


def test_what_a_twin_needs_is_learned_at_the_first_look(shop: Shop):
    spec = shop.world.instance(shop.workload.primary.id).launch_spec

    assert '"key_name":"people"' in spec
    assert '"security_group_ids":["sg-1"]' in spec
