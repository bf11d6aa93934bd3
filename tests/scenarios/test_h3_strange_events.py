"""H3 by the queue: what is unknown, unmanaged, gone or broken is acknowledged and counted; the good ones are acted on once."""

from uuid import uuid4

import pytest

from core.sql import instances
from tests.scenarios.street import Street
from tests.world import REGION, new_ec2_id

STRANGER = "i-00000000000000abc"


@pytest.fixture
def batch(street: Street) -> list[dict]:
    """An unknown machine, one that nobody looks after, one that has ended, an event without a machine, and six good ones."""
    others = [street.world.workload(f"w{n}", street.workload.client) for n in range(6)]
    gone = street.world.replica(others[0])
    street.world.execute("UPDATE replica_instances SET ended_at = UTC_TIMESTAMP(6) WHERE id = %(id)s", id=gone.id)
    ended = street.world.instance(gone.instance_id)
    street.world.db.run(lambda tx: instances.move(tx, ended, "TERMINATED", "made by a test"))
    bare = inventory(street)
    broken = street.event("EC2 Spot Instance Interruption Warning", {"instance-action": "terminate"})
    good = [street.recommendation(workload.primary.ec2_instance_id) for workload in others]
    return [street.warning(STRANGER), street.warning(bare), street.warning(ended.ec2_instance_id), broken, *good]


def inventory(street: Street) -> str:
    """A machine that is known and has no agent."""
    ec2_id = new_ec2_id()
    street.world.execute(
        "INSERT INTO instances (uuid, client_id, account_id, ec2_instance_id, instance_type, region, lifecycle, status, created_at)"
        " VALUES (%(uuid)s, %(client)s, %(account)s, %(ec2_id)s, 'm5.large', %(region)s, 'spot', 'inventory', UTC_TIMESTAMP(6))",
        uuid=str(uuid4()), client=street.workload.client.id, account=street.account.id, ec2_id=ec2_id, region=REGION,
    )  # fmt: skip
    return ec2_id


def test_a_batch_with_four_strange_ones_is_done_once_however_often_it_is_read(street: Street, batch):
    assert street.tell(*batch) == 10
    for _ in range(20):
        assert street.tell(*batch) == 10

    assert street.count("incidents") == 6
    assert street.count("actions", "kind = 'launch'") == 6
    assert [street.counted(reason) for reason in ("ignored_unknown", "ignored_unmanaged", "dead_instance_id_missing")] == [21, 21, 21]
    assert street.counted("ignored_gone") == 1
    assert street.messages() == 0


def test_a_notice_about_a_machine_that_is_discovered_in_time_is_acted_on_within_one_sweep(street: Street):
    street.tell(street.warning(STRANGER))
    assert street.count("incidents") == 0
    street.world.workload("late", street.workload.client, ec2_id=STRANGER)

    street.sweep()

    assert (street.incident()["ec2_instance_id"], street.incident()["notice_rank"]) == (STRANGER, 2)
    assert street.one("SELECT disposition, handled_at IS NOT NULL AS handled FROM notices") == {"disposition": "act", "handled": 1}


def test_a_machine_that_is_discovered_after_the_deadline_is_left_alone(street: Street):
    street.tell(street.warning(STRANGER))
    street.world.jump(seconds=121)
    street.world.workload("too-late", street.workload.client, ec2_id=STRANGER)

    street.sweep()

    assert street.count("incidents") == 0
    assert street.one("SELECT handled_at IS NOT NULL AS handled FROM notices")["handled"] == 1


def test_nobody_waits_longer_than_ten_minutes_for_a_machine(street: Street):
    street.tell(street.recommendation(STRANGER))
    street.world.jump(minutes=11)

    assert street.sweep()["notices_given_up"] == 1


@pytest.mark.parametrize(("event", "reason"), [
    ({"detail-type": "EC2 Instance Feels Unwell"}, "ignored_unknown_type"), ({"source": "my.app"}, "ignored_foreign"),
    ({"version": "1"}, "envelope_version_other"),
])  # fmt: skip
def test_an_odd_event_is_acknowledged_and_counted_by_its_reason(street: Street, event, reason):
    assert street.tell({**street.warning(), **event}) == 1

    assert street.counted(reason) == 1
    assert street.count("dead_letters") == 0


def test_an_action_we_do_not_know_is_taken_for_the_end_and_told(street: Street):
    street.tell(street.warning(action="evaporate"))

    assert street.incident()["notice_rank"] == 2
    assert street.count("notifications", "dedupe_key LIKE 'action_unknown:%%'") == 1
