"""An epoch is a committed promotion, and a promotion an audit row: neither moves without the other (INV-31)."""

import pytest

from core import database, errors
from core.emergencies import replicas as by_hand
from core.sql import agents, instances
from tests.integration.together import at_once
from tests.world import Workload, World


@pytest.fixture
def shop(world: World) -> Workload:
    world.prices()
    return world.workload()


def promote(shop: Workload, instance_id: int, epoch: int):
    return lambda tx: instances.promote(
        tx, agent_id=shop.id, instance_id=instance_id, epoch=epoch, actor="test", behalf=None, request_id=None, why="because"
    )


def once(work) -> None:
    with database.transaction() as tx:
        work(tx)


def epochs_told(world: World, *workloads: Workload) -> dict[int, list[str]]:
    """What the audit rows of the promotions say of each agent, in order."""
    sql = "SELECT after_state FROM audit_logs WHERE action = 'promote' AND resource_type = 'agent' AND resource_id = %(id)s ORDER BY id"
    return {one.id: [row["after_state"].split(",")[0] for row in world.all(sql, id=one.id)] for one in workloads}


def one_by_one(world: World, *workloads: Workload) -> dict[int, list[str]]:
    """What they say when each epoch is one promotion."""
    return {one.id: [f'{{"epoch":{n}' for n in range(1, world.agent(one).epoch + 1)] for one in workloads}


def test_every_epoch_is_one_promotion_that_was_audited_however_it_came_about(world: World, shop: Workload):
    """By a notice, by hand, twice at once, by one who is too late, and by one who is cut before the commit."""
    other = world.workload("other", shop.client)
    world.replica(shop)
    world.interruption(shop)
    first, second, third = (world.replica(other) for _ in range(3))
    world.db.run(lambda tx: by_hand.promote(tx, other.id, first.uuid, 0, actor="admin", request_id="request-0001"))

    raced = at_once(*[lambda one=one: once(promote(other, one.instance_id, 1)) for one in (second, third)])
    with pytest.raises(errors.StaleEpoch):
        once(promote(other, third.instance_id, 1))
    with pytest.raises(ZeroDivisionError):
        once(lambda tx: (promote(shop, world.replica(shop).instance_id, 1)(tx), 1 / 0))

    assert sorted(type(one).__name__ for one in raced) == ["NoneType", "StaleEpoch"]
    assert (world.agent(shop).epoch, world.agent(other).epoch) == (1, 2)
    assert epochs_told(world, shop, other) == one_by_one(world, shop, other)
    assert world.one("SELECT SUM(epoch) AS n FROM agents")["n"] == sum(map(len, epochs_told(world, shop, other).values()))


def test_an_epoch_that_moves_without_a_promotion_is_noticed(world: World, shop: Workload):
    """The naive twin: the pointer is moved, and nobody is told."""
    world.db.run(lambda tx: tx.execute("UPDATE agents SET epoch = epoch + 1 WHERE id = %(id)s", id=agents.get(tx, shop.id).id))

    assert epochs_told(world, shop) != one_by_one(world, shop)
