"""A replacement that a host has launched alone is not launched again, also when the queue tells of the notice first."""

import pytest

from core.emergencies import forestall
from core.emergencies.forestall import forestalled
from core.emergencies.reconciler import reconcile
from core.execution.actions import Executor
from tests.integration.level3.test_adoption import launch
from tests.integration.shop import Shop
from tests.integration.together import at_once


@pytest.fixture
def executor(clouds, settings) -> Executor:
    """As the timetable makes it."""
    return Executor(clouds, settings, forestalled)


@pytest.fixture
def long_here(monkeypatch) -> None:
    """This server has been at work for hours."""
    monkeypatch.setattr(forestall, "_back_since", -1e9)


def emergency(shop: Shop) -> None:
    """A notice by another way than the host: the order stands before the host could report."""
    shop.world.interruption(shop.workload)


def test_a_server_that_is_back_looks_before_it_launches(shop: Shop, settings, executor):
    forestall.returned()
    alone = launch(shop, settings, shop.workload.uuid)
    emergency(shop)

    executor.drain()

    assert {machine["instance_id"] for machine in shop.machines()} == {alone}
    assert shop.intent()["state"] == "superseded"
    assert shop.replica()["ec2_instance_id"] == alone


def test_without_the_look_there_would_be_two(shop: Shop, settings, clouds):
    """The naive twin."""
    launch(shop, settings, shop.workload.uuid)
    emergency(shop)

    Executor(clouds, settings).drain()

    assert len(shop.machines()) == 2


@pytest.mark.usefixtures("long_here")
def test_a_host_out_of_touch_is_looked_after_too(shop: Shop, settings, executor):
    alone = launch(shop, settings, shop.workload.uuid)
    shop.world.beat(shop.workload, shop.workload.primary.id, serving=True)
    shop.world.jump(seconds=11)
    emergency(shop)

    executor.drain()

    assert {machine["instance_id"] for machine in shop.machines()} == {alone}


@pytest.mark.usefixtures("long_here")
def test_in_ordinary_times_nothing_is_asked_of_aws_before_a_launch(shop: Shop, executor):
    shop.world.beat(shop.workload, shop.workload.primary.id, serving=True)
    emergency(shop)
    executor.drain()

    assert len(shop.calls("RunInstances")) == 1
    assert shop.calls("DescribeInstances") == []


@pytest.mark.parametrize("trouble", [{}, {"code": "UnauthorizedOperation", "http_status": 403}], ids=["AWS answers", "AWS cannot say"])
def test_of_many_launches_at_once_one_asks_for_all(shop: Shop, executor, trouble: dict):
    forestall.returned()
    workloads = [shop.workload] + [shop.world.workload(name, shop.workload.client) for name in ("second", "third", "fourth")]
    shop.world.execute("UPDATE instances SET launch_spec = %(spec)s", spec=shop.world.one("SELECT launch_spec FROM instances ORDER BY id LIMIT 1")["launch_spec"])
    for workload in workloads:
        shop.world.interruption(workload)
    shop.simulator.fault("DescribeInstances", delay_seconds=0.3, share=1.0, **trouble)

    at_once(*[executor.run_once] * len(workloads))

    assert len(shop.calls("RunInstances")) == len(workloads)
    assert len(shop.calls("DescribeInstances")) == 1


def test_where_no_host_acted_alone_the_launch_goes_on(shop: Shop, executor):
    forestall.returned()
    emergency(shop)

    executor.drain()

    assert len(shop.machines()) == 1
    assert shop.intent()["state"] == "done"


def test_aws_that_cannot_say_stops_no_launch(shop: Shop, executor):
    forestall.returned()
    emergency(shop)
    shop.simulator.fault("DescribeInstances", code="UnauthorizedOperation", http_status=403, share=1.0)

    executor.drain()

    assert shop.intent()["state"] == "done"


def test_the_withdrawn_order_is_not_given_again(shop: Shop, settings, executor):
    forestall.returned()
    launch(shop, settings, shop.workload.uuid)
    emergency(shop)
    executor.drain()
    for _ in range(3):
        reconcile()
        executor.drain()

    assert shop.world.one("SELECT COUNT(*) AS n FROM actions WHERE kind = 'launch'")["n"] == 1
