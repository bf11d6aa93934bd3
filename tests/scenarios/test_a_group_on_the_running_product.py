"""An Auto Scaling group's own machine enrols, and the whole running product carries its workload over: real agents, real hooks."""

import pytest

from tests.integration.scaling.garage import Garage, client
from tests.scenarios.town import Shop, Town, until


@pytest.fixture
def garage(town: Town) -> Garage:
    """A group of one whose launch template enrols its machine."""
    url = town.stack.simulator_url
    town.levers.settings(asg_seconds=0.5)
    return Garage(town.levers, client(url, town.account, "ec2"), client(url, town.account, "autoscaling"), "shop-spot", town.account)


def enrolled(town: Town, garage: Garage, minimum: int, maximum: int, **more) -> Shop:
    """The group launches its member, which enrols and serves; EC2 was asked about it."""
    token = town.api.post("/api/agents/enrolment-tokens", {"aws_account_id": town.account})["token"]
    script = f"#!/bin/bash\nexec spotopt-agent --server {town.stack.url} --token {token} --name shop\n"
    garage.build(minimum, 1, maximum, template={"UserData": encoded(script)}, zones=["us-east-1a", "us-east-1b", "us-east-1c"], **more)
    until("the member serves", lambda: any(row["serving"] for row in town.rows()), 30)
    until("it is known as a member", lambda: town.rows()[0]["primary"]["asg_name"] == garage.name, 30)
    return town._shop(town.rows()[0])


def encoded(script: str) -> str:
    from base64 import b64encode  # noqa: PLC0415

    return b64encode(script.encode()).decode()


def over(town: Town, garage: Garage, shop: Shop, new: str) -> None:
    """One machine runs and is billed, and it is the group's only member."""
    until("the old one is gone and nothing else runs", lambda: town.billed() == {new}, 60)
    until("it is the only member", lambda: garage.states() == {new: "InService"}, 15)
    assert town.primary(shop) == new
    until("it is known as the member", lambda: town.row(shop)["primary"]["asg_name"] == garage.name, 20)


def test_an_interrupted_member_is_carried_over_and_its_successor_has_its_place(town: Town, garage: Garage):
    shop = enrolled(town, garage, 1, 2)
    town.levers.interrupt(shop.ec2_id, lead_seconds=30)

    new = town.moved(shop)

    until("the group is exchanged", lambda: garage.states() == {new: "InService"}, 20)
    over(town, garage, shop, new)
    assert garage.sizes() == (1, 1, 2)
    assert len(town.machines()) == 2
    assert any("has the place of" in str(entry) for entry in town.story(shop)["timeline"])


def test_capacity_rebalancing_and_we_end_with_one_machine_and_the_hook_answered(town: Town, garage: Garage):
    """The group launches a successor of its own at the same recommendation, and ends the old one through its hook."""
    shop = enrolled(town, garage, 1, 1, CapacityRebalance=True)
    garage.hook()
    town.levers.rebalance(shop.ec2_id)

    new = town.moved(shop, 60)

    over(town, garage, shop, new)
    assert garage.sizes() == (1, 1, 1)
    assert [hook for hook in town.levers.hooks().values() if hook["instance_id"] == shop.ec2_id] == []
    calls = [call["action"] for call in town.levers.calls() if call["account_id"] == town.account]
    assert "CompleteLifecycleAction" in calls and "TerminateInstanceInAutoScalingGroup" in calls


def test_a_member_that_is_lost_without_notice_is_replaced_once(town: Town, garage: Garage):
    shop = enrolled(town, garage, 0, 1)

    town.levers.kill(shop.ec2_id)

    new = town.moved(shop, 60)
    over(town, garage, shop, new)
    assert garage.sizes() == (0, 1, 1)
