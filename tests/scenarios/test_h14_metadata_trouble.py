"""H14: a host whose metadata is out of reach lives, says so, misses nothing, and is not moved to Spot meanwhile (INV-56).

The half hour of the story, in every kind of trouble, is played by `python -m scripts.outage`; here it lasts some seconds.
"""

import pytest

from core.domain.switch import refuse
from core.moves import surroundings, switching
from core.moves.planner import plan_ahead
from core.sql import aws_events
from tests.scenarios.town import Town, until
from tests.world import Workload, World

PATIENCE = 2  # what a busy machine adds


@pytest.fixture
def on_demand(world: World) -> Workload:
    """It came to On-Demand an hour ago, and Spot costs a third."""
    world.prices()
    workload = world.workload(lifecycle="on-demand")
    world.jump(minutes=61)
    world.prices()
    return workload


def beat(world: World, workload: Workload, hears: bool) -> None:
    world.beat(workload, workload.primary.id, serving=True, hears=hears)


def planned(world: World) -> int:
    return plan_ahead()["planned"]


def refused(world: World, workload: Workload) -> str:
    """Why a switch to Spot is refused, whoever wants it."""
    wanted = world.db.run(lambda tx: switching.look(tx, world.agent(workload), "use1-az1:m5.large:linux"))
    refusal = refuse(wanted, world.now(), forced=True)
    return refusal.reason if refusal else ""


def test_a_host_that_cannot_hear_of_its_interruption_stays_on_demand_and_the_reason_is_said(world: World, on_demand: Workload):
    beat(world, on_demand, hears=False)

    assert planned(world) == 0
    assert "imds unreachable" in refused(world, on_demand)
    assert world.one("SELECT COUNT(*) AS n FROM plans")["n"] == 0


def test_so_does_one_that_never_said_whether_it_hears(world: World, on_demand: Workload):
    world.beat(on_demand, on_demand.primary.id, serving=True)

    assert planned(world) == 0


def test_it_returns_to_spot_once_it_hears_again(world: World, on_demand: Workload):
    beat(world, on_demand, hears=False)
    assert planned(world) == 0

    beat(world, on_demand, hears=True)

    assert planned(world) == 1
    assert world.one("SELECT kind FROM plans")["kind"] == "return_to_spot"


def test_an_event_queue_that_is_read_is_a_notice_path_of_its_own(world: World, on_demand: Workload):
    beat(world, on_demand, hears=False)
    world.db.run(lambda tx: aws_events.polled(
        tx, account_id=on_demand.account_id, client_id=on_demand.client.id, region="us-east-1", name="spotopt-events", messages=0,
        delay_ms=0, now=tx.now(),
    ))  # fmt: skip

    assert planned(world) == 1


def test_without_the_rule_the_deaf_host_is_moved(world: World, on_demand: Workload, monkeypatch):
    """The naive twin."""
    for decides in (switching, surroundings):
        monkeypatch.setattr(decides, "why_deaf", lambda tx, primary: None)
    beat(world, on_demand, hears=False)

    assert planned(world) == 1


def test_a_real_host_lives_through_it_says_so_and_posts_the_notice_that_waited_within_five_seconds(town: Town):
    [shop] = town.open("patient")
    town.levers.events(loss=1)  # the queue shall not tell of it first
    town.levers.imds(shop.ec2_id, status=503)
    until("it says that it cannot hear", lambda: hearing(town) == 0, 60)
    town.levers.interrupt(shop.ec2_id, lead_seconds=600)
    assert notices(town) == 0

    town.levers.imds(shop.ec2_id, clear=True)

    until("the notice that waited is here", lambda: notices(town), 5 * PATIENCE, every=0.05)
    until("it hears again", lambda: hearing(town) == 1, 30)
    town.levers.calm_events()


def hearing(town: Town) -> int | None:
    """What the host said last of its metadata."""
    return town.count(
        "SELECT h.imds_ok FROM agent_heartbeats h JOIN instances i ON i.id = h.instance_id JOIN clients c ON c.id = i.client_id"
        " WHERE c.uuid = %s AND i.role = 'PRIMARY'"
    )


def notices(town: Town) -> int:
    return town.count("SELECT COUNT(*) FROM notices n JOIN clients c ON c.id = n.client_id WHERE c.uuid = %s AND n.kind = 'termination'")
