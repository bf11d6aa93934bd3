"""What hosts call: each endpoint once well, and once badly."""

from functools import partial

import pytest

from core.agents import commands
from tests.integration.conftest import data_of, error_of
from tests.world import World

ORDERS = {"epoch", "role", "serve", "poll_seconds", "server_time"}


@pytest.fixture
def workload(world: World):
    world.prices()
    return world.workload()


@pytest.fixture
def host(api, workload):
    """The host of the PRIMARY: ``host.get`` and ``host.post`` below its own address."""

    class Host:
        me = api.by(workload.token)
        base = f"/api/agents/{workload.uuid}"

        def get(self, path: str):
            return self.me.get(f"{self.base}/{path}")

        def post(self, path: str, **body):
            return self.me.post(f"{self.base}/{path}", body)

    return Host()


@pytest.fixture
def beat(workload) -> dict:
    return {
        "instance_id": workload.primary.ec2_instance_id, "epoch_seen": 0, "config_version": 1, "agent_version": "0.1.0",
        "protocol": 1, "uptime_seconds": 12.5, "cpu_pct": 3.0, "memory_pct": None, "imds": {"ok": True, "last_ok_age_ms": 40},
        "serving": True, "since_age_ms": 5000, "spooled": 0, "dead_notices": 0, "agent_clock": "2026-01-01T00:00:00Z",
    }  # fmt: skip


def test_a_heartbeat_is_noted_and_answered_with_orders(world, host, beat):
    told = data_of(host.post("heartbeat", **beat))

    assert set(told) == ORDERS | {"commands_pending", "config_version", "rotate_due"}
    assert (told["role"], told["serve"], told["poll_seconds"]) == ("PRIMARY", True, 5.0)
    row = world.one("SELECT * FROM agent_heartbeats")
    assert (row["serving"], '"cpu_pct":3.0' in row["figures"]) == (1, True)
    assert 4.5 < (row["received_at"] - row["serving_since"]).total_seconds() < 5.5


@pytest.mark.parametrize(("field", "value"), [
    ("epoch_seen", -1), ("epoch_seen", "0"), ("serving", "perhaps"), ("imds", {"ok": True}), ("instance_id", "i-1"),
    ("since_age_ms", -1), ("spooled", 2**40), ("agent_clock", "x" * 41), ("surprise", 1),
])  # fmt: skip
def test_a_heartbeat_with_a_wrong_field_changes_nothing(world, host, beat, field, value):
    assert error_of(host.post("heartbeat", **{**beat, field: value})) == (422, "VALIDATION_ERROR")
    assert world.all("SELECT * FROM agent_heartbeats") == []


@pytest.mark.parametrize("clock", ["", "nonsense", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00+23:59"])
def test_a_host_with_a_mad_clock_is_a_host_all_the_same(host, beat, clock):
    assert host.post("heartbeat", **{**beat, "agent_clock": clock}).status_code == 200


def test_a_heartbeat_does_not_make_an_operators_edit_stale(world, workload, host, beat):
    before = world.instance(workload.primary.id).version
    host.post("heartbeat", **beat)

    assert world.instance(workload.primary.id).version == before


def test_a_serving_report_is_kept_and_answered_with_orders(world, workload, host):
    reply = host.post("serving", instance_id=workload.primary.ec2_instance_id, serving=True, since_age_ms=0, epoch_seen=0)

    assert set(data_of(reply)) == ORDERS
    assert world.one("SELECT serving FROM serving_reports") == {"serving": 1}


@pytest.mark.parametrize("body", [{}, {"serving": None}, {"since_age_ms": 10**13}])
def test_a_serving_report_with_a_wrong_field_is_refused(world, workload, host, body):
    good = {"instance_id": workload.primary.ec2_instance_id, "serving": True, "since_age_ms": 0, "epoch_seen": 0}

    assert error_of(host.post("serving", **({**good, **body} if body else {}))) == (422, "VALIDATION_ERROR")


def test_a_host_reads_the_settings_it_lives_by(host):
    config = data_of(host.get("config"))

    assert (config["heartbeat_seconds"], config["notice_poll_seconds"], config["rebalance_mode"]) == (15, 2, "prepare_replica")


def test_a_host_fetches_its_commands_under_a_lease_and_reports_each_once(world, workload, host, beat):
    host.post("heartbeat", **beat)
    world.db.run(lambda tx: commands.give(tx, workload.id, "restart_workload", {}, actor="admin", request_id="request-1"))
    assert data_of(host.post("heartbeat", **beat))["commands_pending"] == 1

    first, second = (data_of(host.get("pending-commands"))["commands"] for _ in range(2))
    assert ([command["kind"] for command in first], second) == (["restart_workload"], [])
    path = f"commands/{first[0]['command_id']}/executed"
    assert data_of(host.post(path, success=True))["status"] == "completed"

    assert data_of(host.post(path, success=False, error="late"))["status"] == "completed"
    assert world.one("SELECT status, result FROM commands") == {"status": "completed", "result": None}


def test_a_command_whose_lease_lapsed_is_handed_out_again(world, workload, host):
    world.db.run(lambda tx: commands.give(tx, workload.id, "restart_workload", {}, actor="admin", request_id="request-1"))
    host.get("pending-commands")
    world.jump(seconds=61)

    assert len(data_of(host.get("pending-commands"))["commands"]) == 1


def test_a_command_that_is_not_its_own_is_not_found(world, workload, host):
    other = world.workload("other", workload.client)
    uuid = world.db.run(lambda tx: commands.give(tx, other.id, "restart_workload", {}, actor="admin", request_id="request-1"))

    assert error_of(host.post(f"commands/{uuid}/executed", success=True)) == (404, "NOT_FOUND")


def test_a_notice_is_accepted_with_what_will_be_done_about_it(world, workload, host):
    reply = host.post(
        "termination-notice", instance_id=workload.primary.ec2_instance_id, action="terminate", time=soon(world), source="imds"
    )

    told = data_of(reply)
    assert (reply.status_code, told["action"], told["status"]) == (202, "LAUNCH", "termination")
    assert told["launch_action_id"] == world.one("SELECT uuid FROM actions")["uuid"]
    assert world.one("SELECT uuid FROM incidents")["uuid"] == told["incident_id"]


@pytest.mark.parametrize("time", ["", "soon", "2026-13-45T99:99:99Z", "9999-12-31T23:59:59Z", None, 7, {"a": 1}, "x" * 500])
def test_a_notice_is_never_refused_for_its_time(workload, host, time):
    reply = host.post("termination-notice", instance_id=workload.primary.ec2_instance_id, action="terminate", time=time)

    assert (reply.status_code, data_of(reply)["action"]) == (202, "LAUNCH")


@pytest.mark.parametrize("more", [{"surprise": {"a": [1]}}, {"action": "evaporate"}, {"seen_age_ms": "long"}, {"raw": "{"}])
def test_a_notice_is_never_refused_for_a_field_we_do_not_know(world, workload, host, more):
    assert host.post("rebalance-notice", instance_id=workload.primary.ec2_instance_id, **more).status_code == 202
    assert next(iter(more)) in world.one("SELECT payload FROM notices")["payload"]


def test_a_notice_for_no_instance_of_this_agent_is_not_found(host):
    assert error_of(host.post("rebalance-notice", instance_id="i-0123456789abcdef0")) == (404, "NOT_FOUND")


def test_a_replica_reports_how_far_it_is_and_never_backwards(world, workload, api):
    replica = world.replica(workload, ready=False)
    post = partial(api.by(workload.client.token).post, f"/api/agents/{workload.uuid}/replicas/{replica.uuid}/status")

    told = [data_of(post(body))["status"] for body in ({"status": "ready", "boot_time_seconds": 41.5}, {"status": "syncing"})]

    assert told == ["ready", "ready"]
    assert world.one("SELECT boot_time_seconds FROM replica_instances")["boot_time_seconds"] == 41.5


@pytest.mark.parametrize("body", [{}, {"status": "promoted"}, {"status": "ready", "boot_time_seconds": -1}])
def test_a_replica_status_that_is_none_is_refused(world, workload, host, body):
    replica = world.replica(workload, ready=False)

    assert error_of(host.post(f"replicas/{replica.uuid}/status", **body)) == (422, "VALIDATION_ERROR")


def test_the_host_of_the_primary_cannot_report_for_its_replica(world, workload, host):
    replica = world.replica(workload, ready=False)

    assert error_of(host.post(f"replicas/{replica.uuid}/status", status="ready")) == (404, "NOT_FOUND")


def test_a_replica_that_failed_is_ended_and_its_machine_ordered_away(world, workload, api):
    replica = world.replica(workload, ready=False)
    api.by(workload.client.token).post(f"/api/agents/{workload.uuid}/replicas/{replica.uuid}/status", {"status": "failed"})

    assert world.one("SELECT kind FROM actions")["kind"] == "terminate"


def soon(world: World) -> str:
    return world.now().isoformat()
