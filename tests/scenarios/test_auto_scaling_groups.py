"""FLOW-20, MOD-ASG: a workload leaves a member of an Auto Scaling group, and the group ends as large as it was, with our machine in it."""

from collections.abc import Callable, Iterator

import pytest

from core.execution import exchanges, groups
from tests.integration.scaling.garage import Garage, opened, until
from tests.integration.scaling.member_shop import MemberShop, open_member_shop
from tests.scenarios.dying_executor import PLACES

Open = Callable[..., MemberShop]


@pytest.fixture
def garage(simulator) -> Iterator[Garage]:
    yield from opened(simulator)


@pytest.fixture
def opening(world, garage: Garage, clouds, executor) -> Open:
    """Build a group of the given sizes and enrol its member."""

    def build(minimum: int, desired: int, maximum: int, **more) -> MemberShop:
        garage.build(minimum, desired, maximum, **more)
        return open_member_shop(world, garage, clouds, executor)

    return build


class Pair:
    """Two workloads of one group."""

    def __init__(self, world, workloads: list, garage: Garage):
        self.world, self.workloads, self.garage = world, workloads, garage

    def move(self) -> None:
        """Both have a ready replica and are interrupted at the same time."""
        world = self.world
        for workload in self.workloads:
            world.execute("UPDATE instances SET asg_name = 'web-spot' WHERE id = %(id)s", id=workload.primary.id)
            world.replica(workload, ec2_id=self.garage.machine("us-east-1b"))
        for workload in self.workloads:
            world.interruption(workload)

    def new(self) -> list[str]:
        return [self.world.instance(self.world.agent(workload).primary_instance_id).ec2_instance_id for workload in self.workloads]


def settled(shop: MemberShop, sizes: tuple[int, int, int], *beside: str) -> None:
    """The group is as large as before, our machine is its only member, and nothing else runs but ``beside``."""
    until("nothing else runs", lambda: shop.garage.alive() == {shop.new, *beside}, 10)
    until("it is the only member", lambda: shop.garage.states() == {shop.new: "InService"}, 10)
    assert shop.garage.sizes() == sizes
    told = shop.garage.told()["Instances"][0]
    assert told["ProtectedFromScaleIn"] is False


def test_the_new_machine_takes_the_place_of_the_interrupted_one(opening: Open):
    shop = opening(1, 1, 2)
    new = shop.move()

    row = shop.exchange()

    assert (row["state"], row["sentence"]) == ("done", f"{new} has the place of {shop.old} in web-spot")
    assert shop.calls() == ["AttachInstances", "SetInstanceProtection", "DetachInstances", "SetInstanceProtection"]
    settled(shop, (1, 1, 2), shop.old)
    shop.garage.levers.kill(shop.old)
    settled(shop, (1, 1, 2))
    assert shop.world.instance(shop.world.agent(shop.workload).primary_instance_id).asg_name == "web-spot"
    assert shop.world.instance(shop.workload.primary.id).asg_name is None


def test_without_the_exchange_the_group_launches_a_machine_too_many(opening: Open, monkeypatch):
    """The naive twin."""
    shop = opening(1, 1, 2)
    monkeypatch.setattr(exchanges, "begin", lambda *_: None)
    new = shop.move()

    shop.garage.levers.kill(shop.old)

    until("the group replaces it", lambda: len(shop.garage.alive() - {new, shop.old}) == 1)
    assert new not in shop.garage.states()


ROOM, FULL = (1, 1, 2), (0, 1, 1)  # four calls, and two


@pytest.mark.parametrize(("place", "sizes"), [*((place, FULL) for place in PLACES), ("after_the_effect", ROOM), ("after_the_reply", ROOM)])
def test_wherever_the_executor_is_killed_at_each_call_the_group_ends_the_same(opening: Open, settings, place, sizes):
    shop = opening(*sizes)
    shop.move()

    for _ in range(8):
        groups.advance(shop.clouds)
        if shop.row()["state"] != "open":
            break
        shop.kill_at(place, settings)
        shop.world.jump(seconds=30)
        shop.executor.drain()

    assert shop.row()["state"] == "done"
    settled(shop, sizes, shop.old)
    assert shop.calls().count("AttachInstances") <= 2
    assert shop.world.all("SELECT id FROM actions WHERE state = 'pending'") == []


def test_a_group_at_its_maximum_lets_the_old_one_go_first(opening: Open):
    shop = opening(0, 1, 1)
    shop.move()

    assert shop.exchange()["state"] == "done"

    assert shop.calls() == ["DetachInstances", "AttachInstances"]
    settled(shop, (0, 1, 1), shop.old)


def test_a_group_of_fixed_size_is_given_room_for_one_and_has_its_maximum_back(opening: Open):
    shop = opening(1, 1, 1)
    shop.move()

    assert shop.exchange()["state"] == "done"

    assert shop.calls() == [
        "UpdateAutoScalingGroup", "AttachInstances", "SetInstanceProtection", "DetachInstances", "UpdateAutoScalingGroup", "SetInstanceProtection",
    ]  # fmt: skip
    settled(shop, (1, 1, 1), shop.old)


def test_a_fixed_group_has_its_maximum_back_when_each_call_loses_its_executor(opening: Open, settings):
    shop = opening(1, 1, 1)
    shop.move()

    for _ in range(10):
        groups.advance(shop.clouds)
        if shop.row()["state"] != "open":
            break
        shop.kill_at("after_the_effect", settings)
        shop.world.jump(seconds=30)
        shop.executor.drain()

    assert shop.row()["state"] == "done"
    settled(shop, (1, 1, 1), shop.old)


def test_a_replacement_that_the_group_launched_at_a_recommendation_gives_way(opening: Open):
    """Capacity Rebalancing and we answer the same recommendation: two machines are launched, one stays and is billed."""
    shop = opening(1, 1, 2, CapacityRebalance=True)
    shop.garage.hook()
    shop.garage.levers.rebalance(shop.old)
    [extra] = until("the group launches one", lambda: set(shop.garage.serving()) - {shop.old})
    until("the group ends the old one", lambda: shop.garage.states()[shop.old] == "Terminating:Wait")
    new = shop.move()
    assert len(shop.garage.alive() & {extra, new}) == 2

    shop.exchange(6)
    until("the replacement is held by its hook", lambda: shop.garage.states().get(extra) in (None, "Terminating:Wait"))

    assert shop.exchange()["state"] == "done"

    shop.garage.api.complete_lifecycle_action(
        LifecycleHookName="spotopt-drain", AutoScalingGroupName="web-spot", InstanceId=shop.old, LifecycleActionResult="CONTINUE"
    )
    settled(shop, (1, 1, 2))


def test_a_replacement_is_not_ended_while_the_old_one_is_detached_without_shrinking(opening: Open):
    """The interruption comes while the group's own replacement is on its way and the old member still serves."""
    shop = opening(1, 1, 2, CapacityRebalance=True)
    new = shop.replica()
    shop.garage.levers.settings(boot_seconds=3600)
    shop.garage.levers.rebalance(shop.old)
    until("the group launches one", lambda: len(shop.garage.states()) == 2)
    shop.world.interruption(shop.workload)

    assert shop.exchange(20)["state"] == "done"

    calls = {call["action"]: call["params"] for call in shop.garage.levers.calls(since=shop.since)}
    assert calls["DetachInstances"]["ShouldDecrementDesiredCapacity"] is False
    assert calls["TerminateInstanceInAutoScalingGroup"]["ShouldDecrementDesiredCapacity"] is True
    assert shop.new == new
    settled(shop, (1, 1, 2), shop.old)


def test_what_the_group_launched_for_a_member_that_was_lost_gives_way(opening: Open):
    """Nobody announced it: the group notices as we do, and is faster."""
    shop = opening(1, 1, 2)
    shop.garage.levers.kill(shop.old)
    [extra] = until("the group replaces it", lambda: set(shop.garage.serving()) - {shop.old})
    shop.world.jump(seconds=50)
    shop.look()
    shop.look()
    new = shop.ready()
    shop.look()
    assert shop.new == new

    assert shop.exchange()["state"] == "done"

    assert "TerminateInstanceInAutoScalingGroup" in shop.calls()
    settled(shop, (1, 1, 2))
    assert extra not in shop.garage.states()


def test_a_replacement_without_our_tag_is_left_running_and_people_hear_of_it(opening: Open):
    """INV-32: no machine is ended that does not bear our tag, not even through its group."""
    shop = opening(1, 1, 2, Tags=[])
    shop.garage.levers.kill(shop.old)
    [extra] = until("the group replaces it", lambda: set(shop.garage.serving()) - {shop.old})
    shop.world.jump(seconds=50)
    shop.look()
    shop.look()
    shop.ready()
    shop.look()

    row = shop.exchange()

    assert row["state"] == "outside"
    assert f"launched {extra} in place of {shop.old}; it does not bear our tag" in row["sentence"]
    assert shop.garage.alive() == {extra, shop.new}
    assert shop.world.one("SELECT COUNT(*) AS n FROM notifications WHERE dedupe_key LIKE 'group:%%'")["n"] == 1


def test_a_machine_that_the_owner_added_meanwhile_is_left_alone(opening: Open):
    """Scale-out while the workload moves: the new member is nobody's replacement."""
    shop = opening(1, 1, 3)
    shop.replica()
    shop.garage.api.set_desired_capacity(AutoScalingGroupName="web-spot", DesiredCapacity=2)
    [wanted] = until("it serves", lambda: set(shop.garage.serving()) - {shop.old})
    shop.world.interruption(shop.workload)

    assert shop.exchange()["state"] == "done"

    assert (set(shop.garage.serving()), shop.garage.sizes()) == ({shop.new, wanted}, (1, 2, 3))
    assert "TerminateInstanceInAutoScalingGroup" not in shop.calls()


@pytest.mark.parametrize("action", ["AttachInstances", "DetachInstances", "SetInstanceProtection"])
def test_a_reply_that_is_lost_changes_nothing(opening: Open, action):
    shop = opening(1, 1, 2)
    shop.move()
    shop.garage.levers.lose_reply(action)

    for _ in range(6):
        shop.exchange(4)
        shop.world.jump(seconds=11)

    assert shop.row()["state"] == "done"
    settled(shop, (1, 1, 2), shop.old)


def test_the_end_of_a_replacement_whose_reply_was_lost_is_asked_once(opening: Open):
    shop = opening(1, 1, 2, CapacityRebalance=True)
    shop.replica()
    shop.garage.levers.rebalance(shop.old)
    until("the group has replaced it", lambda: shop.old not in shop.garage.states())
    shop.world.interruption(shop.workload)
    shop.garage.levers.lose_reply("TerminateInstanceInAutoScalingGroup")

    for _ in range(6):
        shop.exchange(4)
        shop.world.jump(seconds=11)

    assert shop.row()["state"] == "done"
    assert shop.calls().count("TerminateInstanceInAutoScalingGroup") == 1
    settled(shop, (1, 1, 2))


def test_in_safe_mode_the_exchange_is_on_paper_and_goes_on_afterwards(opening: Open):
    shop = opening(1, 1, 2)
    shop.replica()
    shop.world.execute("UPDATE system_settings SET v = 'on' WHERE k = 'SAFE_MODE'")
    shop.world.interruption(shop.workload)

    row = shop.exchange(4)

    assert (row["state"], shop.calls()) == ("open", [])
    assert [one["state"] for one in shop.world.all("SELECT state FROM actions WHERE kind = 'asg'")] == ["dry_run"]
    shop.world.execute("UPDATE system_settings SET v = 'off' WHERE k = 'SAFE_MODE'")
    assert shop.exchange()["state"] == "done"
    settled(shop, (1, 1, 2), shop.old)


def test_a_new_machine_outside_the_zones_stays_beside_the_group_and_people_hear_of_it(opening: Open):
    shop = opening(0, 1, 2)
    shop.replica()
    shop.world.execute("UPDATE instances SET az_id = 'use1-az4' WHERE role = 'REPLICA'")
    shop.world.interruption(shop.workload)

    row = shop.exchange()

    assert row["state"] == "outside"
    assert "none of the group's zones" in row["sentence"]
    assert (shop.garage.sizes(), shop.garage.states()) == ((0, 0, 2), {})
    assert shop.world.one("SELECT severity FROM notifications WHERE dedupe_key LIKE 'group:%%'")["severity"] == "warning"


def test_the_replica_of_a_member_is_launched_in_the_zones_of_its_group(opening: Open):
    """The cheapest pool lies elsewhere."""
    shop = opening(0, 1, 2, zones=["us-east-1b"])
    groups.learn_members(shop.clouds)

    shop.world.rebalance(shop.workload)

    row = shop.world.one("SELECT az_id FROM instances WHERE role = 'REPLICA'")
    assert row["az_id"] == "use1-az1"


def test_a_group_that_shrinks_on_purpose_stays_small_and_the_workload_goes_on_beside_it(opening: Open):
    """Scale-in by the group with a hook: the workload moves first, heartbeats meanwhile, then the hook is answered."""
    shop = opening(0, 1, 2)
    shop.garage.hook()
    shop.garage.api.set_desired_capacity(AutoScalingGroupName="web-spot", DesiredCapacity=0)
    until("it waits", lambda: shop.garage.states().get(shop.old) == "Terminating:Wait")
    new = shop.move()

    row = shop.exchange()

    assert (row["state"], shop.calls()) == ("outside", [])
    assert "as many machines as it wants" in row["sentence"]
    assert (shop.garage.sizes(), new in shop.garage.states()) == ((0, 0, 2), False)


def test_a_membership_that_was_not_known_at_the_promotion_is_made_up_for(world, garage, clouds, executor):
    garage.build(1, 1, 2)
    shop = open_member_shop(world, garage, clouds, executor, known=False)
    new = world.replica(shop.workload, ec2_id=garage.machine("us-east-1b"))
    world.interruption(shop.workload)
    assert shop.row() is None

    groups.learn_members(clouds)

    assert shop.exchange()["state"] == "done"
    settled(shop, (1, 1, 2), shop.old)
    assert world.instance(new.instance_id).asg_name == "web-spot"


def test_two_members_that_are_interrupted_at_once_are_both_exchanged_in_a_fixed_group(world, garage, clouds, executor):
    garage.build(2, 2, 2)
    first, second = garage.serving()
    owner = world.client()
    shop = Pair(world, [world.workload("a", owner, ec2_id=first), world.workload("b", owner, ec2_id=second)], garage)

    shop.move()
    for _ in range(30):
        groups.advance(clouds)
        executor.drain()

    assert {row["state"] for row in world.all("SELECT state FROM group_exchanges")} == {"done"}
    until("the group is settled", lambda: set(garage.states()) == set(shop.new()), 10)
    assert garage.sizes() == (2, 2, 2)
    assert garage.alive() == {first, second, *shop.new()}
