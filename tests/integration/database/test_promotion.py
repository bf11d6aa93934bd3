"""One PRIMARY: the two procedures, their refusals, and their races."""

import pymysql
import pytest

from core import database, errors
from core.database import Tx
from core.sql import agents, instances
from database.migrate import connect
from tests.integration.together import FirstTimeOnly, at_once


@pytest.fixture
def shop(world):
    return world.workload()


@pytest.fixture
def two(world, shop):
    """Two replicas that are ready, by instance id."""
    return [world.replica(shop).instance_id for _ in range(2)]


def promote(shop, instance_id: int, epoch: int = 0):
    return lambda tx: instances.promote(
        tx, agent_id=shop.id, instance_id=instance_id, epoch=epoch, actor="test", behalf=None, request_id=None, why="because"
    )


def primaries(world) -> list[int]:
    return [row["id"] for row in world.all("SELECT id FROM instances WHERE role = 'PRIMARY' ORDER BY id")]


def test_a_promotion_moves_roles_pointer_and_epoch_together_and_is_audited(world, shop, two):
    world.db.run(promote(shop, two[0]))

    agent = world.agent(shop)
    assert (agent.primary_instance_id, agent.epoch, primaries(world)) == (two[0], 1, [two[0]])
    assert world.instance(shop.primary.id).role == "ZOMBIE"
    line = world.one(
        "SELECT * FROM audit_logs WHERE action = 'promote' AND resource_id = %(id)s ORDER BY id DESC LIMIT 1", id=shop.id
    )
    assert line["after_state"] == f'{{"epoch":1,"primary":{two[0]}}}'


def test_of_two_promoters_at_once_exactly_one_wins_and_the_other_hears_of_a_stale_epoch(world, shop, two):
    line = FirstTimeOnly(2)

    def one(candidate: int):
        def work(tx: Tx) -> None:
            epoch = agents.get(tx, shop.id).epoch
            line.meet()
            promote(shop, candidate, epoch)(tx)

        def once() -> None:
            with database.transaction() as tx:
                work(tx)

        return once

    outcomes = at_once(one(two[0]), one(two[1]))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "StaleEpoch"]
    assert (world.agent(shop).epoch, len(primaries(world))) == (1, 1)


def test_two_who_promote_without_the_procedure_are_stopped_by_the_unique_slot(world, shop, two):
    """The naive variant: read who leads, demote, promote. The constraint holds where the procedure is passed by."""
    line = FirstTimeOnly(2)

    def one(candidate: int):
        def naive(tx: Tx) -> None:
            old = agents.get(tx, shop.id).primary_instance_id
            line.meet()
            tx.execute("UPDATE instances SET role = 'ZOMBIE' WHERE id = %(id)s", id=old)
            tx.execute("UPDATE instances SET role = 'PRIMARY' WHERE id = %(id)s", id=candidate)

        def once() -> None:
            with database.transaction() as tx:
                naive(tx)

        return once

    outcomes = at_once(one(two[0]), one(two[1]))

    assert [outcome.key for outcome in outcomes if isinstance(outcome, errors.Duplicate)] == ["uq_one_primary"]
    assert world.agent(shop).primary_instance_id not in primaries(world), "the pointer was left behind: why the procedure exists"


def test_two_agents_promote_at_once_without_waiting_for_each_other(world, shop, two):
    other = world.workload("other", shop.client)
    candidate = world.replica(other).instance_id

    at_once(lambda: world.db.run(promote(shop, two[0])), lambda: world.db.run(promote(other, candidate)))

    assert primaries(world) == sorted([two[0], candidate])


def test_a_promoter_who_read_an_older_epoch_is_refused(world, shop, two):
    world.db.run(promote(shop, two[0]))

    with pytest.raises(errors.StaleEpoch), database.transaction() as tx:
        promote(shop, two[1], epoch=0)(tx)

    assert primaries(world) == [two[0]]


UNFIT = {
    "it is the PRIMARY already": "SELECT 1",
    "it is being terminated": "UPDATE instances SET terminate_requested_at = UTC_TIMESTAMP(6) WHERE id = %(id)s",
    "its machine does not exist yet": "UPDATE instances SET ec2_instance_id = NULL WHERE id = %(id)s",
    "it is terminated": "UPDATE instances SET role = 'TERMINATED' WHERE id = %(id)s",
}


@pytest.mark.parametrize("why", UNFIT)
def test_a_candidate_is_refused_when(world, shop, two, why):
    candidate = shop.primary.id if "PRIMARY" in why else two[0]
    world.db.run(lambda tx: tx.all(UNFIT[why], id=candidate) if "SELECT" in UNFIT[why] else tx.execute(UNFIT[why], id=candidate))

    with pytest.raises(errors.NotPromotable):
        world.db.run(promote(shop, candidate))

    assert (world.agent(shop).epoch, primaries(world)) == (0, [shop.primary.id])


def test_another_agents_replica_cannot_be_promoted(world, shop):
    other = world.workload("other", shop.client)
    theirs = world.replica(other).instance_id

    with pytest.raises(errors.NotPromotable):
        world.db.run(promote(shop, theirs))


def test_outside_a_transaction_nothing_is_promoted(world, access, shop, two):
    connection = connect(access.environment())
    connection.autocommit(True)

    with connection, connection.cursor() as cursor, pytest.raises(pymysql.Error) as refused:
        cursor.execute("CALL promote_instance_to_primary(%s, %s, 0, 'x', NULL, NULL, 'x')", (shop.id, two[0]))

    assert refused.value.args[0] == 31001
    assert primaries(world) == [shop.primary.id]


def test_a_promotion_is_undone_with_the_transaction_it_is_part_of(world, shop, two):
    with pytest.raises(ValueError), database.transaction() as tx:
        promote(shop, two[0])(tx)
        raise ValueError

    assert (world.agent(shop).epoch, primaries(world)) == (0, [shop.primary.id])


def test_of_two_who_move_the_same_version_one_hears_that_it_is_stale(world, shop, two):
    replica = world.instance(two[0])

    def move() -> None:
        with database.transaction() as tx:
            instances.move(tx, replica, "TERMINATED", "because")

    outcomes = at_once(move, move)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Stale"]


def test_nobody_becomes_primary_by_a_mere_move(world, two):
    with pytest.raises(errors.Refused, match="its own procedure"):
        world.db.run(lambda tx: instances.move(tx, instances.get(tx, two[0]), "PRIMARY", "because"))


def test_a_move_along_no_arrow_is_refused(world, shop):
    with pytest.raises(errors.Refused, match="fk_legal_arrow"):
        world.db.run(lambda tx: instances.move(tx, instances.get(tx, shop.primary.id), "TERMINATED", "because"))
