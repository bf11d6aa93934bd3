"""H12: a machine that is stopped or hibernated may come back with the same id, and is not PRIMARY then."""

import pytest

from core.agents import hosts
from tests.scenarios.street import Street


@pytest.fixture
def stopped(street: Street) -> tuple[Street, int]:
    """AWS stops the PRIMARY; its replica takes over."""
    replica = street.world.replica(street.workload)
    street.simulator.interrupt(street.primary, action="stop", lead_seconds=0.5)
    seen = 0
    while seen < 3:  # the warning, stopping, stopped
        seen += street.reader.read_once()
    street.world.serves(street.workload, replica.instance_id)
    return street, replica.instance_id


def test_the_stopped_one_is_a_zombie_and_its_replica_serves(stopped):
    street, heir = stopped
    old = street.world.instance(street.workload.primary.id)

    assert (old.role, old.status, old.ended_at is None) == ("ZOMBIE", "stopped", True)
    assert street.world.agent(street.workload).primary_instance_id == heir


def test_when_it_runs_again_its_host_is_told_not_to_serve(stopped):
    street, heir = stopped
    street.simulator.ec2().start_instances(InstanceIds=[street.primary])
    street.read()
    street.look()

    old, agent = street.world.instance(street.workload.primary.id), street.world.agent(street.workload)
    orders = street.world.db.run(lambda tx: hosts.orders_for(tx, agent, old))
    assert (old.role, old.status, orders.role, orders.serve) == ("ZOMBIE", "zombie", "ZOMBIE", False)
    assert (agent.primary_instance_id, agent.epoch) == (heir, 1)


def test_the_incident_of_a_stop_is_over_ten_minutes_past_its_deadline(stopped):
    street, _ = stopped
    street.world.jump(minutes=13)

    street.sweep()

    assert (street.incident()["outcome"], street.world.instance(street.workload.primary.id).notice_rank) == ("promoted", 0)


def test_a_hibernation_begins_at_once_and_so_does_the_promotion(street: Street):
    replica = street.world.replica(street.workload)

    street.tell(street.warning(action="hibernate", age=2))

    assert street.world.agent(street.workload).primary_instance_id == replica.instance_id
    assert (street.world.now() - street.incident()["deadline_at"]).total_seconds() < 60


def test_a_primary_that_somebody_stopped_without_a_word_is_replaced(street: Street):
    street.tell(street.state("stopping"), street.state("stopped"))

    assert (street.incident()["cause"], street.shop.intent()["kind"]) == ("no_notice", "launch")
    assert street.world.instance(street.workload.primary.id).role == "PRIMARY"


def test_a_replica_that_is_stopped_is_given_up(street: Street):
    replica = street.world.instance(street.world.replica(street.workload).instance_id)

    street.tell(street.state("stopped", replica.ec2_instance_id))

    assert street.world.instance(replica.id).terminate_requested_at is not None
    assert street.world.agent(street.workload).epoch == 0
