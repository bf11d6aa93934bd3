"""A member is ended through its group, so that the group launches no other."""

import pytest

from core.execution import exchanges, groups
from core.execution.orders import order_end
from core.locks import lock_agent
from core.sql import actions, instances
from tests.integration.scaling.garage import Garage, until
from tests.integration.scaling.member_shop import MemberShop, open_member_shop


@pytest.fixture
def left(world, garage: Garage, clouds, executor, monkeypatch) -> MemberShop:
    """The workload was carried from a member that bears our tag, and nobody has exchanged the two."""
    garage.build(0, 1, 2)
    shop = open_member_shop(world, garage, clouds, executor)
    monkeypatch.setattr(exchanges, "begin", lambda *_: None)
    shop.move()
    return shop


def end(shop: MemberShop) -> None:
    """As the sweep orders it after the wait."""

    def work(tx) -> None:
        lock_agent(tx, shop.workload.id)
        order_end(tx, instances.get(tx, shop.workload.primary.id), "a test", safe=False)

    shop.world.db.run(work)
    shop.executor.drain()


def test_a_member_is_never_ended_past_its_group(left: MemberShop):
    end(left)

    assert (left.ends(), left.calls()) == ([], ["TerminateInstanceInAutoScalingGroup"])
    until("it is gone, and nothing came in its place", lambda: left.garage.alive() == {left.new})
    assert left.garage.sizes() == (0, 0, 2)


def test_ended_past_its_group_another_is_launched(left: MemberShop):
    """The naive twin."""
    left.garage.ec2.terminate_instances(InstanceIds=[left.old])

    until("the group replaces it", lambda: len(left.garage.alive() - {left.old}) == 2)


def test_a_group_that_may_not_shrink_keeps_its_member_and_people_hear_of_it(left: MemberShop):
    left.garage.api.update_auto_scaling_group(AutoScalingGroupName=left.garage.name, MinSize=1)

    end(left)

    row = left.world.one("SELECT state, last_error FROM actions WHERE kind = 'terminate'")
    assert (row["state"], left.ends()) == ("dead", [])
    assert "violate group's min size" in row["last_error"]
    assert left.world.one("SELECT COUNT(*) AS n FROM notifications WHERE dedupe_key LIKE 'failed:%%'")["n"] == 1


def test_a_machine_that_was_detached_is_ended_as_any_other(left: MemberShop):
    left.garage.api.detach_instances(InstanceIds=[left.old], AutoScalingGroupName=left.garage.name, ShouldDecrementDesiredCapacity=True)

    end(left)

    assert left.ends() == [left.old]


def test_a_member_that_the_group_lets_go_already_needs_no_second_farewell(left: MemberShop):
    left.garage.hook()
    left.garage.api.set_desired_capacity(AutoScalingGroupName=left.garage.name, DesiredCapacity=0)
    until("it waits", lambda: left.garage.states().get(left.old) == "Terminating:Wait")

    end(left)

    assert (left.ends(), left.calls()) == ([left.old], [])


def test_the_end_of_a_member_is_not_left_to_its_host(left: MemberShop):
    """Hosts of such an account call TerminateInstances themselves, and the group would launch another."""
    left.world.execute("UPDATE accounts SET executor = 'agent'")
    left.world.execute("UPDATE instances SET terminate_after = UTC_TIMESTAMP(6) WHERE id = %(id)s", id=left.workload.primary.id)
    groups.learn_members(left.clouds)

    end(left)

    assert left.calls() == ["TerminateInstanceInAutoScalingGroup"]
    assert left.world.db.run(lambda tx: actions.terminations_for_host(tx, left.workload.id)) == []
