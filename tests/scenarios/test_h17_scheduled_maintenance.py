"""H17 and FLOW-20: maintenance is a plan for each machine once, kept until shortly before, undone when it is cancelled."""

import time

import pytest

from tests.scenarios.street import Street

DAY = 86400


@pytest.fixture
def announced(street: Street) -> tuple[Street, list]:
    """Three machines in two pages, and a copy from the backup region."""
    machines = [street.workload] + [launched(street, f"w{n}") for n in range(2)]
    street.look()
    announce(street, machines, "first")
    street.read()
    return street, machines


def launched(street: Street, name: str):
    made = street.simulator.ec2().run_instances(ImageId="ami-0de30c0ffee000001", InstanceType="m5.large", MinCount=1, MaxCount=1)
    return street.world.workload(name, street.workload.client, ec2_id=made["Instances"][0]["InstanceId"])


def announce(street: Street, machines: list, communication: str, *, days: float = 7, **more) -> None:
    street.simulator.health_event(
        [machine.primary.ec2_instance_id for machine in machines], time.time() + days * DAY, arn="arn:aws:health:us-east-1::event/EC2/x/1",
        communication=communication, pages=2, backup_region="us-west-2", **more,
    )  # fmt: skip


def test_three_machines_in_two_pages_and_a_copy_are_three_plans_once_each(announced):
    street, _ = announced

    assert street.count("maintenance_plans", "state = 'scheduled'") == 3
    assert street.count("notices", "kind = 'maintenance'") == 3
    assert street.one("SELECT SUM(sightings) AS n FROM notices WHERE kind = 'maintenance'")["n"] == 6


def test_nothing_is_moved_until_half_an_hour_before(announced):
    street, _ = announced
    street.world.jump(days=7, minutes=-31)
    street.sweep()
    assert (street.count("incidents"), street.count("actions")) == (0, 0)

    street.world.jump(minutes=2)
    street.sweep()

    assert street.count("incidents", "cause = 'maintenance' AND notice_rank = 2") == 3
    assert street.count("actions", "kind = 'launch'") == 3
    assert street.count("pool_reports") == 0


def test_a_new_time_under_the_same_event_moves_the_plan(announced):
    street, machines = announced
    announce(street, machines, "second", days=14)
    street.read()
    street.world.jump(days=8)

    street.sweep()

    assert (street.count("maintenance_plans"), street.count("incidents")) == (3, 0)


def test_a_cancellation_before_it_begins_leaves_nothing_to_do(announced):
    street, machines = announced
    announce(street, machines, "second", status="closed")
    street.read()
    street.world.jump(days=8)

    street.sweep()

    assert street.count("maintenance_plans", "state = 'cancelled'") == 3
    assert (street.count("incidents"), street.count("actions")) == (0, 0)


def test_a_cancellation_after_a_replica_was_ordered_undoes_it(announced, executor):
    street, machines = announced
    street.world.jump(days=7, minutes=-29)
    street.sweep()
    executor.drain()
    assert len([m for m in street.simulator.instances(state="pending") if "spotopt:intent" in m["tags"]]) == 3

    announce(street, machines, "second", status="closed")
    street.read()
    executor.drain()

    assert street.count("incidents", "outcome = 'cancelled'") == 3
    assert [m for m in street.simulator.instances(state="pending") if "spotopt:intent" in m["tags"]] == []
    assert street.world.instance(street.workload.primary.id).notice_rank == 0


def test_health_of_other_services_and_issues_are_counted_and_nothing_more(street: Street):
    issue = street.event("AWS Health Event", {"service": "EC2", "eventTypeCategory": "issue"}, source="aws.health")

    street.tell(issue)

    assert (street.counted("ignored_health_other"), street.count("maintenance_plans")) == (1, 0)


@pytest.fixture
def hooked(street: Street) -> tuple[Street, str]:
    """Auto Scaling wants to end the PRIMARY and waits for the hook's answer."""
    token = street.simulator.lifecycle(street.primary)
    street.read()
    return street, token


def test_before_auto_scaling_may_end_a_machine_its_workload_is_moved(hooked, executor):
    street, token = hooked
    assert (street.incident()["cause"], street.shop.intent()["kind"]) == ("lifecycle", "launch")
    street.sweep()
    executor.drain()
    assert token in street.simulator.hooks()

    replica = street.world.replica(street.workload)
    street.sweep()
    assert street.world.agent(street.workload).primary_instance_id == replica.instance_id
    street.sweep()
    executor.drain()
    assert token in street.simulator.hooks()

    street.world.serves(street.workload, replica.instance_id)
    street.sweep()
    executor.drain()

    assert token not in street.simulator.hooks()
    assert len(street.shop.calls("CompleteLifecycleAction")) == 1


def test_while_a_move_takes_long_auto_scaling_is_asked_for_more_time(hooked, executor):
    street, token = hooked
    street.world.jump(minutes=16)

    for _ in range(2):
        street.sweep()
        executor.drain()

    assert street.simulator.hooks()[token]["heartbeats"] == 1


def test_a_hook_of_two_minutes_is_asked_for_more_time_each_forty_seconds(hooked, executor):
    """L3: a third of its own timeout, which its event does not say."""
    street, token = hooked
    street.world.execute(
        "INSERT INTO scaling_groups (account_id, region, name, client_id, min_size, max_size, desired, zones, capacity_rebalance, hooks, seen_at)"
        " SELECT id, 'us-east-1', 'web-spot', client_id, 0, 1, 1, '[]', 0, '{\"spotopt-drain\":120}', UTC_TIMESTAMP(6) FROM accounts"
    )

    for _ in range(2):
        street.world.jump(seconds=41)
        street.sweep()
        executor.drain()

    assert street.simulator.hooks()[token]["heartbeats"] == 2


def test_an_answer_to_a_hook_that_is_over_is_no_failure(hooked, executor):
    street, token = hooked
    street.world.jump(minutes=16)
    street.simulator.fault("RecordLifecycleActionHeartbeat", code="ValidationError", http_status=400, count=1)

    street.sweep()
    executor.drain()

    assert street.shop.intent("lifecycle")["state"] == "done"


def test_in_safe_mode_no_hook_is_answered(hooked, executor):
    street, token = hooked
    street.world.execute("UPDATE system_settings SET v = 'on' WHERE k = 'SAFE_MODE'")
    street.world.jump(minutes=16)

    street.sweep()
    executor.drain()

    assert street.shop.calls("RecordLifecycleActionHeartbeat") == []
