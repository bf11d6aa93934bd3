"""What a workload's ``rebalance_mode`` makes of a recommendation, from the notice to the end, read from the rows (FLOW-08)."""

from datetime import timedelta

import pytest

from core.emergencies.reconciler import reconcile
from tests.world import World


@pytest.fixture
def shop(world: World):
    world.prices()
    return world.workload()


def set_to(world: World, mode: str) -> None:
    world.execute("UPDATE agent_configs SET rebalance_mode = %(mode)s", mode=mode)


def orders(world: World, kind: str = "launch") -> int:
    return world.one("SELECT COUNT(*) AS n FROM actions WHERE kind = %(kind)s", kind=kind)["n"]


def replicas(world: World) -> list[dict]:
    return world.all(
        "SELECT r.status, r.pool_id, r.expires_at, i.id, i.role, i.replica_of_id, i.agent_id FROM replica_instances r"
        " JOIN instances i ON i.id = r.instance_id ORDER BY r.id"
    )


def launched(world: World, shop) -> int:
    """The replica that was ordered got its machine, whose host speaks and has prepared itself; its row's id."""
    [made] = replicas(world)
    world.execute("UPDATE instances SET ec2_instance_id = 'i-0000000000000beef' WHERE id = %(id)s", id=made["id"])
    world.execute("UPDATE replica_instances SET status = 'syncing', launched_at = UTC_TIMESTAMP(6) WHERE instance_id = %(id)s", id=made["id"])
    world.ready(shop, made["id"])
    return made["id"]


@pytest.mark.parametrize("mode", ["off", "observe"])
def test_set_to_look_on_the_notice_and_its_pool_are_remembered_and_nothing_is_ordered(world: World, shop, mode):
    set_to(world, mode)

    receipt = world.rebalance(shop)
    reconcile()

    assert receipt["action"] == "WAIT"
    assert world.incident(receipt["incident_id"]).sentence == f"Only observed: rebalance recommendations are set to {mode}"
    assert world.one("SELECT kind, handled_at IS NOT NULL AS handled FROM notices") == {"kind": "rebalance", "handled": 1}
    assert world.one("SELECT danger_until > UTC_TIMESTAMP(6) AS flagged FROM pool_reports")["flagged"] == 1
    assert (orders(world), replicas(world), world.agent(shop).primary_instance_id) == (0, [], shop.primary.id)


@pytest.mark.parametrize("mode", ["off", "observe"])
def test_set_to_look_on_an_interruption_is_answered_all_the_same(world: World, shop, mode):
    set_to(world, mode)
    world.rebalance(shop)

    receipt = world.interruption(shop)

    assert (receipt["action"], orders(world), len(replicas(world))) == ("LAUNCH", 1, 1)


def test_set_to_prepare_a_replica_stands_by_for_six_hours_in_a_calm_pool_and_nobody_is_moved(world: World, shop):
    set_to(world, "prepare_replica")
    assert world.rebalance(shop)["action"] == "PREPARE_REPLICA"
    [made] = replicas(world)
    assert (made["replica_of_id"], made["agent_id"], made["role"]) == (shop.primary.id, shop.id, "REPLICA")
    assert made["pool_id"] != shop.primary.pool_id
    assert timedelta(hours=5, minutes=59) < made["expires_at"] - world.now() <= timedelta(hours=6)

    launched(world, shop)
    reconcile()

    assert world.agent(shop).primary_instance_id == shop.primary.id
    world.jump(hours=6, minutes=1)
    reconcile()
    assert (orders(world), orders(world, "terminate")) == (1, 1), "nothing came of it, and nothing runs on"


def test_set_to_switch_the_workload_moves_as_soon_as_its_replica_is_ready_and_the_old_one_waits_for_its_end(world: World, shop):
    set_to(world, "switch")
    assert world.rebalance(shop)["action"] == "PREPARE_REPLICA"
    reconcile()
    assert world.agent(shop).primary_instance_id == shop.primary.id, "nothing is ready yet"

    replica = launched(world, shop)
    reconcile()

    assert world.agent(shop).primary_instance_id == replica
    assert (world.instance(replica).role, world.instance(shop.primary.id).role) == ("PRIMARY", "ZOMBIE")
    why = world.one("SELECT why FROM audit_logs WHERE client_id = %(id)s AND why LIKE 'Promoted%%' ORDER BY id DESC LIMIT 1", id=shop.client.id)["why"]
    assert "AWS recommends moving off" in why and "the policy is to switch" in why
    assert orders(world) == 1


def test_set_to_switch_a_ready_replica_takes_over_at_the_notice(world: World, shop):
    set_to(world, "switch")
    replica = world.replica(shop)

    receipt = world.rebalance(shop)

    assert receipt["action"] == "PROMOTE"
    assert world.agent(shop).primary_instance_id == replica.instance_id


def test_whoever_was_moved_within_the_hour_is_not_moved_again_for_mere_risk(world: World, shop):
    set_to(world, "switch")
    world.replica(shop)
    world.rebalance(shop)
    present = world.instance(world.agent(shop).primary_instance_id)

    receipt = world.rebalance(shop, present.ec2_instance_id)

    assert receipt["action"] == "WAIT"
    assert world.agent(shop).primary_instance_id == present.id
