"""Switches on the simulated AWS: what is asked of it, what a refusal leads to, and that a cut anywhere changes nothing."""

import pytest

from core.emergencies import emergency
from core.emergencies.reconciler import reconcile
from core.execution.watch import watch
from core.money import downtime
from core.moves import plans, switching
from core.sql import instances
from core.sql import plans as plan_rows
from tests.integration.shop import Shop
from tests.integration.switching.conftest import TARGET, Moving
from tests.integration.together import Killed, die


def order(shop: Shop, target: str = TARGET) -> dict:
    return shop.world.db.run(lambda tx: plans.order_switch(tx, shop.workload.id, target, actor="client:1", request_id="request-0001"))


@pytest.fixture
def moved(shop: Shop, executor) -> int:
    """A switch whose new host serves; its instance id."""
    shop.world.beat(shop.workload, shop.workload.primary.id, serving=True)
    order(shop)
    executor.drain()
    new = shop.replica()["id"]
    shop.world.ready(shop.workload, new)
    reconcile()
    shop.world.serves(shop.workload, shop.workload.primary.id, serving=False)
    shop.world.serves(shop.workload, new)
    reconcile()
    return new


def test_the_new_host_is_launched_in_the_target_pool_as_a_twin_of_the_old(shop: Shop, executor):
    order(shop)

    executor.drain()

    [machine] = shop.machines()
    assert (machine["az_id"], machine["instance_type"], machine["lifecycle"]) == ("use1-az1", "m5.large", "spot")
    assert machine["tags"]["spotopt:agent"] == shop.workload.uuid
    assert (shop.replica()["replica_status"], shop.replica()["ec2_instance_id"]) == ("syncing", machine["instance_id"])


def test_a_target_without_capacity_ends_the_switch_and_no_other_pool_is_tried(shop: Shop, executor):
    """A person chose this pool; an emergency would go on to the next one."""
    shop.simulator.capacity("use1-az1", "m5.large", 0)
    order(shop)
    executor.drain()

    reconcile()

    row = shop.world.one("SELECT state, sentence FROM switches")
    assert row["state"] == "failed" and "InsufficientInstanceCapacity" in row["sentence"]
    assert (len(shop.calls()), shop.machines()) == (1, [])
    assert shop.world.one("SELECT ice_until > UTC_TIMESTAMP(6) AS yes FROM pool_memory")["yes"]
    assert shop.world.instance(shop.workload.primary.id).role == "PRIMARY"


def test_a_lost_answer_is_asked_for_again_and_launches_no_second_machine(shop: Shop, executor):
    shop.simulator.lose_reply("RunInstances")
    order(shop)
    executor.drain()
    shop.world.jump(seconds=3)

    executor.drain()

    assert len(shop.machines()) == 1
    assert shop.replica()["ec2_instance_id"] == shop.machines()[0]["instance_id"]


def test_the_end_of_the_old_one_by_our_own_switch_is_no_incident(shop: Shop, executor, moved, clouds):
    """INV-58, FAIL-43."""
    shop.world.jump(hours=1, seconds=1)
    shop.simulator.ec2().create_tags(Resources=[shop.workload.primary.ec2_instance_id], Tags=[{"Key": "ManagedBy", "Value": "SpotOptimizer"}])
    reconcile()
    executor.drain()

    for _ in range(2):
        watch(clouds)
        reconcile()

    assert shop.world.instance(shop.workload.primary.id).role == "TERMINATED"
    assert shop.world.one("SELECT COUNT(*) AS n FROM incidents")["n"] == 0
    assert shop.world.one("SELECT state FROM switches")["state"] == "done"
    assert shop.world.instance(moved).role == "PRIMARY"


PLACES = [
    (switching.switches, "set_promoted"), (emergency.instances, "promote"), (emergency.replicas, "end"), (plan_rows, "step_done"),
    (switching.heartbeats, "serving_reports"), (switching.switches, "set_serving"), (instances, "set_terminate_after"),
    (switching.notifications, "announce"), (switching.switches, "finish"), (plan_rows, "move"),
]  # fmt: skip


@pytest.mark.parametrize(("room", "name"), PLACES, ids=[name for _, name in PLACES])
def test_a_switch_cut_anywhere_goes_on_from_its_rows_and_nothing_is_done_twice(moving: Moving, monkeypatch, room, name):
    """INV-63: at no moment was there no PRIMARY, and the old one is let go after the new one serves."""
    moving.order()
    new = moving.launched()
    moving.ready(new)
    with monkeypatch.context() as dead:
        dead.setattr(room, name, die)
        _until_killed(moving, new)
    _go_on(moving, new)

    assert (moving.row()["state"], moving.plan()["state"], moving.world.agent(moving.workload).epoch) == ("done", "done", 1)
    assert moving.world.one("SELECT COUNT(*) AS n FROM downtime_logs")["n"] == 1
    assert moving.world.one("SELECT COUNT(*) AS n FROM audit_logs WHERE action = 'switched' AND resource_id = %(id)s", id=moving.workload.id)["n"] == 1
    assert [row["kind"] for row in moving.world.all("SELECT kind FROM actions ORDER BY id")] == ["launch", "terminate"]


def _until_killed(moving: Moving, new: int) -> None:
    """Steps of the switch until the process dies in one of them."""
    killed = False
    for step in STEPS:
        step(moving, new)
        assert "PRIMARY" in moving.roles(moving.workload.primary.id, new)
        try:
            reconcile()
        except Killed:
            killed = True
            break
    assert killed


def _go_on(moving: Moving, new: int) -> None:
    for step in STEPS:
        step(moving, new)
        reconcile()
        reconcile()


def _old_lets_go(moving: Moving, new: int) -> None:
    """As the agents would: the old one stops once it learns of the epoch, the new one answers a second later."""
    if moving.roles(new) != ["PRIMARY"] or moving.world.one("SELECT COUNT(*) AS n FROM serving_reports WHERE instance_id = %(id)s", id=new)["n"]:
        return
    moving.world.serves(moving.workload, moving.workload.primary.id, serving=False)
    moving.world.jump(seconds=1)
    moving.world.serves(moving.workload, new)


def _wait_ends(moving: Moving, new: int) -> None:
    if moving.world.instance(moving.workload.primary.id).terminate_after and not moving.calls_wanted():
        moving.world.jump(hours=1, seconds=1)
        moving.world.beat(moving.workload, new, serving=True)


def _old_ended(moving: Moving, new: int) -> None:
    if moving.calls_wanted() == ["terminate"]:
        moving.world.execute("UPDATE instances SET role = 'TERMINATED', ended_at = UTC_TIMESTAMP(6) WHERE role = 'ZOMBIE'")


STEPS = (lambda moving, new: None, _old_lets_go, _wait_ends, _old_ended)


def test_a_month_of_handovers_counts_planned_ones_apart_from_the_budget(moving: Moving):
    moving.served(after_seconds=2)

    told = moving.world.db.run(lambda tx: downtime.summary(tx, moving.workload.client.id, 7))

    assert told["month_used_seconds"] == 0
