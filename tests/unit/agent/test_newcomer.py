"""The machine that a host launched alone: it serves by EC2's word only while no server answers and its predecessor is gone."""

import pytest

from agent.contact import Contact
from agent.ec2 import NoAnswer
from agent.newcomer import Newcomer
from tests.unit.agent.kit import PRIMARY, Clock, FakeEc2


class Arrival:
    """A newcomer and what it wanted of its workload."""

    def __init__(self):
        self.clock, self.ec2, self.wanted = Clock(), FakeEc2(), []
        self.contact = Contact(self.clock)
        self.newcomer = Newcomer(PRIMARY, self.ec2, self.contact, self.wanted.append)

    def silence(self, seconds: float) -> None:
        self.contact.failed()
        self.clock.pass_by(seconds)


@pytest.fixture
def arrival() -> Arrival:
    return Arrival()


@pytest.mark.parametrize("state", ["shutting-down", "terminated"])
def test_it_serves_once_no_server_answers_and_its_predecessor_has_ended(arrival, state):
    arrival.ec2.state = state
    arrival.silence(5)

    arrival.newcomer.step()

    assert arrival.wanted == [True]


@pytest.mark.parametrize("state", ["pending", "running", "stopping", "stopped"])
def test_it_waits_while_its_predecessor_may_serve(arrival, state):
    arrival.ec2.state = state
    arrival.silence(3600)

    arrival.newcomer.step()

    assert arrival.wanted == []


def test_it_waits_while_a_server_answers(arrival):
    arrival.ec2.state = "terminated"
    arrival.silence(60)
    arrival.contact.answered()

    arrival.newcomer.step()

    assert arrival.wanted == []


def test_no_answer_of_ec2_is_no_death(arrival):
    def cut(*ids):
        raise NoAnswer("timed out")

    arrival.ec2.states = cut
    arrival.silence(60)
    arrival.newcomer.step()

    assert arrival.wanted == []


def test_it_stops_for_good_when_the_server_says_that_another_is_primary(arrival):
    arrival.ec2.state = "terminated"
    arrival.silence(60)
    arrival.newcomer.step()
    arrival.newcomer.superseded()
    arrival.silence(60)
    arrival.newcomer.step()

    assert arrival.wanted == [True, False]
