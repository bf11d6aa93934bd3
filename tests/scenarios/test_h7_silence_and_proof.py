"""H7: silence proves nothing; AWS's own word does, whichever way it comes."""

import pytest

from core.domain.hold import must_hold
from tests.scenarios.street import Street

HELD = "dedupe_key LIKE 'hold:%%'"


def test_a_primary_cut_off_from_us_that_ec2_says_is_running_is_left_alone(street: Street):
    street.look(minutes=10)

    assert (street.count("incidents"), street.count("actions")) == (0, 0)


def test_a_primary_that_ended_unannounced_is_replaced_the_moment_its_event_is_read(street: Street):
    street.simulator.kill(street.primary)

    street.read()

    incident = street.incident()
    assert (incident["cause"], incident["notice_rank"], incident["verified_by"]) == ("no_notice", 2, "eviction")
    assert street.shop.intent()["state"] == "pending"
    assert street.count("notifications", "dedupe_key LIKE '%%received:no_notice'") == 1


def test_without_any_event_the_same_loss_is_found_by_asking(street: Street):
    street.simulator.events(loss=1)
    street.simulator.kill(street.primary)
    assert street.read() == 0

    street.look(seconds=46)

    assert (street.incident()["cause"], street.incident()["verified_by"]) == ("no_notice", "state_reason")


def test_a_loss_found_by_asking_and_told_by_events_is_one(street: Street):
    street.simulator.kill(street.primary)
    street.look(seconds=46)
    street.read()
    street.look(seconds=5)

    assert (street.count("incidents"), street.count("actions", "kind = 'launch'")) == (1, 1)


def test_an_interruption_told_by_the_queue_is_acted_on_while_the_agent_is_silent(street: Street):
    street.world.jump(minutes=5)

    street.tell(street.warning())

    assert (street.incident()["cause"], street.shop.intent()["kind"]) == ("termination", "launch")


@pytest.fixture
def fleet(street: Street) -> list:
    """The street's workload and four more of the same account, of which EC2 knows nothing."""
    return [street.workload] + [street.world.workload(f"w{n}", street.workload.client) for n in range(4)]


def test_when_ec2_cannot_be_asked_and_many_are_silent_nobody_is_declared_lost_and_people_are_told_once(street: Street, fleet):
    street.simulator.fault("DescribeInstances", code="InternalError", http_status=500)
    for _ in range(3):
        assert street.look(minutes=10)["held"] == 1

    assert (street.count("incidents"), street.count("notifications", HELD)) == (0, 1)
    assert "5 of 5 machines are silent" in street.one("SELECT sentence FROM account_holds")["sentence"]


def test_when_ec2_knows_none_of_many_silent_machines_the_account_is_on_hold(street: Street, fleet):
    street.look(minutes=10)

    assert street.count("incidents") == 0
    assert street.count("account_holds") == 1


def test_one_machine_that_ec2_no_longer_knows_is_lost(street: Street):
    street.world.workload("alone", street.workload.client)

    street.look(minutes=10)

    assert street.count("incidents") == 1


def test_a_proven_loss_is_not_held_while_the_account_is(street: Street, fleet):
    street.simulator.kill(street.primary)

    street.look(minutes=10)

    assert street.count("account_holds") == 1
    assert [row["instance_id"] for row in street.world.all("SELECT instance_id FROM incidents")] == [street.workload.primary.id]


def test_the_hold_ends_when_the_hosts_are_heard_again(street: Street, fleet):
    street.look(minutes=10)
    for workload in fleet:
        street.world.beat(workload, workload.primary.id)

    assert street.look()["held"] == 0

    assert street.count("account_holds") == 0
    assert street.count("notifications", "dedupe_key LIKE 'hold_ended:%%'") == 1


@pytest.mark.parametrize(("unconfirmed", "machines", "held"), [(2, 2, False), (3, 3, True), (3, 15, False), (3, 14, True), (20, 100, False), (21, 100, True)])
def test_a_fifth_of_an_account_and_at_least_three_are_held(unconfirmed, machines, held):
    assert must_hold(unconfirmed, machines) is held
