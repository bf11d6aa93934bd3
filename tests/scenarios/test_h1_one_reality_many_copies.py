"""H1: however often an interruption is told, it is one incident with one answer."""

from datetime import UTC, datetime, timedelta

import pytest

from scripts.stack import Stack
from tests.scenarios.town import Shop, Town, until

NOTICES = "SELECT {} FROM notices n JOIN clients c ON c.id = n.client_id WHERE c.uuid = %s AND n.kind = 'termination' AND n.channel = '{}'"
OF_KIND = "SELECT COUNT(*) FROM actions a JOIN clients c ON c.id = a.client_id WHERE c.uuid = %s AND a.kind = 'launch'"
RECEIPTS = (
    "SELECT COUNT(*) FROM notifications n JOIN clients c ON c.id = n.client_id WHERE c.uuid = %s AND n.dedupe_key LIKE '%%received%%'"
)
COPIES = 5


@pytest.fixture(scope="module")
def told(stack: Stack) -> tuple[Town, Shop, list[dict]]:
    """The agent sees a notice whose time is recomputed at every poll; its client tells of it again and again."""
    town = Town(stack)
    [shop] = town.open("web-shop")
    stack.levers.imds(shop.ec2_id, drift=True)
    town.levers.interrupt(shop.ec2_id)
    until("the agent told", lambda: town.count(NOTICES.format("COUNT(*)", "agent")), 10)
    until("the queue told", lambda: town.count(NOTICES.format("COUNT(*)", "eventbridge")), 10)
    at = (datetime.now(UTC) + timedelta(seconds=100)).isoformat()
    same = [town.notice(shop, "termination", request_id="the-same-request", time=at) for _ in range(COPIES)]
    fresh = [town.notice(shop, "termination", time=at) for _ in range(COPIES)]
    town.moved(shop)
    return town, shop, same + fresh


def test_there_is_one_open_incident(told):
    town, shop, _ = told

    assert town.count("SELECT COUNT(*) FROM incidents i JOIN clients c ON c.id = i.client_id WHERE c.uuid = %s") == 1


def test_every_reply_names_the_same_incident(told):
    town, shop, replies = told

    assert {reply["incident_id"] for reply in replies} == {town.story(shop)["incident_id"]}


def test_each_copy_is_counted_once_and_a_repeated_request_is_no_copy(told):
    town, _, _ = told
    rows, sightings = (town.count(NOTICES.format(what, "agent")) for what in ("COUNT(*)", "SUM(sightings)"))

    assert rows <= 2  # what the metadata said, and what the client said of it
    assert sightings == 1 + 1 + COPIES  # the agent's, the repeated request, the fresh ones
    assert town.count(NOTICES.format("COUNT(*)", "eventbridge")) == 1  # AWS's own event, by the queue


def test_one_launch_one_machine_one_promotion_one_message(told):
    town, shop, _ = told

    assert town.count(OF_KIND) == 1
    assert len(town.launches()) == 1
    assert town.row(shop)["epoch"] == 1
    assert town.count(RECEIPTS) == 1


def test_the_deadline_is_the_earliest_credible_one(told):
    town, shop, _ = told
    incident = town.story(shop)["incident"]

    lead = datetime.fromisoformat(incident["deadline"]) - datetime.fromisoformat(incident["opened_at"])
    assert timedelta(seconds=90) < lead <= timedelta(seconds=110)
