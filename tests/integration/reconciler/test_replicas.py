"""Replicas nobody needs any more, and replicas that never came to be."""

from datetime import timedelta

import pytest

from core.emergencies.reconciler import reconcile
from core.operations import safe_mode
from tests.integration.together import stand_still
from tests.world import World


@pytest.fixture
def shop(world: World):
    world.prices()
    return world.workload()


@pytest.fixture
def replica(world: World, shop):
    return world.replica(shop)


def turn(world: World, on: bool) -> None:
    world.db.run(lambda tx: safe_mode.switch(tx, on, actor="admin", reason="a test"))


def ends_ordered(world: World) -> int:
    return world.one("SELECT COUNT(*) AS n FROM actions WHERE kind = 'terminate'")["n"]


def test_a_replica_is_ended_when_its_six_hours_are_over_and_not_before(world, shop, replica):
    world.jump(hours=5, minutes=59)
    reconcile()
    assert ends_ordered(world) == 0

    world.jump(minutes=2)

    assert reconcile()["replicas_expired"] == 1
    assert ends_ordered(world) == 1
    assert world.one("SELECT status, end_reason FROM replica_instances")["status"] == "terminated"


def test_a_second_before_its_expiry_a_replica_is_untouched_and_at_it_ended(world, shop, replica, monkeypatch):
    """The database's clock stands still at the chosen moment, so that a slow machine proves the same (INV-40)."""
    expiry = replica.expires_at
    stand_still(monkeypatch, expiry - timedelta(seconds=1))
    assert reconcile()["replicas_expired"] == 0
    assert (ends_ordered(world), world.instance(replica.instance_id).terminate_requested_at) == (0, None)

    stand_still(monkeypatch, expiry)

    assert reconcile()["replicas_expired"] == 1
    assert (ends_ordered(world), world.instance(replica.instance_id).terminate_requested_at) == (1, expiry)


def test_its_end_is_ordered_once_however_many_sweeps_come(world, shop, replica):
    world.jump(hours=7)
    reconcile(), reconcile()

    assert ends_ordered(world) == 1


def test_a_replica_that_became_primary_is_not_ended_by_its_old_expiry(world, shop, replica):
    world.interruption(shop)
    world.jump(hours=7)
    reconcile()

    assert world.instance(replica.instance_id).terminate_requested_at is None


def test_a_replica_of_a_lost_primary_is_kept(world, shop, replica):
    world.execute("UPDATE instances SET status = 'lost' WHERE id = %(id)s", id=shop.primary.id)
    world.jump(hours=7)
    reconcile()

    assert ends_ordered(world) == 0


def test_in_safe_mode_an_expired_replica_stays_until_the_release(world, shop, replica):
    world.jump(hours=7)
    turn(world, True)
    reconcile()
    assert ends_ordered(world) == 0
    turn(world, False)

    reconcile()

    assert ends_ordered(world) == 1


def test_a_replica_that_is_not_ready_five_minutes_after_its_launch_is_given_up_and_the_next_one_ordered(world, shop):
    receipt = world.rebalance(shop)
    world.execute("UPDATE instances SET ec2_instance_id = 'i-late' WHERE role = 'REPLICA'")
    world.execute("UPDATE replica_instances SET status = 'syncing', launched_at = UTC_TIMESTAMP(6)")
    world.jump(minutes=4, seconds=59)
    assert reconcile()["replicas_late"] == 0
    world.jump(seconds=2)

    assert reconcile()["replicas_late"] == 1
    reconcile()

    lives = world.all("SELECT status FROM replica_instances ORDER BY id")
    assert [life["status"] for life in lives] == ["failed", "launching"]
    assert receipt["incident_id"] == world.one("SELECT uuid FROM incidents")["uuid"]


def test_after_three_replicas_in_six_hours_mere_risk_orders_no_fourth(world, shop):
    world.rebalance(shop)
    for _ in range(4):
        world.execute(
            "UPDATE instances SET ec2_instance_id = CONCAT('i-', id) WHERE role = 'REPLICA' AND ec2_instance_id IS NULL"
        )
        world.execute("UPDATE replica_instances SET status = 'failed', ended_at = UTC_TIMESTAMP(6) WHERE ended_at IS NULL")
        reconcile()

    assert world.one("SELECT COUNT(*) AS n FROM replica_instances")["n"] == 3


def test_a_replica_that_gets_a_notice_itself_is_ended_and_another_is_ordered(world, shop, replica):
    world.rebalance(shop)
    world.rebalance(shop, world.instance(replica.instance_id).ec2_instance_id)

    reconcile()

    assert ends_ordered(world) == 1
    assert [row["status"] for row in world.all("SELECT status FROM replica_instances ORDER BY id")] == ["failed", "launching"]


def test_a_replica_whose_host_fell_silent_is_not_promoted(world, shop, replica):
    world.jump(seconds=46)
    world.beat(shop, shop.primary.id)

    assert world.interruption(shop)["action"] == "WAIT"
    assert world.agent(shop).epoch == 0
