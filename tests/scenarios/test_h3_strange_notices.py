"""H3: what is unknown, foreign, gone or broken is refused by name, and does not keep the good ones from being acted on."""

import pytest

from scripts.client import ApiError
from scripts.stack import Stack
from tests.scenarios.town import Town, until

INCIDENTS = "SELECT COUNT(*) FROM incidents i JOIN clients c ON c.id = i.client_id WHERE c.uuid = %s"
BATCHES = 5


def test_good_notices_among_strange_ones_are_acted_on_once_however_often_the_batch_is_read(stack: Stack, town: Town):
    shops = town.open("one", "two", "three")
    foreign = Town(stack).open("foreign")[0]
    strange = [
        (shops[0].agent_id, {"instance_id": "i-00000000000000000"}, 404),
        (shops[0].agent_id, {"instance_id": foreign.ec2_id}, 404),
        (shops[0].agent_id, {"instance_id": "not an id"}, 422),
        (foreign.agent_id, {"instance_id": foreign.ec2_id}, 404),
    ]

    seen = []
    for number in range(BATCHES):
        for n, shop in enumerate(shops):
            town.notice(shop, "rebalance", request_id=f"batch-good-{town.account}-{n}", notice_time="2026-01-01T00:00:00Z")
        seen += [status_of(town, agent, body, f"batch-{number}-{n}-{town.account}") for n, (agent, body, _) in enumerate(strange)]

    assert seen == [status for _, _, status in strange] * BATCHES
    assert town.count(INCIDENTS) == len(shops)


def test_a_notice_without_an_instance_is_the_agents_only_machines(town: Town):
    [shop] = town.open("nameless")

    reply = town.api.post(f"/api/agents/{shop.agent_id}/rebalance-notice", {})

    assert reply["incident_id"] == town.story(shop)["incident_id"]


def test_a_notice_about_a_machine_that_ended_changes_nothing(town: Town):
    [shop] = town.open("gone-before")
    town.levers.interrupt(shop.ec2_id)
    heir = town.moved(shop)
    until("the old one ended", lambda: shop.ec2_id not in town.billed(), 25)
    until("its end is known", lambda: town.story(shop)["incident"]["steps"][-1]["at"], 15)

    reply = town.notice(shop, "termination", time="2026-01-01T00:00:00Z")

    assert reply["action"] in ("WAIT", "ALREADY_COVERED")
    assert (town.primary(shop), town.billed()) == (heir, {heir})


def status_of(town: Town, agent_id: str, body: dict, request_id: str) -> int:
    with pytest.raises(ApiError) as refused:
        town.api.post(f"/api/agents/{agent_id}/rebalance-notice", body, request_id)
    return refused.value.status
