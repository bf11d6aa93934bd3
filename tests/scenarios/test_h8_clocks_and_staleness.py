"""H8: the database's clock decides; what is told too late is verified before anything is done."""

from datetime import timedelta

import pytest

from core.agents import hosts
from core.emergencies import emergency
from tests.scenarios.street import Street


def test_an_event_five_minutes_late_about_a_machine_that_runs_comes_to_nothing(street: Street):
    street.tell(street.warning(age=301))
    incident = street.incident()
    assert (incident["notice_rank"], street.count("actions")) == (0, 0)
    assert street.one("SELECT disposition, reason FROM notices") == {"disposition": "verify", "reason": "stale"}

    street.look()

    assert (street.incident()["outcome"], street.count("actions")) == ("stale_unfounded", 0)
    assert street.count("notices", "handled_at IS NULL") == 0


def test_an_event_five_minutes_late_about_a_machine_that_ended_is_a_loss(street: Street):
    street.simulator.events(loss=1)
    street.simulator.kill(street.primary)
    street.simulator.calm_events()
    street.tell(street.warning(age=301))

    street.look()

    assert (street.incident()["notice_rank"], street.shop.intent()["kind"]) == (2, "launch")
    assert street.count("notices", "handled_at IS NULL") == 0


def test_a_deadline_that_is_past_is_verified_first_and_then_answered_at_once(street: Street):
    street.tell(street.warning(age=150))
    assert (street.incident()["notice_rank"], street.count("actions")) == (0, 0)
    assert street.one("SELECT disposition, reason FROM notices") == {"disposition": "verify", "reason": "overdue"}

    street.look()

    assert (street.incident()["notice_rank"], street.shop.intent()["kind"]) == (2, "launch")


@pytest.mark.parametrize("text", ["", "soon", None])
def test_a_time_that_is_none_makes_the_receipt_the_time_of_the_event(street: Street, text):
    street.tell({**street.warning(), "time": text})

    incident = street.incident()
    assert 119 <= (incident["deadline_at"] - incident["opened_at"]).total_seconds() <= 120
    assert street.counted("time_unreadable") == 1


@pytest.mark.parametrize("skew", [-600, 600])
def test_a_host_whose_clock_is_wrong_moves_no_deadline(street: Street, skew):
    street.world.interruption(street.workload)
    before = street.incident()["deadline_at"]
    clock = (street.world.now() + timedelta(seconds=skew)).isoformat()
    body = {"epoch_seen": 0, "spooled": 0, "dead_notices": 0, "agent_clock": clock}

    street.world.db.run(lambda tx: hosts.heartbeat(tx, street.world.agent(street.workload), street.workload.primary, None, body))

    assert street.incident()["deadline_at"] == before
    assert abs(street.one("SELECT clock_skew_ms FROM agent_heartbeats")["clock_skew_ms"] - skew * 1000) < 5000


def test_a_host_that_tells_of_a_deadline_already_past_is_verified_first(street: Street):
    reply = street.world.interruption(street.workload, lead_seconds=-60)
    assert (reply["action"], street.incident()["notice_rank"], street.count("actions")) == ("WAIT", 0, 0)

    street.look()

    assert (street.incident()["notice_rank"], street.shop.intent()["kind"]) == (2, "launch")


def test_a_text_that_is_no_time_is_a_notice_with_the_receipt_as_its_deadline(street: Street):
    body = {"instance_id": street.primary, "action": "terminate", "time": ""}

    street.world.db.run(lambda tx: emergency.handle_termination_notice(tx, street.workload.id, None, body))

    assert street.incident()["notice_rank"] == 2
    assert abs((street.incident()["deadline_at"] - street.incident()["opened_at"]).total_seconds()) < 1
