"""H1 by both channels: the agent's notices and AWS's events, however often each is told, are one incident with one answer."""

import pytest

from core.emergencies import emergency
from tests.scenarios.street import Street


@pytest.fixture
def told(street: Street) -> tuple[Street, list[dict]]:
    """The agent tells, its clock's text drifts; EventBridge delivers twice under one id and twice under another."""
    by_agent = [street.world.interruption(street.workload, lead_seconds=110 + n) for n in range(5)]
    street.simulator.events(duplicate=1, twice=1)
    street.simulator.interrupt(street.primary)
    street.read()
    twin = street.warning()
    by_call = [emergency.process_aws_event(twin) for _ in range(3)]
    return street, by_agent + by_call


def test_there_is_one_incident_and_every_reply_names_it(told):
    street, replies = told

    assert street.count("incidents") == 1
    assert {reply["incident_id"] for reply in replies} == {street.incident()["uuid"]}


def test_every_copy_is_counted(told):
    street, _ = told

    rows = street.world.all("SELECT channel, COUNT(*) AS n, SUM(sightings) AS seen FROM notices GROUP BY channel ORDER BY channel")
    assert {row["channel"]: int(row["seen"]) for row in rows} == {"agent": 5, "eventbridge": 3 + 3}
    assert next(row["n"] for row in rows if row["channel"] == "eventbridge") == 3


def test_one_launch_one_message_one_experience_with_the_pool(told):
    street, _ = told

    assert street.count("actions", "kind = 'launch'") == 1
    assert street.count("notifications", "dedupe_key LIKE '%%:received:%%'") == 1
    assert street.one("SELECT notices FROM pool_reports")["notices"] == 1


def test_the_deadline_is_the_earliest_that_anybody_named(told):
    street, _ = told
    incident = street.incident()

    assert 105 <= (incident["deadline_at"] - incident["opened_at"]).total_seconds() <= 110


def test_either_channel_alone_is_enough(street: Street):
    street.simulator.events(loss=1)
    street.simulator.interrupt(street.primary)
    assert street.read() == 0
    street.simulator.calm_events()

    street.tell(street.warning())

    assert street.shop.intent()["state"] == "pending"


def test_one_promotion_however_it_is_told(street: Street):
    replica = street.world.replica(street.workload)
    street.tell(street.warning(), street.warning(), street.state("shutting-down"), street.evicted())
    street.world.interruption(street.workload)
    street.sweep()

    agent = street.world.agent(street.workload)
    assert (agent.epoch, agent.primary_instance_id) == (1, replica.instance_id)
