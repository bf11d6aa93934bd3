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
from core.sql import aws_events
from scripts import event_queue
from tests.integration.together import at_once
from tests.simulator import ACCOUNT
from tests.world import REGION, World


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


def failing(world: World, times: int, aws_account: str = ACCOUNT) -> int:
    """A queue that answered once and has failed so often since, some seconds apart; its account's id."""
    workload = world.workload(aws_account=aws_account)
    named = {"account_id": workload.account_id, "region": REGION}
    world.db.run(lambda tx: aws_events.polled(tx, **named, client_id=workload.client.id, name="q", messages=0, delay_ms=0, now=tx.now()))
    for _ in range(times):
        world.db.run(lambda tx: aws_events.failed(tx, **named, error="no answer", now=tx.now()))
        world.jump(seconds=3)
    return workload.account_id


def may_poll(world: World, account_id: int) -> bool:
    return world.db.run(lambda tx: aws_events.may_poll(tx, account_id, REGION, 30))


def test_a_queue_that_failed_four_times_is_asked_again_and_after_five_it_rests(world: World):
    assert may_poll(world, failing(world, 4))
    assert not may_poll(world, failing(world, 5, "310987654321"))


def test_a_resting_queue_is_tried_by_one_reader_each_half_minute(world: World):
    account_id = failing(world, 6)
    world.jump(seconds=31)

    assert sorted(at_once(*(lambda: may_poll(world, account_id) for _ in range(4)))) == [False, False, False, True]


def test_one_answer_wakes_it(world: World):
    account_id = failing(world, 6)
    row = world.one("SELECT client_id FROM event_queues")
    world.db.run(lambda tx: aws_events.polled(
        tx, account_id=account_id, region=REGION, client_id=row["client_id"], name="q", messages=0, delay_ms=0, now=tx.now()
    ))  # fmt: skip

    assert may_poll(world, account_id)


def test_the_queue_is_read_while_ec2_is_left_alone(world: World):
    account_id = failing(world, 0)
    world.execute(
        "INSERT INTO account_breakers (account_id, failures, failing_since, open_until) VALUES (%(id)s, 9, UTC_TIMESTAMP(6),"
        " UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)",
        id=account_id,
    )  # fmt: skip

    assert may_poll(world, account_id)
