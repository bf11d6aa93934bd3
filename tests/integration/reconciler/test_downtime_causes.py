"""Why a workload was away: each cause is booked from what happened, with the seconds that were measured (TAB-23, FAIL-10)."""

import pytest

from core.emergencies.reconciler import reconcile
from core.execution.watch import watch
from tests.integration.shop import Shop


class Story:
    """One emergency, step by step; a jump of the clock before each step that takes time."""

    def __init__(self, shop: Shop, executor):
        self.shop, self.world, self.workload, self._executor = shop, shop.world, shop.workload, executor
        self.world.beat(self.workload, self.workload.primary.id, serving=True)

    def launched(self) -> int:
        self._executor.drain()
        return self.shop.replica()["id"]

    def gone(self, seconds: float = 46) -> None:
        """AWS took the machine, and EC2 says so."""
        self.shop.simulator.kill(self.workload.primary.ec2_instance_id)
        self.world.jump(seconds=seconds)
        watch(self.shop.clouds)

    def serves(self, replica: int) -> None:
        """The host of the replica gets ready, is promoted, and its workload answers."""
        self.world.jump(seconds=5)
        self.world.ready(self.workload, replica)
        reconcile()
        assert self.world.agent(self.workload).primary_instance_id == replica
        self.world.serves(self.workload, replica)

    def booked(self) -> dict:
        [row] = self.world.all("SELECT cause, cause_details, method, duration_seconds, downtime_metadata FROM downtime_logs")
        return row


@pytest.fixture
def story(shop: Shop, executor) -> Story:
    return Story(shop, executor)


def test_an_interruption_without_a_replica_costs_what_the_launch_takes_longer_than_aws_gives(story: Story):
    story.world.interruption(story.workload)
    replica = story.launched()
    story.gone()

    story.serves(replica)

    booked = story.booked()
    assert (booked["cause"], booked["method"]) == ("no_replica", "last_contact")
    assert 51 <= booked["duration_seconds"] < 60
    assert story.shop.replica()["pool_id"] in booked["downtime_metadata"]


def test_a_replica_that_was_ordered_in_time_and_was_not_ready_in_time_is_late(story: Story):
    story.world.rebalance(story.workload)
    replica = story.launched()
    story.world.interruption(story.workload)
    story.gone()

    story.serves(replica)

    assert story.booked()["cause"] == "replica_late"


def test_a_machine_that_vanished_says_so(story: Story):
    story.gone()
    replica = story.launched()

    story.serves(replica)

    booked = story.booked()
    assert (booked["cause"], booked["method"]) == ("no_notice", "last_contact")
    assert 51 <= booked["duration_seconds"] < 60


def test_a_replica_that_was_ready_in_time_costs_the_handover_alone(story: Story):
    story.world.rebalance(story.workload)
    replica = story.launched()
    story.world.ready(story.workload, replica)
    story.world.interruption(story.workload)
    story.world.serves(story.workload, story.workload.primary.id, serving=False)
    story.world.jump(seconds=2)

    story.world.serves(story.workload, replica)

    booked = story.booked()
    assert (booked["cause"], booked["method"]) == ("promotion", "serving_reports")
    assert 2 <= booked["duration_seconds"] < 10
