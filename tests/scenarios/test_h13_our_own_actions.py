"""H13: what we ordered ourselves is recognised when AWS tells of it: no incident, no launch, no downtime, no flag."""

import pytest

from core.emergencies import emergency
from core.execution.orders import order_end
from core.locks import lock_agent
from core.sql import instances
from tests.scenarios.street import Street


@pytest.fixture
def switched(street: Street, executor) -> Street:
    """A planned switch: the replica was promoted by hand, and the old PRIMARY is ended by our order."""
    replica = street.world.instance(street.world.replica(street.workload).instance_id)
    street.simulator.ec2().create_tags(Resources=[street.primary], Tags=[{"Key": "ManagedBy", "Value": "SpotOptimizer"}])

    def switch(tx) -> None:
        agent, safe = lock_agent(tx, street.workload.id)
        emergency.promote_replica(tx, agent, replica, "a planned switch")
        order_end(tx, instances.get(tx, street.workload.primary.id), "replaced by a planned switch", safe=safe)

    street.world.db.run(switch)
    executor.drain()
    return street


def nothing_follows(street: Street) -> bool:
    risks = ("incidents", "downtime_logs", "pool_memory", "pool_reports", "notifications")
    return not any(street.count(table) for table in risks) and street.count("actions", "kind = 'launch'") == 0


def test_the_states_of_a_machine_we_ended_are_recorded_and_open_nothing(switched: Street):
    switched.read()

    assert nothing_follows(switched)
    reasons = {row["reason"] for row in switched.world.all("SELECT reason FROM notices WHERE kind = 'state_change'")}
    assert reasons <= {"own_action", "ignored_gone", None}
    assert "own_action" in reasons
    assert switched.world.instance(switched.workload.primary.id).role == "TERMINATED"


@pytest.mark.parametrize("when", ["before its end is known", "after"])
def test_a_late_warning_about_it_opens_nothing(switched: Street, when):
    if when == "after":
        switched.read()

    switched.tell(switched.warning())
    by_agent = switched.world.interruption(switched.workload)

    assert nothing_follows(switched)
    assert (by_agent["incident_id"], by_agent["action"]) == (None, "WAIT")
    assert switched.count("notices", "kind = 'termination' AND disposition = 'record'") == 2


def test_its_row_says_that_it_ended_as_ordered(switched: Street):
    switched.read()

    row = switched.one("SELECT role_reason FROM instances WHERE id = %(id)s", id=switched.workload.primary.id)
    assert "as ordered" in row["role_reason"]


def test_the_same_end_without_an_order_of_ours_is_a_loss(street: Street):
    street.simulator.ec2().terminate_instances(InstanceIds=[street.primary])

    street.read()

    assert (street.incident()["cause"], street.shop.intent()["kind"]) == ("no_notice", "launch")
