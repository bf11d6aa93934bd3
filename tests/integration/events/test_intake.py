"""The readers of the queues: found by themselves, one for each, and seen on /health."""

import time
from dataclasses import replace

import pytest

from core import database
from core.cloud import queues
from core.cloud.aws import Clouds
from core.intake.event_intake import Intake
from core.operations.health import check
from core.operations.metrics import render
from scripts import event_queue
from tests.simulator import ACCOUNT
from tests.world import World


@pytest.fixture
def intake(world: World, simulator, clouds: Clouds, settings, monkeypatch):
    monkeypatch.setattr(queues, "WAIT_SECONDS", 1)
    made = Intake(clouds, replace(settings, simulator_url=simulator.url))
    yield made
    made.stop()
    for reader in made._readers.values():
        reader.join(10)


def until(condition, seconds: float = 15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_queue_of_a_linked_account_is_found_and_read_by_one_reader(world: World, simulator, intake: Intake):
    world.prices()
    workload = world.workload()
    event_queue.create(simulator.url, ACCOUNT)
    simulator.send(ACCOUNT, "spotopt-events", text="poison")

    assert [intake.tend()["queues"], intake.tend()["queues"]] == [1, 1]
    until(lambda: world.one("SELECT COUNT(*) AS n FROM dead_letters WHERE client_id = %(id)s", id=workload.client.id)["n"])
    until(lambda: world.one("SELECT COUNT(*) AS n FROM event_queues WHERE messages = 1")["n"])

    figures, _ = check()
    assert (figures["events"]["queues"], figures["events"]["failing"]) == (1, 0)
    assert figures["events"]["oldest_poll_age_seconds"] < 60
    assert b'spotopt_events_odd_total{reason="dead_not_json"} 1.0' in render()


def test_an_account_without_a_queue_is_left_alone_and_asked_again_later(world: World, intake: Intake):
    world.workload(aws_account="310987654321")

    assert intake.tend()["queues"] == 0
    assert len(intake._missing) == 1


def test_a_queue_that_no_longer_answers_is_shown(world: World, simulator, intake: Intake):
    world.workload()
    event_queue.create(simulator.url, ACCOUNT)
    intake.tend()
    until(lambda: world.one("SELECT COUNT(*) AS n FROM event_queues")["n"])

    simulator.fault("ReceiveMessage", code="AccessDenied", http_status=403)

    until(lambda: database.run(lambda tx: tx.one("SELECT COUNT(*) AS n FROM event_queues WHERE error LIKE '%%AccessDenied%%'"))["n"])
    assert check()[0]["events"]["failing"] == 1
    simulator.clear_faults()
    until(lambda: check()[0]["events"]["failing"] == 0)


def test_without_a_name_no_queue_is_read(world: World, clouds: Clouds, settings):
    world.workload()

    assert Intake(clouds, replace(settings, event_queue="")).tend()["queues"] == 0
