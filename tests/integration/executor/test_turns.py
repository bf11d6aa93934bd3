"""EC2 is asked together and by turns: one call for all who ask the same, one call a second over all processes."""

import threading
import time

import pytest

from core.cloud.batches import Batches
from core.execution import turns
from core.sql import accounts
from tests.integration.together import at_once


@pytest.fixture
def account(world):
    shop = world.workload()
    return world.db.run(lambda tx: accounts.get(tx, shop.account_id))


def test_what_many_ask_while_a_call_waits_for_its_turn_is_asked_in_one():
    asked, may_begin = [], threading.Event()
    batches = Batches(lambda region: may_begin.wait(5))
    call = lambda names: asked.append(names) or names  # noqa: E731
    threading.Timer(0.5, may_begin.set).start()

    answers = at_once(*(lambda n=n: batches.ask("r", "ids", [f"i-{n}"], call) for n in range(6)))

    assert asked == [[f"i-{n}" for n in range(6)]]
    assert answers == [asked[0]] * 6


def test_nobody_gets_an_answer_older_than_his_question():
    number, batches = iter(range(9)), Batches(lambda region: None)

    assert [batches.ask("r", "all", [], lambda names: next(number)) for _ in range(3)] == [0, 1, 2]


def test_what_the_call_raises_is_everybodys_and_the_next_is_asked_anew():
    may_begin = threading.Event()
    batches = Batches(lambda region: may_begin.wait(5))

    def fail(names):
        raise ValueError("no")

    threading.Timer(0.3, may_begin.set).start()
    answers = at_once(*(lambda: batches.ask("r", "ids", ["a"], fail) for _ in range(3)))

    assert [str(answer) for answer in answers] == ["no"] * 3
    assert batches.ask("r", "ids", ["a"], lambda names: names) == ["a"]


def test_three_processes_take_a_turn_a_second_of_one_account_and_region(world, account):
    began = time.monotonic()
    at_once(*(lambda: turns.take(account, "us-east-1") for _ in range(3)))

    assert time.monotonic() - began >= 2.0
    assert world.one("SELECT COUNT(*) AS n FROM describe_turns")["n"] == 1


def test_another_region_waits_for_nobody(world, account):
    turns.take(account, "us-east-1")

    assert world.db.run(lambda tx: turns.turns.take(tx, account.id, "eu-west-1", 1.0)) == 0.0
    assert world.db.run(lambda tx: turns.turns.take(tx, account.id, "us-east-1", 1.0)) > 0.0


def test_a_clock_that_was_set_back_stops_nobody(world, account):
    turns.take(account, "us-east-1")
    world.execute("UPDATE describe_turns SET taken_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR")

    assert world.db.run(lambda tx: turns.turns.take(tx, account.id, "us-east-1", 1.0)) == 0.0


def test_after_five_seconds_in_the_queue_it_is_asked_all_the_same(account, monkeypatch):
    monkeypatch.setattr(turns.turns, "take", lambda tx, **_: 2.0)
    monkeypatch.setattr(turns.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 1.0)

    turns.take(account, "us-east-1")
