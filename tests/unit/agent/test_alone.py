"""Level 3 on the host: a local cause and a silent server launch one machine; the outage itself launches nothing."""

import json

import pytest

from agent.alone import Alone, Decisions, report_body
from agent.ec2 import NoAnswer, Refused
from core.domain import failover
from tests.unit.agent.kit import AGENT, PRIMARY, REPLICA, ZONES, Clock, FakeEc2, Host, plan_text

NO_ROOM = Refused("InsufficientInstanceCapacity", "none left")
TWO_HOURS = 7200


@pytest.fixture
def host(tmp_path) -> Host:
    """The PRIMARY's host, told of its interruption."""
    made = Host(tmp_path)
    made.notice = True
    return made


def test_three_failed_posts_of_a_live_notice_launch_the_machine_of_the_plan(host):
    host.silence(2)
    assert not host.step()
    host.silence(1)

    assert host.step()

    assert host.ec2.runs == [("use1-az1", failover.client_token(AGENT, 3, PRIMARY))]


def test_a_server_that_has_the_notice_and_falls_silent_is_given_twenty_seconds(host):
    host.contact.failed()
    host.clock.pass_by(19)
    assert not host.step()
    host.clock.pass_by(2)

    assert host.step()


def test_an_answer_of_the_server_between_two_failures_is_contact(host):
    host.silence(2)
    host.contact.answered()
    host.silence(2)

    assert not host.step()


def test_without_a_notice_a_silent_server_is_no_cause(tmp_path):
    host = Host(tmp_path)
    host.silence(50)
    host.clock.pass_by(TWO_HOURS)

    assert not host.step()
    assert host.ec2.runs == []


@pytest.fixture
def fast_disk(monkeypatch) -> None:
    """Two hundred hosts on one disk: durability is not what is measured here."""
    monkeypatch.setattr("agent.disk.os.fsync", lambda descriptor: None)


@pytest.mark.usefixtures("fast_disk")
def test_two_hundred_agents_without_a_server_for_two_hours_launch_nothing(tmp_path):
    assert launches_of_an_outage(tmp_path, Alone._cause) == 0


@pytest.mark.usefixtures("fast_disk")
def test_a_host_that_took_the_outage_for_a_cause_would_launch_two_hundred(tmp_path):
    """The naive twin: silence alone decides."""
    assert launches_of_an_outage(tmp_path, lambda self, plan: "interruption" if self._server_is_away() else None) == 200


def launches_of_an_outage(folder, cause) -> int:
    clock, hosts = Clock(), []
    for number in range(200):
        host = Host(folder / str(number), PRIMARY if number % 2 else REPLICA, clock=clock)
        host.alone._cause = cause.__get__(host.alone)
        host.silence()
        hosts.append(host)
    for _ in range(8):
        clock.pass_by(TWO_HOURS / 8)
        for host in hosts:
            host.step()
    return sum(len(host.ec2.runs) for host in hosts)


def test_a_replica_acts_once_ec2_calls_the_primary_dead_and_no_server_answered_for_three_minutes(tmp_path):
    host = Host(tmp_path, REPLICA)
    host.ec2.state = "terminated"
    host.contact.failed()
    host.clock.pass_by(179)
    assert not host.step()
    host.clock.pass_by(2)

    assert host.step()


def test_a_primary_that_runs_is_never_replaced_by_a_replicas_host(tmp_path):
    host = Host(tmp_path, REPLICA)
    host.contact.failed()
    for _ in range(100):
        host.clock.pass_by(TWO_HOURS / 100)
        host.step()

    assert host.ec2.runs == []


def test_ec2_is_asked_about_the_primary_four_times_a_minute_at_most(tmp_path):
    host = Host(tmp_path, REPLICA)
    host.contact.failed()
    host.clock.pass_by(200)
    for _ in range(120):
        host.step()
        host.clock.pass_by(0.5)

    assert host.ec2.asked == 4


def test_whatever_follows_the_machine_of_an_epoch_is_launched_once(host):
    host.silence()
    for _ in range(20):
        host.step()

    assert len(host.ec2.runs) == 1


def test_a_place_without_room_is_followed_by_the_next_under_the_same_token(host):
    host.ec2.answers = [NO_ROOM, NO_ROOM]
    host.silence()

    assert host.step()

    assert [az for az, _ in host.ec2.runs] == ZONES
    assert len({token for _, token in host.ec2.runs}) == 1


def test_a_call_whose_answer_was_lost_is_repeated_with_the_same_token(host):
    host.ec2.answers = [NoAnswer("dropped")]
    host.silence()
    assert not host.step()

    assert host.step()

    assert len(set(host.ec2.runs)) == 1


def test_a_token_that_another_host_used_with_other_parameters_brings_its_machine(tmp_path):
    ec2 = FakeEc2()
    first, second = Host(tmp_path / "a", ec2=ec2), Host(tmp_path / "b", ec2=ec2, text=plan_text(az_ids=["use1-az2"]))
    for host in (first, second):
        host.notice = True
        host.silence()
        host.step()

    assert len(ec2.by) == 1
    assert first.decisions.of(3)["outcome"]["instance_id"] == second.decisions.of(3)["outcome"]["instance_id"]


def test_a_refusal_for_good_is_remembered_and_not_tried_again(host):
    host.ec2.answers = [Refused("UnauthorizedOperation", "not allowed")]
    host.silence()
    host.step()
    host.step()

    assert len(host.ec2.runs) == 1
    assert "UnauthorizedOperation" in host.decisions.of(3)["outcome"]["error"]


def test_the_decision_is_on_disk_before_the_call(host, tmp_path):
    seen = []
    host.ec2.run = lambda *args: seen.append(json.loads((tmp_path / "level3" / "3.json").read_text())) or FakeEc2().run(*args)
    host.silence()
    host.step()

    assert (seen[0]["cause"], seen[0]["outcome"]) == ("interruption", None)


def test_a_host_cut_after_its_call_goes_on_with_the_same_token(host, tmp_path):
    host.ec2.answers = [NoAnswer("cut")]
    host.silence()
    host.step()

    again = Host(tmp_path, ec2=host.ec2)
    again.notice = True
    again.silence()
    again.step()

    assert len({token for _, token in host.ec2.runs}) == 1
    assert again.decisions.of(3)["outcome"]["instance_id"]


def test_a_server_that_is_back_before_the_outcome_is_known_is_told_what_ec2_says(host):
    host.ec2.answers = [NoAnswer("lost")]
    host.silence()
    host.step()
    host.ec2.run({}, "use1-az1", {}, failover.client_token(AGENT, 3, PRIMARY))  # the effect of the lost call

    [decision] = host.alone.unreported()
    host.alone.settle(decision)

    assert decision["outcome"]["instance_id"] == "i-00000000000000001"


def test_a_report_says_what_was_decided_and_what_came_of_it(host):
    host.silence()
    host.step()
    [decision] = Decisions(host.decisions._folder).unreported()

    body = report_body(decision, PRIMARY)

    assert (body["epoch"], body["cause"], body["launched_instance_id"], body["az_id"], body["error"]) == (
        3, "interruption", "i-00000000000000001", "use1-az1", None,
    )  # fmt: skip
    host.alone.reported(decision)
    assert host.alone.unreported() == []


def test_a_host_without_a_plan_decides_nothing(host):
    host.plans.accept(None, "")
    host.silence()

    assert not host.step()
    assert host.alone.unreported() == []
