"""SAFE_MODE: requested, nothing is begun any more; in force, nothing begun is still on its way."""

import threading

import pytest

from core import database, errors
from core.emergencies.reconciler import reconcile
from core.execution import actions
from core.operations import safe_mode
from tests.world import World


@pytest.fixture
def shop(world: World):
    world.prices()
    workload = world.workload()
    world.looked_at()
    return workload


def turn(world: World, on: bool) -> dict:
    return world.db.run(lambda tx: safe_mode.switch(tx, on, actor="admin", reason="a test"))


def confirm(world: World) -> bool:
    return world.db.run(lambda tx: safe_mode.confirm(tx, tx.now()))


def claim():
    return database.run(lambda tx: actions._claim(tx, 0.0))


def test_it_is_requested_at_once_and_in_force_when_nothing_is_on_its_way(world):
    assert turn(world, True)["in_force"] is False

    assert confirm(world) is True
    assert world.db.run(safe_mode.state)["in_force"] is True


def test_while_something_claimed_may_still_be_calling_aws_it_is_not_in_force(world, shop):
    world.rebalance(shop)
    assert claim()
    turn(world, True)

    assert confirm(world) is False
    world.jump(seconds=21)
    assert confirm(world) is True


def test_the_switch_waits_for_a_claim_that_is_being_made(world, shop):
    world.rebalance(shop)
    turned = threading.Event()
    switch = threading.Thread(target=lambda: (turn(world, True), turned.set()))

    with database.transaction() as tx:
        assert actions._claim(tx, 0.0)
        switch.start()
        assert not turned.wait(0.3)
    switch.join(5)

    assert turned.is_set()
    assert confirm(world) is False, "the claim that came first is still on its way"


def test_while_it_is_requested_nothing_is_claimed_and_what_waited_goes_on_afterwards(world, shop):
    world.rebalance(shop)
    turn(world, True)
    assert claim() is None

    turn(world, False)

    assert claim().intent.kind == "launch"


def test_an_order_born_in_safe_mode_is_a_plan_and_stays_one(world, shop):
    turn(world, True)
    world.interruption(shop)
    turn(world, False)
    plan = world.one("SELECT state, why FROM actions")

    assert plan["state"] == "dry_run"
    assert world.all("SELECT * FROM replica_instances") == []


def test_the_plan_is_recorded_once_however_often_the_sweep_comes(world, shop):
    turn(world, True)
    world.interruption(shop)
    reconcile(), reconcile()

    assert world.one("SELECT COUNT(*) AS n FROM actions")["n"] == 1


def test_after_the_release_the_sweep_orders_anew_what_is_still_wanted(world, shop):
    turn(world, True)
    world.interruption(shop)
    turn(world, False)
    reconcile()

    assert [row["state"] for row in world.all("SELECT state FROM actions ORDER BY id")] == ["dry_run", "pending"]


def test_a_promotion_needs_no_aws_and_goes_on(world, shop):
    replica = world.replica(shop)
    turn(world, True)

    world.interruption(shop)

    assert world.agent(shop).primary_instance_id == replica.instance_id


@pytest.mark.parametrize("v", ["on", "maybe", None])
def test_a_switch_that_cannot_be_read_is_on(world, v):
    world.execute("DELETE FROM system_settings WHERE k = 'SAFE_MODE'")
    if v:
        world.execute("INSERT INTO system_settings (k, v, requested_at) VALUES ('SAFE_MODE', %(v)s, UTC_TIMESTAMP(6))", v=v)

    assert world.db.run(safe_mode.requested) is True
    assert claim() is None


def test_each_turn_is_audited_with_who_and_why(world):
    turn(world, True)

    line = world.one("SELECT actor_id, action, why FROM audit_logs ORDER BY id DESC LIMIT 1")
    assert line == {"actor_id": "admin", "action": "safe_mode_on", "why": "a test"}


def test_what_needs_aws_is_refused_with_a_sentence(world):
    turn(world, True)

    with pytest.raises(errors.Conflict, match="SAFE MODE"):
        world.db.run(safe_mode.refuse_if_on)
