"""F42, FAIL-03: what happens to a workload while every server is down, and when one is back."""

import time

import pytest

from scripts.stack import Stack
from tests.scenarios.town import Shop, Town, until


@pytest.fixture
def shop(stack: Stack, town: Town) -> Shop:
    """A workload whose host has the role and a plan."""
    [made] = town.open("lonely", role=True)
    until("the host has its plan", (host_folder(stack, made.ec2_id) / "state" / "plan.json").exists, 20)
    return made


def host_folder(stack: Stack, instance_id: str):
    return stack.folder / "simulator" / "hosts" / instance_id


def launched_alone(town: Town) -> set[str]:
    return {machine["instance_id"] for machine in town.machines() if "spotopt:level3" in machine["tags"]}


def test_an_interruption_is_answered_by_the_host_itself_and_the_server_finds_everything_in_order(stack, town, shop):
    stack.kill_server()
    shown = town.levers.interrupt(shop.ec2_id, lead_seconds=15)["shown_at"]
    [heir] = until("the host launched", lambda: launched_alone(town), 15, every=0.05)
    [machine] = [one for one in town.machines() if one["instance_id"] == heir]
    assert machine["lifecycle"] == "on-demand"
    assert machine["launched_at"] - shown < 5, "requested within five seconds"
    assert town.moved(shop, 60) == heir, "served again while no server answers"

    back = time.monotonic()
    stack.start_server()

    until("the machine is the PRIMARY", lambda: town.primary(shop) == heir, 60)
    assert time.monotonic() - back < 60
    until("only it is billed", lambda: town.billed() == {heir}, 20)
    assert town.launches() == set(), "the server launched nothing"
    assert town.row(shop)["epoch"] == 1
    assert "the workload shall stop" not in (host_folder(stack, heir) / "console.log").read_text(), "it never had to pause"


def test_a_server_that_is_back_before_the_end_moves_the_workload_to_the_machine_the_host_launched(stack, town, shop):
    stack.kill_server()
    town.levers.interrupt(shop.ec2_id, lead_seconds=60)
    [heir] = until("the host launched", lambda: launched_alone(town), 15, every=0.05)

    stack.start_server()

    assert town.moved(shop, 50) == heir
    until("only it is billed", lambda: town.billed() == {heir}, 40)
    assert town.launches() == set()
    sentences = town.count("SELECT COUNT(*) FROM audit_logs a JOIN clients c ON c.id = a.client_id WHERE c.uuid = %s AND a.action = 'level3_adopted'")
    assert sentences == 1


def test_a_server_outage_alone_launches_nothing(stack, town, shop):
    stack.kill_server()
    time.sleep(8)
    assert town.billed() == {shop.ec2_id}

    stack.start_server()

    until("the host is heard again", lambda: town.row(shop)["presence"] == "online" and town.row(shop)["serving"], 30)
    assert town.billed() == {shop.ec2_id}
    assert town.answering(shop) == {shop.ec2_id}
