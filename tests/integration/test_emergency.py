"""What the server does about a notice, on a real database, without AWS."""

import pytest

from core import errors
from core.emergencies.reconciler import reconcile
from tests.world import World


@pytest.fixture
def shop(world: World):
    world.prices()
    return world.workload()


def test_a_rebalance_notice_orders_one_replica(world: World, shop):
    receipt = world.rebalance(shop)

    launches = world.all("SELECT * FROM actions WHERE kind = 'launch'")
    assert receipt["action"] == "PREPARE_REPLICA"
    assert [launch["state"] for launch in launches] == ["pending"]


def test_the_order_of_a_replica_is_committed_with_the_recommendation_that_asks_for_it(world):
    """MET-37 allows a second from one to the other; they are one transaction, so nothing lies between them but its own length."""
    world.prices()
    shop = world.workload()

    world.rebalance(shop)

    told = world.one(
        "SELECT n.received_at, i.opened_at, a.created_at, a.state FROM notices n JOIN incidents i ON i.ec2_instance_id = n.ec2_instance_id"
        " JOIN actions a ON a.incident_id = i.id WHERE n.kind = 'rebalance' AND a.kind = 'launch'"
    )
    assert told["state"] == "pending"
    assert told["received_at"] == told["opened_at"] == told["created_at"], "the one now() of the transaction"


def test_an_interruption_promotes_the_ready_replica_and_the_old_primary_becomes_a_zombie(world: World, shop):
    replica = world.replica(shop)

    receipt = world.interruption(shop)

    assert receipt["action"] == "PROMOTE"
    assert world.agent(shop).primary_instance_id == replica.instance_id
    assert (world.instance(replica.instance_id).role, world.instance(shop.primary.id).role) == ("PRIMARY", "ZOMBIE")


def test_the_sentence_of_an_incident_stays_when_its_work_is_done(world: World, shop):
    world.replica(shop)
    receipt = world.interruption(shop)
    told = world.incident(receipt["incident_id"]).sentence

    reconcile()

    assert world.incident(receipt["incident_id"]).sentence == told


def test_a_notice_for_anothers_instance_is_not_found(world: World, shop):
    other = world.workload("other", ec2_id="i-0123456789abcdef0", aws_account="210987654321")

    with pytest.raises(errors.NotFound):
        world.interruption(shop, ec2_id=other.primary.ec2_instance_id)
