"""Commands in their order, how often a host asks for them, and that none comes back once it is finished (E-51, SYS-10, SM-06)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core import errors
from core.agents import hosts
from core.domain.serialize import canonical
from core.sql import agents, commands, instances
from tests.integration.conftest import data_of
from tests.world import Workload, World

OPEN, FINISHED = ("pending", "leased", "executing"), ("completed", "failed", "expired")


@pytest.fixture
def workload(world: World) -> Workload:
    world.prices()
    return world.workload()


@pytest.fixture
def poll(api, workload):
    """What the PRIMARY's host is told."""

    def ask() -> dict:
        return data_of(api.by(workload.token).get(f"/api/agents/{workload.uuid}/pending-commands"))

    return ask


def give(world: World, workload: Workload, name: str, priority: int = 5) -> None:
    """A command whose request id is ``name``."""

    def work(tx) -> None:
        commands.insert(
            tx, uuid=str(uuid4()), client_id=workload.client.id, agent_id=workload.id, instance_id=workload.primary.id, request_id=name,
            kind="restart_workload", epoch=0, payload=canonical({"name": name}), priority=priority, actor_id="admin",
            expires_at=tx.now() + timedelta(minutes=15), now=tx.now(),
        )  # fmt: skip

    world.db.run(work)


def names(reply: dict) -> list[str]:
    return [command["payload"]["name"] for command in reply["commands"]]


def test_commands_are_handed_out_by_priority_and_those_of_one_priority_by_age(world, workload, poll):
    for name, priority in (("late-01", 9), ("first-ordinary", 5), ("urgent-01", 1), ("second-ordinary", 5)):
        give(world, workload, name, priority)

    assert names(poll()) == ["urgent-01", "first-ordinary", "second-ordinary", "late-01"]


def test_the_urgent_one_is_among_the_ten_that_are_handed_out_at_once_however_many_wait(world, workload, poll):
    for n in range(12):
        give(world, workload, f"ordinary-{n:02d}")
    give(world, workload, "urgent-01", 1)

    first, second = names(poll()), names(poll())

    assert first == ["urgent-01", *[f"ordinary-{n:02d}" for n in range(9)]]
    assert second == [f"ordinary-{n:02d}" for n in range(9, 12)]


def test_a_lapsed_lease_keeps_its_place_in_the_order(world, workload, poll):
    give(world, workload, "urgent-01", 1)
    poll()
    give(world, workload, "ordinary-01")
    world.jump(seconds=61)

    assert names(poll()) == ["urgent-01", "ordinary-01"]


def test_a_host_asks_each_five_seconds_in_peace_and_each_second_while_a_notice_is_live(world, workload, poll):
    assert poll()["poll_seconds"] == 5

    world.rebalance(workload)

    assert poll()["poll_seconds"] == 1


def test_the_host_of_a_replica_asks_each_second(world, workload):
    replica = world.replica(workload)

    told = world.db.run(lambda tx: hosts.orders_for(tx, agents.get(tx, workload.id), instances.get(tx, replica.instance_id)))

    assert (told.role, told.poll_seconds) == ("REPLICA", 1)


@pytest.mark.parametrize("finished", FINISHED)
def test_a_finished_command_is_neither_handed_out_nor_expired_nor_finished_again(world, workload, poll, finished):
    give(world, workload, "the-one-01")
    world.execute("UPDATE commands SET status = %(status)s, finished_at = UTC_TIMESTAMP(6)", status=finished)
    uuid = world.one("SELECT uuid FROM commands")["uuid"]
    command = world.db.run(lambda tx: commands.by_uuid(tx, workload.id, uuid))
    world.db.run(lambda tx: commands.lease(tx, command))
    assert world.db.run(lambda tx: commands.finish(tx, command, "failed", pre="null", post="null", result="late")) == 0
    assert poll()["commands"] == []
    world.jump(hours=1)
    world.db.run(commands.expire)

    assert world.one("SELECT status, result FROM commands") == {"status": finished, "result": None}


@pytest.mark.parametrize(("finished", "other"), [(one, other) for one in FINISHED for other in OPEN + FINISHED if other != one])
def test_the_database_itself_lets_no_finished_command_go_back(world, workload, finished, other):
    """The naive twin: a statement that does not look at the state."""
    give(world, workload, "the-one-01")
    world.execute("UPDATE commands SET status = %(status)s", status=finished)

    with pytest.raises(errors.Refused, match="a finished one stays so"):
        world.execute("UPDATE commands SET status = %(status)s", status=other)
