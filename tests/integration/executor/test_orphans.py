"""Machines that bear our tags and stand in no row are ended; those that stand in one, or may soon, are not."""

import time

import pytest

from core import database
from core.cloud.simulator.catalogue import IMAGE
from core.execution import actions
from core.execution.actions import install_name
from core.execution.orphans import sweep
from core.operations import safe_mode
from tests.integration.shop import Shop


@pytest.fixture
def orphan(shop: Shop, settings) -> str:
    """A machine of ours that nobody recorded; its EC2 id."""
    return launch(shop, ManagedBy="SpotOptimizer", **{"spotopt:install": install_name(settings)})


def launch(shop: Shop, **tags: str) -> str:
    specification = {"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    made = shop.simulator.ec2().run_instances(
        ImageId=IMAGE, InstanceType="m5.large", MinCount=1, MaxCount=1, TagSpecifications=[specification] if tags else []
    )
    return made["Instances"][0]["InstanceId"]


def look(shop: Shop, settings, after_seconds: float = 61) -> dict:
    shop.world.jump(seconds=after_seconds)
    return sweep(shop.clouds, settings)


def turn(shop: Shop, on: bool) -> None:
    shop.world.db.run(lambda tx: safe_mode.switch(tx, on, actor="admin", reason="a test"))


def alive(shop: Shop) -> set[str]:
    return {machine["instance_id"] for machine in shop.machines()}


def test_an_orphan_is_ended_once_its_minute_is_over(shop: Shop, settings, executor, orphan):
    assert look(shop, settings, 30)["orphans"] == 0
    assert look(shop, settings, 31)["orphans"] == 1

    executor.drain()

    assert alive(shop) == set()


def test_an_orphan_is_ordered_away_once_however_often_it_is_seen(shop: Shop, settings, orphan):
    look(shop, settings)

    assert look(shop, settings)["orphans"] == 0


def test_a_recorded_machine_is_no_orphan(shop: Shop, settings, executor):
    shop.order()
    executor.drain()

    assert look(shop, settings) == {"seen": 1, "adopted": 0, "orphans": 0, "unreachable": 0}


def test_a_machine_whose_intent_is_still_at_work_is_no_orphan(shop: Shop, settings, executor):
    """Cut after AWS answered: the next executor will adopt it."""
    shop.order()
    executor._act(database.run(lambda tx: actions._claim(tx, time.monotonic())))

    assert look(shop, settings)["orphans"] == 0
    executor.drain()
    assert alive(shop) == {shop.replica()["ec2_instance_id"]}


@pytest.mark.parametrize("tags", [
    {}, {"ManagedBy": "SpotOptimizer"}, {"ManagedBy": "SpotOptimizer", "spotopt:install": "another"},
    {"ManagedBy": "Terraform", "spotopt:install": "ours"},
])  # fmt: skip
def test_a_machine_that_is_not_of_this_installation_is_never_touched(shop: Shop, settings, executor, tags):
    tags = {key: install_name(settings) if value == "ours" else value for key, value in tags.items()}
    foreign = launch(shop, **tags)
    look(shop, settings)
    executor.drain()

    assert foreign in alive(shop)


def test_in_safe_mode_an_orphan_waits(shop: Shop, settings, orphan):
    turn(shop, True)
    assert look(shop, settings)["orphans"] == 0
    turn(shop, False)

    assert look(shop, settings)["orphans"] == 1


def test_a_launch_recorded_between_the_look_at_aws_and_the_look_at_our_rows_is_not_ended(
    shop: Shop, settings, executor, monkeypatch
):
    """Why the order of the two looks matters."""
    shop.order()
    claim = database.run(lambda tx: actions._claim(tx, time.monotonic()))
    outcome = executor._act(claim)
    shop.world.jump(seconds=61)
    ec2 = shop.clouds.of(claim.account)
    seen = ec2.ours

    def seen_then_recorded(region: str, install: str):
        machines = seen(region, install)
        database.run(lambda tx: actions.record(tx, claim.intent, outcome))
        return machines

    monkeypatch.setattr(ec2, "ours", seen_then_recorded)

    assert sweep(shop.clouds, settings)["orphans"] == 0


def test_an_account_that_cannot_be_asked_is_counted_and_the_others_are_swept(shop: Shop, settings, orphan):
    shop.world.workload("broken", aws_account="210987654321")
    shop.simulator.fault("DescribeInstances", code="UnauthorizedOperation", http_status=403, account_id="210987654321", share=1.0)

    counts = look(shop, settings)

    assert (counts["unreachable"], counts["orphans"]) == (1, 1)
