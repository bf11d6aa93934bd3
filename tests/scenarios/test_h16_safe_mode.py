"""H16: an interruption and an Auto Scaling hook under SAFE MODE: the plan is written, people hear what to do, AWS hears nothing."""

import json

import pytest

from core.operations import safe_mode
from tests.scenarios.street import Street

WRITES = ("RunInstances", "TerminateInstances", "CreateTags", "CompleteLifecycleAction", "RecordLifecycleActionHeartbeat")


def turn(street: Street, on: bool) -> None:
    street.world.db.run(lambda tx: safe_mode.switch(tx, on, actor="admin", reason="a test"))
    if on:
        assert street.world.db.run(lambda tx: safe_mode.confirm(tx, tx.now()))


def writes(street: Street) -> list[str]:
    """What was changed at AWS since the street was opened."""
    return [call["action"] for call in street.simulator.calls(since=street.shop.since) if call["action"] in WRITES]


def intents(street: Street) -> list[tuple[str, str]]:
    return [(row["kind"], row["state"]) for row in street.world.all("SELECT kind, state FROM actions ORDER BY id")]


def works_on(street: Street, executor, **after: float) -> None:
    """Everything that works on open incidents, again and again."""
    if after:
        street.world.jump(**after)
    for _ in range(3):
        street.sweep(), executor.drain()


@pytest.fixture
def safe(street: Street) -> Street:
    """SAFE MODE is in force; then an interruption and a hook (E7) come by the queue."""
    turn(street, True)
    street.simulator.lifecycle(street.primary)
    street.read()
    street.simulator.interrupt(street.primary)
    street.read()
    return street


def test_the_plan_is_recorded_and_nothing_at_all_is_written_at_aws_the_hooks_answer_and_heartbeats_included(safe: Street, executor):
    works_on(safe, executor)
    works_on(safe, executor, minutes=16)

    assert writes(safe) == []
    assert intents(safe) == [("launch", "dry_run")]
    assert safe.incident()["notice_rank"] == 2
    assert [hook["heartbeats"] for hook in safe.simulator.hooks().values()] == [0]


def test_people_are_told_by_when_and_what_to_do_by_hand(safe: Street):
    deadline = safe.incident()["deadline_at"]
    told = safe.world.all("SELECT severity, title, text FROM notifications WHERE dedupe_key LIKE '%%:by_hand:%%' ORDER BY id")

    assert told[-1]["severity"] == "critical"
    assert deadline is not None and "1. Ordered a replacement" in told[-1]["text"] and "Launch it yourself" in told[-1]["text"]
    assert any(f"{deadline:%Y-%m-%d %H:%M:%S}" in one["title"] for one in told)


def test_the_messages_are_stored_and_deleted(safe: Street):
    assert safe.messages() == 0
    assert [row["kind"] for row in safe.world.all("SELECT kind FROM notices ORDER BY id")] == ["lifecycle", "termination"]


def test_a_plan_stays_a_plan_and_what_is_still_wanted_is_ordered_anew_at_the_release(safe: Street, executor):
    turn(safe, False)
    works_on(safe, executor)

    assert intents(safe)[:2] == [("launch", "dry_run"), ("launch", "done")]
    assert len(safe.shop.machines()) == 1


def test_an_order_from_before_waits_and_is_carried_out_once_at_the_release(street: Street, executor):
    street.tell(street.recommendation())
    turn(street, True)
    street.tell(street.warning())
    works_on(street, executor)
    assert (intents(street), writes(street)) == ([("launch", "pending")], [])

    turn(street, False)
    works_on(street, executor)

    assert (intents(street), len(street.shop.machines())) == ([("launch", "done")], 1)


def test_an_order_from_before_that_nobody_wants_any_more_is_withdrawn_at_the_release(street: Street, executor):
    street.tell(street.recommendation())
    turn(street, True)
    works_on(street, executor, hours=6, seconds=1)

    turn(street, False)
    works_on(street, executor)

    assert (intents(street), writes(street)) == ([("launch", "superseded")], [])


def test_a_hook_that_waited_is_answered_after_the_release(safe: Street, executor):
    turn(safe, False)
    works_on(safe, executor, minutes=16)

    beats = [json.loads(row["params"])["verb"] for row in safe.world.all("SELECT params FROM actions WHERE kind = 'lifecycle'")]
    assert beats == ["heartbeat"]
    assert "RecordLifecycleActionHeartbeat" in writes(safe)


def test_without_the_switch_the_same_story_writes_at_aws(safe: Street, executor, monkeypatch):
    """The naive twin: nobody reads the switch."""
    monkeypatch.setattr(safe_mode, "requested", lambda tx: False)

    works_on(safe, executor)

    assert writes(safe) != []
