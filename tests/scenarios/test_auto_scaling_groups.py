"""FLOW-20, MOD-ASG: a workload leaves a member of an Auto Scaling group, and the group ends as large as it was, with our machine in it."""

from collections.abc import Callable, Iterator

import pytest

from core.execution import exchanges, groups
from tests.integration.scaling.garage import Garage, opened, until
from tests.integration.scaling.member_shop import MemberShop, open_member_shop

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


def settled(shop: MemberShop, sizes: tuple[int, int, int], *beside: str) -> None:
    """The group is as large as before, our machine is its only member, and nothing else runs but ``beside``."""
    until("the group is settled", lambda: shop.garage.alive() == {shop.new, *beside}, 10)
    assert shop.garage.states() == {shop.new: "InService"}
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
