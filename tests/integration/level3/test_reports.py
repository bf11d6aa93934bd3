"""A host that acted alone says so first, and its machine is a replica before anything else is decided."""

import pytest

from core.domain import failover
from core.emergencies import level3
from core.emergencies.reconciler import reconcile
from tests.integration.conftest import data_of, error_of
from tests.world import new_ec2_id, registration


def test_a_reported_machine_is_a_replica_at_once_and_no_expiry_ends_it(lonely, machine):
    told = data_of(lonely.report(machine))

    replica = lonely.replica()
    assert (told["adopted"], told["replica_id"]) == (True, replica["replica_uuid"])
    assert (replica["ec2_instance_id"], replica["role"], replica["lifecycle"], replica["az_id"]) == (machine, "REPLICA", "on-demand", "use1-az1")
    assert replica["replica_expiry"] is None
    [row] = lonely.world.all("SELECT why FROM audit_logs WHERE action = 'level3_adopted' AND resource_id = %(id)s", id=lonely.workload.id)
    assert "because it was told of its interruption and no server answered" in row["why"]


def test_a_report_told_twice_makes_one_replica(lonely, machine):
    first, second = data_of(lonely.report(machine)), data_of(lonely.report(machine, decided_age_ms=9000))

    assert first == second


def test_a_notice_that_follows_the_report_launches_nothing_more(lonely, machine):
    lonely.report(machine)

    receipt = lonely.world.interruption(lonely.workload)

    assert receipt["action"] == "WAIT"
    assert lonely.launches() == 0


def test_without_the_report_the_same_notice_would_launch_a_second_machine(lonely):
    """Why the order matters."""
    lonely.world.interruption(lonely.workload)

    assert lonely.launches() == 1


def test_a_machine_that_never_becomes_ready_is_not_waited_for_for_ever(lonely, machine):
    lonely.report(machine)
    lonely.world.interruption(lonely.workload, lead_seconds=500)
    lonely.world.jump(seconds=300)
    reconcile()

    assert lonely.launches() == 1
    assert lonely.replica()["terminate_requested_at"] is None, "it is left running"


def test_a_host_that_got_no_machine_leaves_a_sentence(lonely):
    assert data_of(lonely.report(None, error="UnauthorizedOperation: no"))["adopted"] is False

    [row] = lonely.world.all("SELECT why FROM audit_logs WHERE action = 'level3_failed' AND resource_id = %(id)s", id=lonely.workload.id)
    assert "UnauthorizedOperation" in row["why"]


@pytest.mark.parametrize("wrong", [
    {"epoch": 1}, {"primary": "i-0000000000000000f"}, {"client_token": "0" * 64}, {"cause": "boredom"}, {"decided_age_ms": -1},
    {"launched_instance_id": "i-nonsense"}, {"unknown": 1},
])  # fmt: skip
def test_a_report_that_does_not_follow_from_a_plan_of_ours_is_refused_and_leaves_nothing(lonely, machine, wrong):
    assert error_of(lonely.report(machine, **wrong)) == (422, "VALIDATION_ERROR")
    assert lonely.replica() is None


def test_a_host_cannot_claim_a_machine_of_another_agent(lonely):
    sister = lonely.world.workload("sister", lonely.workload.client)

    assert error_of(lonely.report(sister.primary.ec2_instance_id)) == (403, "FORBIDDEN")
    assert lonely.world.instance(sister.primary.id).agent_id == sister.id


def test_the_machine_joins_with_the_token_of_its_plan_and_nobody_else_does(lonely, machine):
    lonely.report(machine)
    lonely.world.beat(lonely.workload, lonely.workload.primary.id, serving=True)

    joined = data_of(register(lonely, machine))

    assert (joined["role"], joined["serve"], joined["replica_id"]) == ("REPLICA", False, lonely.replica()["replica_uuid"])
    assert error_of(register(lonely, machine, secret="t" * 43)) == (403, "FORBIDDEN")
    assert error_of(register(lonely, lonely.workload.primary.ec2_instance_id)) == (403, "FORBIDDEN")


def test_a_machine_waits_while_nobody_knows_whether_the_primary_lives(lonely, machine):
    """It may serve already: being called a replica too early would stop it."""
    lonely.report(machine)

    assert error_of(register(lonely, machine)) == (409, "BUSY")


def test_a_machine_that_is_not_adopted_yet_is_asked_to_come_back(lonely, machine):
    assert error_of(register(lonely, machine)) == (409, "BUSY")


def test_a_machine_of_an_epoch_that_is_over_is_told_not_to_serve(lonely, machine):
    lonely.world.execute("UPDATE agents SET epoch = 1 WHERE id = %(id)s", id=lonely.workload.id)

    assert error_of(register(lonely, machine)) == (409, "CONFLICT")


def test_a_token_nobody_signed_opens_nothing(lonely, machine):
    assert error_of(register(lonely, machine, token=f"soj_L3_{lonely.workload.uuid}_0_{'0' * 64}")) == (401, "UNAUTHENTICATED")


def register(lonely, ec2_id: str, secret: str = "s" * 43, token: str | None = None):
    token = token or failover.join_token(lonely.world.settings.install_key, lonely.workload.uuid, 0)
    body = registration(secret, "web", ec2_id, "m5.large", "use1-az1", "on-demand") | {"protocol": 2}
    return lonely.api.by(token).post("/api/agents/register", body)


@pytest.fixture
def spare(lonely, machine) -> dict:
    """A machine launched alone, while the PRIMARY was not heard of."""
    lonely.report(machine)
    return lonely.replica()


def doomed(lonely) -> bool:
    return lonely.replica()["terminate_requested_at"] is not None


def test_a_machine_launched_alone_is_ended_once_the_primary_provably_lives(lonely, spare):
    lonely.world.jump(seconds=61)
    lonely.beat()

    reconcile()

    assert doomed(lonely)


def test_it_is_never_ended_while_the_primary_is_silent(lonely, spare):
    for _ in range(4):
        lonely.world.jump(hours=2)
        reconcile()

    assert not doomed(lonely)


def test_it_is_not_ended_within_its_first_minute(lonely, spare):
    lonely.world.jump(seconds=55)
    lonely.beat()
    reconcile()

    assert not doomed(lonely)


def test_it_is_not_ended_while_the_primary_has_a_notice(lonely, spare):
    lonely.world.jump(seconds=61)
    lonely.beat()
    lonely.world.interruption(lonely.workload)
    reconcile()

    assert not doomed(lonely)


def test_in_safe_mode_it_waits(lonely, spare):
    agent = lonely.world.agent(lonely.workload)

    assert not lonely.world.db.run(lambda tx: level3.retire_surplus(tx, agent, True, spare["id"]))
    assert lonely.world.db.run(lambda tx: level3.retire_surplus(tx, agent, False, spare["id"]))


def test_a_machine_id_can_be_reported_by_one_agent_only(lonely, spare):
    other = lonely.world.workload("other", aws_account="210987654321", ec2_id=new_ec2_id())
    token = failover.client_token(other.uuid, 0, other.primary.ec2_instance_id)
    body = lonely.body(spare["ec2_instance_id"], instance_id=other.primary.ec2_instance_id, primary=other.primary.ec2_instance_id, client_token=token)

    reply = lonely.api.by(other.token).post(f"/api/agents/{other.uuid}/failover-report", body)

    assert error_of(reply) == (403, "FORBIDDEN")
