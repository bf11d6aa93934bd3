"""Cut anywhere: the same machine is found again by its token, never a second one."""

import os
import secrets
import signal
import subprocess
import sys
import time

import pytest

from core import database
from core.cloud.actions import Outcome
from core.cloud.errors import Answer
from core.execution import actions
from core.execution.actions import Executor
from scripts.stack import ROOT
from tests.integration.shop import Shop
from tests.integration.together import Killed, at_once, die

ONE_EXECUTOR = (
    "from config.settings import read_settings, use; from core import database; from core.execution.actions import Executor;"
    " from core.cloud.aws import Clouds; s = use(read_settings()); database.connect(s); Executor(Clouds(s), s).run_once()"
)


def test_a_reply_that_was_lost_is_asked_for_again_and_names_the_same_machine(shop: Shop, executor):
    shop.simulator.lose_reply("RunInstances")
    shop.order()
    executor.drain()
    assert (shop.intent()["state"], len(shop.machines())) == ("pending", 1)
    shop.world.jump(seconds=3)

    executor.drain()

    assert [machine["instance_id"] for machine in shop.machines()] == [shop.intent()["ec2_id"]]
    assert [call["action"] for call in shop.calls()] == ["RunInstances"] * 2


def test_a_process_that_dies_after_aws_answered_is_followed_by_one_that_adopts(shop: Shop, executor, monkeypatch):
    shop.order()
    with monkeypatch.context() as placed:
        placed.setattr(actions, "record", die)
        with pytest.raises(Killed):
            executor.run_once()
    assert executor.run_once() is False, "the dead one's lease still stands"

    shop.world.jump(seconds=21)
    executor.drain()

    assert [machine["instance_id"] for machine in shop.machines()] == [shop.intent()["ec2_id"]]
    assert shop.intent()["tries"] == 2


def test_a_process_that_dies_before_it_asked_is_followed_by_one_that_asks(shop: Shop, executor, monkeypatch):
    shop.order()
    with monkeypatch.context() as placed:
        placed.setattr(Executor, "_act", die)
        with pytest.raises(Killed):
            executor.run_once()
    shop.world.jump(seconds=21)

    executor.drain()

    assert (shop.intent()["state"], len(shop.machines())) == ("done", 1)


def test_a_process_killed_while_aws_answers_is_followed_by_one_that_adopts(shop: Shop, executor, settings, access):
    """For real: kill -9 of another process, between the effect and its reply."""
    shop.order()
    shop.simulator.hold("RunInstances")
    process = subprocess.Popen([sys.executable, "-c", ONE_EXECUTOR], cwd=ROOT, env=environment(shop, settings, access))
    wait_until(shop.simulator.holds)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(5)
    shop.simulator.release(drop=True)

    shop.world.jump(seconds=21)
    executor.drain()

    assert [machine["instance_id"] for machine in shop.machines()] == [shop.intent()["ec2_id"]]


def test_with_a_token_made_anew_for_each_try_a_lost_reply_leaves_two_machines(shop: Shop, executor, monkeypatch):
    """The naive twin."""
    shop.simulator.lose_reply("RunInstances")
    request = actions.KINDS["launch"].act.__globals__["run_request"]
    monkeypatch.setitem(
        actions.KINDS["launch"].act.__globals__,
        "run_request",
        lambda order: {**request(order), "ClientToken": secrets.token_hex(16)},
    )
    shop.order()
    executor.drain()
    shop.world.jump(seconds=3)

    executor.drain()

    assert len(shop.machines()) == 2


def test_two_executors_at_once_carry_out_one_order_once(shop: Shop, clouds, settings):
    shop.order()

    carried = at_once(*[Executor(clouds, settings).drain for _ in range(4)])

    assert (sum(carried), len(shop.calls()), len(shop.machines())) == (1, 1, 1)


def test_without_a_lease_two_executors_at_once_both_ask_and_the_token_still_leaves_one_machine(
    shop: Shop, clouds, settings, monkeypatch
):
    """The naive variant of the claim; the second net holds."""
    shop.order()
    monkeypatch.setattr(actions.actions, "lease", lambda tx, action_id: None)
    monkeypatch.setattr(actions.actions, "lock_due", lambda tx, action_id: actions.actions.get(tx, action_id))
    shop.simulator.fault("RunInstances", delay_seconds=0.3, count=2)

    at_once(*[Executor(clouds, settings).run_once for _ in range(2)])

    assert (len(shop.calls()), len(shop.machines())) == (2, 1)


def test_six_executors_at_once_take_six_orders_and_none_stands_idle(world, shop: Shop, clouds, settings):
    """A claim that sorted under locks would give one of them everything."""
    for n in range(6):
        world.execute(
            "INSERT INTO actions (uuid, client_id, account_id, kind, dedupe_key, params, client_token, next_run_at, why,"
            " created_at) SELECT UUID(), client_id, account_id, 'launch', %(k)s, '{}', SHA2(%(k)s, 256), UTC_TIMESTAMP(6), 'w',"
            " UTC_TIMESTAMP(6)"
            " FROM agents", k=f"order-{n}",
        )  # fmt: skip

    claims = at_once(*[lambda: database.run(lambda tx: actions._claim(tx, time.monotonic()))] * 6)

    assert len({claim.intent.id for claim in claims}) == 6


def test_an_executor_that_was_frozen_past_its_trust_does_not_call_aws(shop: Shop, executor, monkeypatch):
    shop.order()
    monkeypatch.setattr(actions, "TRUST_SECONDS", -1.0)

    assert executor.run_once() is True
    assert shop.calls() == []


def test_an_executor_that_was_overtaken_ends_nothing_that_the_other_is_about_to_record(shop: Shop, executor, clouds, settings):
    """Both got the same machine by the same token; the slower one finds its fence gone before the faster one recorded."""
    shop.order()
    slow = database.run(lambda tx: actions._claim(tx, time.monotonic()))
    shop.world.jump(seconds=21)
    fast = database.run(lambda tx: actions._claim(tx, time.monotonic()))
    outcome = executor._act(slow)

    database.run(lambda tx: actions.record(tx, slow.intent, outcome))
    database.run(lambda tx: actions.record(tx, fast.intent, executor._act(fast)))

    assert shop.intent("terminate") is None
    assert shop.replica()["ec2_instance_id"] == outcome.ec2_id


@pytest.mark.parametrize("late", [Answer.INVALID, Answer.NO_CAPACITY, Answer.UNKNOWN])
def test_what_an_overtaken_executor_was_answered_changes_nothing(shop: Shop, late):
    shop.order()
    slow = database.run(lambda tx: actions._claim(tx, time.monotonic()))
    shop.world.jump(seconds=21)
    database.run(lambda tx: actions._claim(tx, time.monotonic()))
    before = shop.intent()

    database.run(lambda tx: actions.record(tx, slow.intent, Outcome(late, error="late")))

    assert shop.intent() == before
    assert shop.replica()["role"] == "REPLICA"


def test_a_machine_of_an_attempt_that_is_over_is_surplus_and_is_ended(shop: Shop, executor):
    """The slow one launched under a token that the intent has left behind meanwhile."""
    shop.order()
    slow = database.run(lambda tx: actions._claim(tx, time.monotonic()))
    outcome = executor._act(slow)
    shop.world.execute("UPDATE actions SET attempt = 2, client_token = SHA2('next', 256), fence = fence + 1, lease_until = NULL")
    executor.drain()

    database.run(lambda tx: actions.record(tx, slow.intent, outcome))
    executor.drain()

    assert shop.intent("terminate")["state"] == "done"
    assert [machine["instance_id"] for machine in shop.machines()] == [shop.intent()["ec2_id"]]


def environment(shop: Shop, settings, access) -> dict:
    return {
        **os.environ, **access.environment(), "SIMULATOR_URL": shop.simulator.url, "INSTALL_KEY": settings.install_key,
        "JWT_SECRET": settings.jwt_secret, "PYTHONPATH": str(ROOT),
    }  # fmt: skip


def wait_until(condition, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)
