"""H14: whatever the metadata service does, the agent lives, tells of it, and sees a notice as soon as there is one again."""

import threading
import time

import pytest

from agent.imds import Imds, Trouble, about_this_host
from agent.notices import Watcher
from agent.spool import Spool
from agent.upkeep import Upkeep, scheduled
from core.cloud.simulator.catalogue import IMAGE
from tests.integration.shop import Still
from tests.unit.agent.kit import Clock

EVENT = {
    "NotBefore": "12 Apr 2026 02:00:00 GMT", "NotAfter": "12 Apr 2026 04:00:00 GMT", "Code": "system-reboot",
    "Description": "scheduled reboot", "EventId": "instance-event-07d1c2b3a4958677e", "State": "active",
}  # fmt: skip
TROUBLES = [401, 403, 404, 500, 503, "refused", "drip"]


class Patient:
    """A machine, its metadata with knobs, and a watcher of it."""

    def __init__(self, still: Still, folder):
        made = still.ec2().run_instances(ImageId=IMAGE, InstanceType="m5.large", MinCount=1, MaxCount=1)
        self.id, self.still, self.clock = made["Instances"][0]["InstanceId"], still, Clock()
        self.imds, self.spool = Imds(f"{still.url}/imds/{self.id}"), Spool(folder)
        self.watcher = Watcher(self.imds, self.spool, self.id, threading.Event(), clock=self.clock)

    def knob(self, **knobs) -> None:
        self.still.imds(self.id, **knobs)

    def notices(self) -> list[dict]:
        return [entry for _, entry in self.spool.entries()]


@pytest.fixture
def patient(still: Still, tmp_path) -> Patient:
    return Patient(still, tmp_path)


@pytest.mark.parametrize("status", TROUBLES)
def test_trouble_of_any_kind_is_survived_reported_and_tried_again_within_four_seconds(patient, status):
    patient.watcher.look()
    patient.knob(status=status)
    patient.clock.pass_by(16)
    for _ in range(3):
        assert 0.5 <= patient.watcher.look() <= 4

    assert patient.watcher.figures()["ok"] is False
    patient.knob(clear=True)
    assert patient.watcher.look() == 2.0
    assert patient.watcher.figures()["ok"] is True


def test_a_notice_present_at_the_recovery_is_on_disk_after_the_first_look(patient):
    patient.knob(status=503)
    patient.watcher.look()
    patient.still.interrupt(patient.id)
    patient.knob(clear=True)

    patient.watcher.look()

    assert [entry["path"] for entry in patient.notices()] == ["termination-notice"]
    assert patient.watcher.interruption_is_live()


def test_the_longest_wait_between_two_tries_leaves_a_second_for_the_look_itself(patient):
    patient.knob(status="refused")

    assert max(patient.watcher.look() for _ in range(40)) <= 4.0


def test_an_answer_that_never_ends_costs_two_seconds_at_most(patient):
    patient.watcher.look()
    patient.knob(status="drip")
    began = time.monotonic()
    patient.watcher.look()

    assert time.monotonic() - began < 4


def test_a_service_that_does_not_answer_costs_one_second(patient):
    patient.watcher.look()
    patient.knob(status="timeout")
    began = time.monotonic()
    patient.watcher.look()

    assert time.monotonic() - began < 3


def test_a_token_that_was_forgotten_is_fetched_again_within_the_same_look(patient):
    patient.watcher.look()
    patient.knob(forget_tokens=True)

    assert patient.watcher.look() == 2.0


def test_a_401_once_is_no_trouble(patient):
    patient.watcher.look()
    patient.knob(status=401, count=1)

    assert patient.watcher.look() == 2.0


def test_trouble_with_recommendations_alone_slows_nothing_down(patient):
    patient.knob(status=500, paths=["events/recommendations"])
    patient.still.interrupt(patient.id)

    assert patient.watcher.look() == 2.0
    assert len(patient.notices()) == 1


def test_a_rebalance_recommendation_and_an_interruption_are_both_read(patient):
    patient.still.rebalance(patient.id)
    patient.watcher.look()
    patient.still.interrupt(patient.id)
    patient.watcher.look()

    assert [entry["path"] for entry in patient.notices()] == ["rebalance-notice", "termination-notice"]


def test_the_old_termination_time_is_a_notice_where_instance_action_has_nothing(patient):
    patient.knob(termination_text="2026-03-04T11:24:05Z")
    patient.watcher.look()

    [notice] = patient.notices()
    assert (notice["path"], notice["body"]["time"], notice["body"]["action"]) == ("termination-notice", "2026-03-04T11:24:05Z", "terminate")


def test_a_termination_time_that_is_no_time_is_no_notice(patient):
    patient.knob(termination_text="soon, perhaps")
    patient.watcher.look()

    assert patient.notices() == []


def test_a_time_that_drifts_between_looks_is_one_notice(patient):
    patient.still.interrupt(patient.id)
    patient.knob(drift=True)
    for _ in range(4):
        patient.watcher.look()

    assert len(patient.notices()) == 1


def test_gaps_of_the_metadata_during_an_outage_of_the_server_pile_nothing_up(patient):
    patient.still.interrupt(patient.id, lead_seconds=600)
    for _ in range(10):
        patient.watcher.look()
        patient.knob(status=503, count=1)
        patient.watcher.look()

    assert len(patient.notices()) == 1


def test_scheduled_maintenance_and_auto_scalings_wish_are_read(patient):
    upkeep = Upkeep(patient.imds)
    patient.knob(scheduled=[EVENT], asg_state="Terminated")

    assert upkeep.look() is True
    assert upkeep.look() is False, "nothing new"

    assert upkeep.maintenance == [{
        "event_id": EVENT["EventId"], "code": "system-reboot", "state": "active", "not_before": EVENT["NotBefore"], "not_after": EVENT["NotAfter"],
    }]  # fmt: skip
    assert upkeep.asg_state == "Terminated"


def test_what_could_not_be_read_of_the_maintenance_keeps_its_last_value(patient):
    upkeep = Upkeep(patient.imds)
    patient.knob(scheduled=[EVENT])
    upkeep.look()
    patient.knob(status=500)
    upkeep.look()

    assert len(upkeep.maintenance) == 1


@pytest.mark.parametrize("told", [None, {}, "x", [None], [{"Code": "x"}], [{"EventId": "e", "Code": "c"}]])
def test_maintenance_without_id_code_or_time_is_passed_over(told):
    assert scheduled(told) == []


def test_a_host_whose_metadata_is_switched_off_knows_nothing_of_itself_and_says_so(patient):
    patient.knob(status=403)

    with pytest.raises(Trouble):
        about_this_host(patient.imds)
