"""H4: a replica that gets its own notice, or dies, while it is being promoted is not promoted; the PRIMARY stays while it lives."""

import threading

import pytest

from core import errors
from core.emergencies import emergency
from core.sql import instances
from scripts.stack import Stack
from tests.scenarios.town import Town, until
from tests.world import World


@pytest.fixture
def shop(world: World):
    world.prices()
    return world.workload()


def interrupt_while_the_replica_is_noticed(world: World, shop, replica) -> dict:
    """The replica's notice holds the agent's lock; the PRIMARY's interruption has begun and waits for it."""
    told, answered = threading.Event(), {}

    def interruption() -> None:
        told.wait(5)
        try:
            answered.update(world.interruption(shop))
        except errors.SpotError as error:
            answered["refused"] = error

    thread = threading.Thread(target=interruption)
    thread.start()
    with world.db.transaction() as tx:
        ec2_id = instances.get(tx, replica.instance_id).ec2_instance_id
        body = {"instance_id": ec2_id, "notice_time": tx.now().isoformat()}
        emergency.handle_rebalance_notice(tx, shop.id, None, body)
        told.set()
        thread.join(0.5)
        assert thread.is_alive(), "the interruption did not wait for the agent's lock"
    thread.join(10)
    return answered


def test_a_replica_noticed_before_the_commit_is_not_promoted_and_another_is_launched(world: World, shop):
    replica = world.replica(shop)

    answer = interrupt_while_the_replica_is_noticed(world, shop, replica)

    assert answer["action"] == "LAUNCH"
    assert world.agent(shop).primary_instance_id == shop.primary.id
    assert world.instance(replica.instance_id).role != "PRIMARY"


def test_a_server_that_decides_before_it_locks_chooses_the_fallen_replica_and_the_database_refuses_it(world: World, shop, monkeypatch):
    """The naive twin: what it saw before the lock is what it acts on; the procedure looks again."""
    replica = world.replica(shop)
    seen = world.db.run(lambda tx: emergency.replicas.standbys(tx, shop.id))
    monkeypatch.setattr(emergency.replicas, "standbys", lambda tx, agent_id: seen)

    answer = interrupt_while_the_replica_is_noticed(world, shop, replica)

    assert isinstance(answer["refused"], errors.NotPromotable)
    assert world.agent(shop).primary_instance_id == shop.primary.id


def test_with_two_replicas_the_other_one_is_promoted(world: World, shop):
    first, second = world.replica(shop), world.replica(shop, az_id="use1-az2")

    interrupt_while_the_replica_is_noticed(world, shop, first)

    assert world.agent(shop).primary_instance_id == second.instance_id


def test_a_replica_that_dies_during_the_handover_is_replaced_and_downtime_is_measured(stack: Stack, town: Town):
    [shop] = town.open("falls-twice")
    town.levers.rebalance(shop.ec2_id)
    until("a replica is ready", lambda: (town.story(shop)["emergency_replica"] or {}).get("status") == "ready", 20)
    [replica] = town.launches()

    town.levers.kill(replica)
    town.levers.interrupt(shop.ec2_id)

    heir = until("a third machine answers", lambda: town.answering(shop) - {shop.ec2_id, replica}, 60, every=0.05).pop()
    assert until("the handover is told", lambda: town.primary(shop), 5) == heir
    assert until("the gap is measured", lambda: town.story(shop)["incident"]["downtime_method"], 10)
