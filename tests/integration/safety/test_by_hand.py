"""A notice under SAFE MODE: nothing is called, the plan is written down, people hear what to do and until when (H16)."""

import logging

import pytest

from core import errors
from core.emergencies.reconciler import reconcile
from core.operations import safe_mode
from tests.integration.shop import Shop

CHANGING = ("RunInstances", "TerminateInstances")


def turn(world, on: bool) -> None:
    world.db.run(lambda tx: safe_mode.switch(tx, on, actor="admin", reason="a test"))


def alarms(world) -> list[dict]:
    return world.all("SELECT severity, title, text FROM notifications WHERE dedupe_key LIKE '%:by_hand:%' ORDER BY id")


@pytest.fixture
def safe(shop: Shop) -> Shop:
    turn(shop.world, True)
    return shop


def test_people_are_told_the_deadline_and_the_plan_once(safe: Shop):
    safe.world.interruption(safe.workload)
    reconcile(), reconcile()
    deadline = safe.world.one("SELECT deadline_at FROM incidents")["deadline_at"]

    (told,) = alarms(safe.world)
    assert told["severity"] == "critical"
    assert told["title"] == f"web-shop: act by hand before {deadline:%Y-%m-%d %H:%M:%S} UTC"
    assert "1. Ordered a replacement" in told["text"] and "use1-az" in told["text"]


def test_a_rebalance_that_becomes_an_interruption_is_told_again_with_its_deadline(safe: Shop):
    safe.world.rebalance(safe.workload)
    safe.world.interruption(safe.workload)

    assert [told["title"].split("before")[0].strip() for told in alarms(safe.world)] == ["web-shop: act by hand"] * 2


def test_nothing_is_called_however_often_the_sweep_and_the_executor_come(safe: Shop, executor):
    safe.world.interruption(safe.workload)
    for _ in range(3):
        reconcile(), executor.drain()

    assert [call["action"] for call in safe.simulator.calls(since=safe.since) if call["action"] in CHANGING] == []
    assert [row["state"] for row in safe.world.all("SELECT state FROM actions")] == ["dry_run"]


def test_after_the_release_what_is_still_wanted_is_ordered_anew_and_done(safe: Shop, executor):
    safe.world.interruption(safe.workload)
    turn(safe.world, False)
    reconcile(), executor.drain()

    assert len(safe.machines()) == 1
    assert [row["state"] for row in safe.world.all("SELECT state FROM actions ORDER BY id")] == ["dry_run", "done"]


def test_an_order_that_waited_from_before_is_told_as_well_and_goes_on_afterwards(shop: Shop, executor):
    shop.world.interruption(shop.workload)
    turn(shop.world, True)
    reconcile(), executor.drain()
    assert (len(alarms(shop.world)), len(shop.machines())) == (1, 0)

    turn(shop.world, False)
    executor.drain()

    assert len(shop.machines()) == 1


def test_an_order_nobody_wants_any_more_is_withdrawn_at_the_release(shop: Shop, executor):
    shop.order()
    turn(shop.world, True)
    shop.world.jump(hours=6, seconds=1)
    turn(shop.world, False)

    executor.drain(), reconcile(), executor.drain()

    assert (shop.intent()["state"], shop.machines(alive=False)) == ("superseded", [])


def test_with_a_ready_replica_nobody_has_to_act(shop: Shop):
    shop.world.replica(shop.workload)
    turn(shop.world, True)

    shop.world.interruption(shop.workload)

    assert alarms(shop.world) == []


def test_a_dry_run_can_never_become_an_order(safe: Shop):
    safe.world.interruption(safe.workload)

    with pytest.raises(errors.Refused, match="dry run"):
        safe.world.execute("UPDATE actions SET state = 'pending'")


def test_the_log_says_what_would_have_been_done(safe: Shop, caplog):
    with caplog.at_level(logging.INFO, "core.execution.orders"):
        safe.world.interruption(safe.workload)

    assert "[SAFE_MODE] Would execute: launch" in caplog.text
