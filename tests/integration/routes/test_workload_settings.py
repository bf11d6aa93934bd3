"""How people set a workload: its mode, its settings, its name, and taking it out of care."""

import pytest

from core.agents import enrolment
from core.emergencies.reconciler import reconcile
from tests.integration.conftest import data_of, error_of
from tests.world import ACCOUNT, World, registration


@pytest.fixture
def shop(world: World):
    world.prices()
    made = world.workload()
    world.beat(made, made.primary.id, serving=True)
    return made


@pytest.fixture
def me(api, shop):
    return api.by(shop.client.token)


@pytest.fixture
def base(shop) -> str:
    return f"/api/client/agents/{shop.uuid}"


def fleet(me, shop) -> list[dict]:
    return data_of(me.get(f"/api/client/{shop.client.uuid}/agents"))["agents"]


def test_the_mode_is_one_of_three_and_its_change_is_told(world, me, base, shop):
    assert fleet(me, shop)[0]["config"]["mode"] == "auto_switch"

    config = data_of(me.post(f"{base}/config", {"auto_switch_enabled": False, "manual_replica_enabled": True}))

    assert (config["auto_switch_enabled"], config["manual_replica_enabled"], config["config_version"]) == (False, True, 2)
    assert fleet(me, shop)[0]["config"]["mode"] == "manual_replica"
    assert world.one("SELECT why FROM audit_logs ORDER BY id DESC LIMIT 1")["why"] == (
        "Settings changed: auto-switch on → off, manual replica off → on"
    )


def test_auto_switch_and_manual_replica_are_never_both_on(world, me, base):
    assert error_of(me.post(f"{base}/config", {"manual_replica_enabled": True})) == (409, "MODE_CONFLICT")
    both = {"auto_switch_enabled": True, "manual_replica_enabled": True}
    assert error_of(me.post(f"{base}/config", both)) == (409, "MODE_CONFLICT")
    assert world.one("SELECT config_version FROM agent_configs")["config_version"] == 1


def test_a_change_to_settings_that_moved_meanwhile_is_refused(me, base):
    assert data_of(me.post(f"{base}/config", {"terminate_wait_seconds": 60, "config_version": 1}))["terminate_wait_seconds"] == 60

    assert error_of(me.post(f"{base}/config", {"terminate_wait_seconds": 90, "config_version": 1})) == (409, "STALE")


@pytest.mark.parametrize("body", [
    {"terminate_wait_seconds": -1}, {"rebalance_mode": "panic"}, {"heartbeat_seconds": 3600}, {"notice_poll_seconds": 60},
    {"colour": "red"}, {"enabled": "perhaps"},
])  # fmt: skip
def test_a_setting_that_cannot_be_is_refused(me, base, body):
    assert error_of(me.post(f"{base}/config", body)) == (422, "VALIDATION_ERROR")


def test_leaving_the_manual_mode_ends_what_was_launched_by_hand(world, me, base, shop):
    me.post(f"{base}/config", {"auto_switch_enabled": False, "manual_replica_enabled": True})
    replica = world.replica(shop)
    world.execute("UPDATE replica_instances SET mode = 'manual'")

    me.post(f"{base}/config", {"auto_switch_enabled": True, "manual_replica_enabled": False})

    assert world.instance(replica.instance_id).terminate_requested_at is not None


def test_what_is_only_observed_is_seen_and_nothing_is_planned(world, me, base, shop):
    assert data_of(me.post(f"{base}/toggle-enabled", {"enabled": False}))["enabled"] is False

    answer = world.interruption(shop)

    assert answer["action"] == "WAIT" and "only observed" in answer["reason"]
    assert world.one("SELECT COUNT(*) AS n FROM actions")["n"] == 0
    assert fleet(me, shop)[0]["state"] == "observed"


def test_caring_for_it_again_answers_what_is_still_open(world, me, base, shop):
    me.post(f"{base}/toggle-enabled", {"enabled": False})
    world.interruption(shop)

    me.post(f"{base}/toggle-enabled", {"enabled": True})
    reconcile()

    assert world.one("SELECT kind FROM actions")["kind"] == "launch"


def test_a_workload_gets_another_name_and_labels(me, base, shop):
    told = data_of(me.post(f"{base}/settings", {"display_name": "Shop", "labels": {"team": "blue"}}))

    assert told == {"display_name": "Shop", "labels": {"team": "blue"}, "cost_tags": {}}
    assert (fleet(me, shop)[0]["logical_name"], fleet(me, shop)[0]["labels"]) == ("Shop", {"team": "blue"})
    assert data_of(me.post(f"{base}/settings", {"cost_tags": {"cc": "42"}}))["labels"] == {"team": "blue"}
    assert error_of(me.post(f"{base}/settings", {"labels": {"x" * 65: "y"}})) == (422, "VALIDATION_ERROR")


def test_a_deleted_workload_is_out_of_sight_and_its_host_is_told(world, me, api, base, shop):
    world.rebalance(shop)

    assert "runs on as plain inventory" in data_of(me.delete(base))["sentence"]

    assert fleet(me, shop) == []
    assert error_of(me.delete(base)) == (404, "NOT_FOUND")
    assert world.one("SELECT outcome FROM incidents")["outcome"] == "released"
    orders = data_of(api.by(shop.token).get(f"/api/agents/{shop.uuid}/pending-commands"))
    assert ([c["kind"] for c in orders["commands"]], orders["serve"]) == (["cleanup"], True)


def test_its_instance_runs_on_as_plain_inventory_once_the_host_had_its_time(world, me, api, base, shop):
    replica = world.replica(shop)
    me.delete(base)
    world.interruption(shop)
    reconcile()
    assert world.instance(shop.primary.id).role == "PRIMARY"

    world.jump(seconds=61)
    assert reconcile()["agents_leaving"] == 1

    let_go = world.instance(shop.primary.id)
    assert (let_go.role, let_go.agent_id, let_go.terminate_requested_at) == (None, None, None)
    assert world.instance(replica.instance_id).terminate_requested_at is not None
    ended = [row["ec2_instance_id"] for row in world.all(
        "SELECT i.ec2_instance_id FROM actions a JOIN instances i ON i.id = a.instance_id WHERE a.kind = 'terminate'")]
    assert ended == [world.instance(replica.instance_id).ec2_instance_id]
    assert error_of(api.by(shop.token).get(f"/api/agents/{shop.uuid}/config")) == (401, "UNAUTHENTICATED")
    assert reconcile()["agents_leaving"] == 0
    assert world.one("SELECT COUNT(*) AS n FROM incidents WHERE open_slot = 1")["n"] == 0


def test_a_host_that_cleaned_up_need_not_wait(world, me, api, base, shop):
    command = data_of(me.delete(base))["command_id"]
    host = api.by(shop.token)
    host.post(f"/api/agents/{shop.uuid}/cleanup-report", {"removed": ["/etc/spot-optimizer"], "errors": []})
    host.post(f"/api/agents/{shop.uuid}/commands/{command}/executed", {"success": True})

    assert reconcile()["agents_leaving"] == 1


def test_what_was_let_go_may_enrol_anew_as_another_agent(world, me, base, shop, settings):
    me.delete(base)
    world.jump(seconds=61)
    reconcile()
    token, _ = world.db.run(lambda tx: enrolment.issue_enrolment_token(tx, shop.client.id, shop.account_id, "admin"))
    body = registration("s" * 43, "again", shop.primary.ec2_instance_id, "m5.large", "use1-az6", "spot")

    again = world.db.run(lambda tx: enrolment.register_new_agent(tx, token, body, settings))

    assert again.agent.uuid != shop.uuid
    assert (again.instance.id, again.instance.role) == (shop.primary.id, "PRIMARY")


def test_a_machine_that_was_promoted_once_can_be_let_go_as_well(world, me, base, shop):
    world.replica(shop)
    world.interruption(shop)
    promoted = world.one("SELECT primary_instance_id AS id FROM agents")["id"]
    me.delete(base)
    world.jump(seconds=61)

    reconcile()

    assert promoted != shop.primary.id and world.instance(promoted).role is None


def test_every_workload_a_client_ever_had_is_remembered(world, me, base, shop):
    world.workload("other", shop.client, aws_account=ACCOUNT)
    me.delete(base)

    rows = data_of(me.get(f"/api/client/{shop.client.uuid}/agents/history"))["agents"]

    assert [(row["logical_name"], row["deleted_at"] is None) for row in rows] == [("other", True), ("web-shop", False)]
    assert rows[1]["life_seconds"] >= 0
