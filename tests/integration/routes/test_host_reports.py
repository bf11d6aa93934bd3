"""What hosts report of handovers and of their end, what they execute themselves, and what is told of all that."""

import json
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from core.emergencies.reconciler import reconcile
from core.execution.actions import tags_of
from core.operations.alerting import evaluate
from core.sql import actions, instances
from tests.integration.conftest import data_of, error_of
from tests.world import World


@pytest.fixture
def shop(world: World):
    world.prices()
    made = world.workload()
    world.beat(made, made.primary.id, serving=True)
    return made


@pytest.fixture
def host(api, shop):
    return api.by(shop.token)


@pytest.fixture
def me(api, shop):
    return api.by(shop.client.token)


@pytest.fixture
def base(shop) -> str:
    return f"/api/agents/{shop.uuid}"


@pytest.fixture
def moved(world: World, shop):
    """A handover that nobody has measured yet: the incident and its successor."""
    replica = world.replica(shop)
    uuid = world.interruption(shop)["incident_id"]
    return world.incident(uuid), world.instance(replica.instance_id)


@pytest.fixture
def doomed(world: World, shop, moved):
    """The old PRIMARY's end is ordered, in an account that leaves ends to its hosts."""
    incident, successor = moved
    world.serves(shop, successor.id)
    world.execute("UPDATE accounts SET executor = 'agent'")
    world.execute("UPDATE instances SET terminate_after = UTC_TIMESTAMP(6) WHERE role = 'ZOMBIE'")

    reconcile()
    return world.one("SELECT uuid, id FROM actions WHERE kind = 'terminate'")


def report(incident, successor, start: float, end: float) -> dict:
    at = incident.promoted_at
    return {
        "switch_id": incident.uuid, "old_instance": incident.ec2_instance_id, "new_instance": successor.ec2_instance_id,
        "old_lost_at": (at + timedelta(seconds=start)).isoformat(), "new_serving_at": (at + timedelta(seconds=end)).isoformat(),
    }  # fmt: skip


def test_a_handover_nobody_measured_is_booked_as_the_host_saw_it(world, host, base, moved):
    world.one("SELECT SLEEP(0.3)")

    told = data_of(host.post(f"{base}/switch-report", report(*moved, 0.0, 0.2)))

    assert told == {"downtime_seconds": 0.2, "method": "agent_report"}
    assert world.one("SELECT method FROM downtime_logs")["method"] == "agent_report"


def test_what_the_server_measured_itself_stands(world, shop, host, base, moved):
    incident, successor = moved
    world.serves(shop, shop.primary.id, serving=False)
    world.serves(shop, successor.id)

    told = data_of(host.post(f"{base}/switch-report", report(incident, successor, 0.0, 0.001)))

    assert told["method"] == "serving_reports"


@pytest.mark.parametrize(("start", "end"), [(5, 1), (-4000, 1), (0, 90000)])
def test_times_outside_the_handover_are_refused(host, base, moved, start, end):
    assert error_of(host.post(f"{base}/switch-report", report(*moved, start, end))) == (422, "VALIDATION_ERROR")


def test_a_handover_of_nobody_is_not_found(host, base, moved):
    incident, successor = moved
    body = {**report(incident, successor, 0, 0.1), "switch_id": str(uuid4())}

    assert error_of(host.post(f"{base}/switch-report", body)) == (404, "NOT_FOUND")


def test_a_host_that_goes_down_is_asked_about_at_once(world, host, base, shop):
    world.execute("UPDATE instances SET launch_spec = '{}'")
    watched = lambda: [i.id for i in world.db.run(instances.to_watch)]  # noqa: E731
    assert watched() == []

    host.post(f"{base}/termination", {"instance_id": shop.primary.ec2_instance_id, "cause": "shutdown", "at": world.now().isoformat()})

    assert watched() == [shop.primary.id]
    assert world.one("SELECT why FROM audit_logs ORDER BY id DESC LIMIT 1")["why"].endswith("says that it goes down: shutdown")
    world.jump(minutes=6)
    world.beat(shop, shop.primary.id, serving=True)
    assert watched() == []


def test_what_a_host_removed_is_told(world, host, base):
    reply = data_of(host.post(f"{base}/cleanup-report", {"removed": ["unit", "config"], "errors": ["spool: busy"]}))

    assert reply == {"removed": 2, "errors": 1}
    assert "first: spool: busy" in world.one("SELECT why FROM audit_logs ORDER BY id DESC LIMIT 1")["why"]


def test_where_the_server_ends_machines_a_host_has_nothing_to_end(host, base, moved):
    assert data_of(host.get(f"{base}/instances-to-terminate")) == {"instances": []}


def test_where_hosts_end_machines_they_are_named_and_left_alone_by_the_server(world, host, base, shop, doomed):
    named = data_of(host.get(f"{base}/instances-to-terminate"))["instances"]

    assert named == [{"action_id": doomed["uuid"], "instance_id": shop.primary.ec2_instance_id, "epoch": 1}]
    assert doomed["id"] not in world.db.run(actions.due)
    world.jump(minutes=11)
    assert doomed["id"] in world.db.run(actions.due)


def test_a_reported_end_is_believed_only_when_aws_confirms_it(world, host, base, shop, doomed):
    body = {"action_id": doomed["uuid"], "instance_id": shop.primary.ec2_instance_id, "success": True}

    assert data_of(host.post(f"{base}/termination-report", body))["state"] == "done"

    assert world.instance(shop.primary.id).role == "ZOMBIE"
    assert error_of(host.post(f"{base}/termination-report", {**body, "action_id": str(uuid4())})) == (404, "NOT_FOUND")
    assert error_of(host.post(f"{base}/termination-report", {**body, "instance_id": "i-" + "0" * 17})) == (404, "NOT_FOUND")


def test_an_end_that_failed_on_the_host_is_ordered_again(world, host, base, shop, doomed):
    host.post(f"{base}/termination-report", {
        "action_id": doomed["uuid"], "instance_id": shop.primary.ec2_instance_id, "success": False, "error": "UnauthorizedOperation",
    })  # fmt: skip

    reconcile()

    assert [row["state"] for row in world.all("SELECT state FROM actions WHERE kind = 'terminate' ORDER BY id")] == ["failed", "pending"]


def fails(world, host, base, shop) -> bool:
    """The host reports that it could not carry out the order that stands; whether one did."""
    order = world.one("SELECT uuid FROM actions WHERE kind = 'terminate' AND state = 'pending'")
    if order:
        body = {"action_id": order["uuid"], "instance_id": shop.primary.ec2_instance_id, "success": False, "error": "UnauthorizedOperation"}
        assert host.post(f"{base}/termination-report", body).status_code == 200
    return order is not None


def test_a_host_that_fails_again_and_again_is_ordered_ever_more_rarely_and_people_are_told(world, host, base, shop, doomed):
    orders = []
    for seconds in (0, 0, 0, 16, 31, 61, 121):
        world.jump(seconds=seconds)
        reconcile()
        orders.append(fails(world, host, base, shop))
    evaluate(), evaluate()

    assert orders == [True, True, False, True, True, True, True]
    [alarm] = world.all("SELECT severity, text FROM notifications WHERE dedupe_key LIKE 'alert:%%'")
    assert alarm["severity"] == "critical" and shop.primary.ec2_instance_id in alarm["text"]


def test_what_hosts_cannot_end_is_ended_by_the_server_ten_minutes_after_it_was_marked(world, host, base, shop, doomed):
    fails(world, host, base, shop)
    world.jump(minutes=11)
    reconcile()

    order = world.one("SELECT id FROM actions WHERE kind = 'terminate' AND state = 'pending'")
    assert order["id"] in world.db.run(actions.due)


def test_a_replicas_launch_is_described_best_place_first(world, host, base, shop):
    quiet = data_of(host.get(f"{base}/replica-config"))
    assert quiet["candidates"] and quiet["client_token"] is None and quiet["deadline"] is None
    assert all(one["why"] for one in quiet["candidates"])

    world.interruption(shop)

    live = data_of(host.get(f"{base}/replica-config"))
    assert len(live["client_token"]) == 64 and live["deadline"]
    assert live["candidates"][0]["pool"] != shop.primary.pool_id


SPEC = {"image_id": "ami-1", "security_group_ids": ["sg-1", "sg-2"], "iam_instance_profile": "arn:aws:iam::1:instance-profile/web", "key_name": "ops"}


def test_what_it_tells_of_a_launch_is_what_the_next_order_is_made_of(world, host, base, shop, settings):
    world.execute("UPDATE instances SET launch_spec = %(spec)s", spec=json.dumps(SPEC))
    told = data_of(host.get(f"{base}/replica-config"))

    world.interruption(shop)

    ordered = json.loads(world.one("SELECT params FROM actions WHERE kind = 'launch'")["params"])
    assert {**told["launch_template"], "security_group_ids": told["security_group_ids"]} == {name: ordered[name] for name in SPEC} == SPEC
    assert told["subnet_ids"] == [] and "subnet_id" not in ordered, "none is named: EC2 takes the zone's default"
    claim = SimpleNamespace(agent_uuid=shop.uuid, intent=SimpleNamespace(uuid="u", attempt=1))
    assert told["tags"] == {"ManagedBy": "SpotOptimizer", "spotopt:agent": shop.uuid}
    assert told["tags"].items() <= tags_of(claim, settings).items()


def test_before_ec2_was_asked_it_knows_of_no_template_and_makes_none_up(world, host, base, shop):
    world.execute("UPDATE instances SET launch_spec = NULL")

    told = data_of(host.get(f"{base}/replica-config"))

    assert set(told["launch_template"].values()) == {None}
    assert (told["subnet_ids"], told["security_group_ids"]) == ([], [])


def test_the_token_it_names_is_the_one_the_next_order_bears(world, host, base, shop):
    world.interruption(shop)
    world.execute("UPDATE replica_instances SET status = 'failed', ended_at = UTC_TIMESTAMP(6)")
    named = data_of(host.get(f"{base}/replica-config"))["client_token"]

    reconcile()

    assert world.one("SELECT client_token FROM actions ORDER BY id DESC LIMIT 1")["client_token"] == named


def test_figures_nobody_has_are_null_and_measured_ones_are_counted(world, me, base, shop, moved):
    empty = world.workload("calm", shop.client)
    assert data_of(me.get(f"/api/agents/{empty.uuid}/statistics")) == {
        "decisions": 0, "switches": 0, "switches_by_hand": 0, "false_alarms": 0, "success_rate": None,
        "downtime_p95_seconds": None, "downtime_total_seconds": None, "savings_usd": None,
    }  # fmt: skip
    world.serves(shop, shop.primary.id, serving=False)
    world.serves(shop, moved[1].id)

    told = data_of(me.get(f"{base}/statistics"))

    assert (told["decisions"], told["switches"], told["success_rate"]) == (1, 1, 1.0)
    assert told["downtime_p95_seconds"] is not None


def test_a_machines_log_tells_its_life_in_sentences(world, me, api, shop, moved):
    path = f"/api/client/instances/{shop.primary.uuid}/logs"

    told = data_of(me.get(path))

    assert told["role"] == "ZOMBIE"
    assert [row["sentence"].split(":")[0] for row in told["log"] if row["kind"] == "role"] == ["PRIMARY → ZOMBIE", "NONE → PRIMARY"]
    assert any(row["kind"] == "notice" for row in told["log"])
    assert len(data_of(me.get(f"{path}?limit=1"))["log"]) == 1
    assert error_of(api.by(world.client("stranger").token).get(path)) == (404, "NOT_FOUND")
    assert error_of(me.get(f"{path}?limit=0")) == (422, "VALIDATION_ERROR")
