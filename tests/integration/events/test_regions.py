"""An account is looked after in every region its hosts run in: events, prices and stray machines alike."""

import json
import time
from dataclasses import replace

import pytest

from core import errors
from core.cloud import queues
from core.execution.orphans import sweep
from core.intake.event_intake import Intake
from core.people import clients
from core.prices.pricing import collect
from core.sql import accounts
from scripts import event_queue
from tests.integration.conftest import error_of
from tests.integration.together import at_once
from tests.simulator import ACCOUNT
from tests.world import World

FIRST, SECOND = "us-east-1", "eu-west-1"


def regions(world: World) -> list[str]:
    return json.loads(world.db.run(lambda tx: accounts.by_aws_id(tx, ACCOUNT)).regions)


def order(api, client, region: str | None):
    return api.by(client.token).post("/api/agents/enrolment-tokens", {"aws_account_id": ACCOUNT, **({"region": region} if region else {})})


@pytest.fixture
def everywhere(world: World):
    """A client with an account of two regions."""
    client = world.client()
    for region in (FIRST, SECOND):
        world.db.run(lambda tx, region=region: clients.linked_account(tx, client.id, ACCOUNT, region, world.settings))
    return client


def test_a_token_for_a_host_in_another_region_adds_the_region_and_a_repetition_adds_nothing(world: World, api):
    client = world.client()
    for region in (FIRST, SECOND, SECOND, None, FIRST):
        assert order(api, client, region).status_code == 201

    assert regions(world) == [FIRST, SECOND]
    assert world.one("SELECT COUNT(*) AS n FROM audit_logs WHERE action = 'look_after_region' AND client_id = %(id)s", id=client.id)["n"] == 1


def test_what_is_no_region_of_aws_is_refused_and_adds_nothing(world: World, api):
    client = world.client()
    assert order(api, client, FIRST).status_code == 201

    assert error_of(order(api, client, "mars-north-1")) == (422, "VALIDATION_ERROR")
    assert regions(world) == [FIRST]


def test_a_host_that_enrols_from_elsewhere_adds_its_region(world: World):
    shop = world.workload()
    world.db.run(lambda tx: clients.look_after(tx, shop.account_id, "ap-south-1"))

    assert regions(world) == [FIRST, "ap-south-1"]
    with pytest.raises(errors.Invalid):
        world.db.run(lambda tx: clients.look_after(tx, shop.account_id, "nowhere"))


def test_regions_that_are_added_at_once_are_all_kept(world: World):
    shop = world.workload()
    names = ("eu-west-1", "eu-west-2", "eu-central-1", "ap-south-1")

    at_once(*(lambda name=name: world.db.run(lambda tx: clients.look_after(tx, shop.account_id, name)) for name in names))

    assert set(regions(world)) == {FIRST, *names}


def test_two_hosts_that_link_an_account_at_once_link_it_once(world: World):
    client = world.client()
    link = lambda: world.db.run(lambda tx: clients.linked_account(tx, client.id, ACCOUNT, FIRST, world.settings))  # noqa: E731

    first, second = at_once(link, link)

    assert first == second
    assert regions(world) == [FIRST]


def test_the_queue_of_each_region_is_read(world: World, everywhere, simulator, clouds, settings, monkeypatch):
    monkeypatch.setattr(queues, "WAIT_SECONDS", 1)
    for region in (FIRST, SECOND):
        event_queue.create(simulator.url, ACCOUNT, region)
        simulator.send(ACCOUNT, "spotopt-events", region, text="poison")
    intake = Intake(clouds, replace(settings, simulator_url=simulator.url))
    try:
        assert intake.tend()["queues"] == 2
        deadline = time.monotonic() + 15
        while {row["region"] for row in world.all("SELECT region FROM event_queues WHERE messages = 1")} != {FIRST, SECOND}:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        intake.stop()
        for reader in intake._readers.values():
            reader.join(10)


def test_prices_of_each_region_are_fetched(world: World, everywhere, simulator, clouds):
    collect(clouds)

    assert {(row["region"], row["feed"]) for row in world.all("SELECT region, feed FROM price_feeds WHERE note IS NULL")} >= {
        (region, feed) for region in (FIRST, SECOND) for feed in ("spot", "on_demand")
    }


def test_stray_machines_of_each_region_are_looked_for(world: World, everywhere, simulator, clouds, settings):
    before = len(simulator.calls())

    assert sweep(clouds, settings)["unreachable"] == 0

    assert len([call for call in simulator.calls(since=before) if call["action"] == "DescribeInstances"]) == 2
