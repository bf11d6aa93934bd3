"""Ending machines: only ours, never a PRIMARY, and a launch that was withdrawn leaves nothing behind."""

import time

import pytest

from core import database, errors
from core.emergencies.emergency import retire
from core.emergencies.reconciler import reconcile
from core.execution import actions
from core.execution.orders import order
from core.locks import lock_agent
from core.sql import instances
from tests.integration.shop import Shop


@pytest.fixture
def replica(shop: Shop, executor) -> dict:
    """A replica with a machine."""
    shop.order()
    executor.drain()
    return shop.replica()


def end(shop: Shop, instance_id: int) -> None:
    """As the sweeps do it."""

    def work(tx) -> None:
        agent, safe = lock_agent(tx, shop.workload.id)
        retire(tx, agent, safe, instances.get(tx, instance_id), "failed", "a test")

    shop.world.db.run(work)


def order_raw(shop: Shop, ec2_id: str, instance_id: int | None = None) -> None:
    """A terminate order as if written before anybody knew better."""
    subject = {
        "client_id": shop.workload.client.id,
        "account_id": shop.workload.account_id,
        "agent_id": shop.workload.id,
        "instance_id": instance_id,
    }
    params = {"region": "us-east-1", "ec2_instance_id": ec2_id}
    shop.world.db.run(lambda tx: order(tx, "terminate", f"raw:{ec2_id}", params, subject=subject, why="a test", safe=False))


def test_an_ordered_end_is_carried_out(shop: Shop, executor, replica):
    end(shop, replica["id"])

    executor.drain()

    assert shop.intent("terminate")["state"] == "done"
    assert shop.machines() == []


def test_the_end_of_a_primary_cannot_even_be_ordered(shop: Shop):
    with pytest.raises(errors.Refused, match="ck_no_kill_primary"):
        end(shop, shop.workload.primary.id)


@pytest.mark.parametrize("named", ["by its row", "by its machine alone"])
def test_a_machine_that_became_primary_after_its_end_was_ordered_is_not_ended(shop: Shop, executor, replica, named):
    order_raw(shop, replica["ec2_instance_id"], replica["id"] if named == "by its row" else None)
    promote(shop, replica["id"])

    executor.drain()

    assert shop.intent("terminate")["state"] == "failed"
    assert shop.calls("TerminateInstances") == []


def test_a_machine_without_our_tag_is_not_ended_and_that_is_said_once(shop: Shop, executor):
    """The first PRIMARY was launched by people."""
    world, foreign = shop.world, shop.workload.primary
    replica_id = world.replica(shop.workload).instance_id
    promote(shop, replica_id)
    end(shop, foreign.id)

    executor.drain()

    assert shop.intent("terminate")["state"] == "dead"
    assert "not tagged" in shop.intent("terminate")["last_error"]
    assert shop.calls("TerminateInstances") == []
    for _ in range(3):
        assert reconcile()["terminations"] == 0
        executor.drain()
    [alarm] = world.all("SELECT title, text FROM notifications WHERE dedupe_key LIKE 'failed:%%' OR dedupe_key LIKE '%%:failed:%%'")
    assert foreign.ec2_instance_id in alarm["text"] and "not tagged" in alarm["text"]
    assert world.one("SELECT COUNT(*) AS n FROM actions WHERE kind = 'terminate'")["n"] == 1


@pytest.mark.parametrize("ec2_id", ["ended", "i-0123456789abcdef0"])
def test_what_is_gone_already_counts_as_ended(shop: Shop, executor, replica, ec2_id):
    if ec2_id == "ended":
        ec2_id = replica["ec2_instance_id"]
        shop.simulator.kill(ec2_id)
    order_raw(shop, ec2_id)

    executor.drain()

    assert shop.intent("terminate")["state"] == "done"
    assert shop.calls("TerminateInstances") == []


def test_a_reply_that_was_lost_is_found_out_by_looking(shop: Shop, executor, replica):
    shop.simulator.lose_reply("TerminateInstances")
    end(shop, replica["id"])
    executor.drain()
    shop.world.jump(seconds=3)

    executor.drain()

    assert shop.intent("terminate")["state"] == "done"
    assert len(shop.calls("TerminateInstances")) == 1


def test_an_end_that_was_refused_is_ordered_again_by_the_sweep(shop: Shop, executor, replica):
    shop.simulator.fault("TerminateInstances", code="OperationNotPermitted", http_status=400, count=1)
    end(shop, replica["id"])
    executor.drain()
    assert shop.intent("terminate")["state"] == "failed"

    reconcile()
    executor.drain()

    assert shop.intent("terminate")["state"] == "done"
    assert replica["ec2_instance_id"] not in alive(shop)


def test_a_launch_withdrawn_before_anybody_began_it_is_never_made_and_its_row_ends(shop: Shop, executor):
    shop.order()
    withdraw(shop)

    executor.drain()

    assert (shop.intent()["state"], shop.calls()) == ("superseded", [])
    assert (shop.replica()["role"], shop.replica()["replica_status"]) == ("TERMINATED", "terminated")


def test_a_launch_withdrawn_while_aws_is_being_asked_leaves_no_machine(shop: Shop, executor):
    shop.order()
    claim = database.run(lambda tx: actions._claim(tx, time.monotonic()))
    withdraw(shop)

    outcome = executor._act(claim)
    database.run(lambda tx: actions.record(tx, claim.intent, outcome))
    reconcile()
    executor.drain()

    assert outcome.ec2_id not in alive(shop)
    assert shop.intent("terminate")["state"] == "done"


def test_a_launch_withdrawn_while_aws_refuses_it_is_not_tried_elsewhere(shop: Shop, executor):
    place = shop.order() and shop.replica()
    shop.simulator.capacity(place["az_id"], place["instance_type"], 0)
    claim = database.run(lambda tx: actions._claim(tx, time.monotonic()))
    withdraw(shop)

    database.run(lambda tx: actions.record(tx, claim.intent, executor._act(claim)))
    executor.drain()

    assert (shop.intent()["state"], shop.machines(alive=False)) == ("superseded", [])
    assert shop.replica()["role"] == "TERMINATED"


def alive(shop: Shop) -> set[str]:
    return {machine["instance_id"] for machine in shop.machines()}


def withdraw(shop: Shop) -> None:
    """Six hours pass and the replica is not needed."""
    shop.world.execute("UPDATE instances SET replica_expiry = UTC_TIMESTAMP(6) WHERE role = 'REPLICA'")
    assert reconcile()["replicas_expired"] == 1


def promote(shop: Shop, instance_id: int) -> None:
    shop.world.db.run(lambda tx: instances.promote(
        tx, agent_id=shop.workload.id, instance_id=instance_id, epoch=0, actor="test", behalf=None, request_id=None, why="a test"
    ))  # fmt: skip
