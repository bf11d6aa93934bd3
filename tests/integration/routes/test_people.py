"""What the dashboard and operators call: each endpoint once well, and once badly."""

import json
from dataclasses import replace

import pytest

from config.settings import use
from tests.integration.conftest import data_of, error_of
from tests.integration.shop import Shop
from tests.world import World


@pytest.fixture
def workload(world: World):
    world.prices()
    return world.workload()


@pytest.fixture
def me(api, workload):
    return api.by(workload.client.token)


def test_the_administrator_creates_a_client_that_can_sign_in_at_once(api, admin):
    made = admin.post("/api/admin/clients/create", {"name": "Acme", "email": "a@example.com"})

    assert made.status_code == 201
    assert data_of(api.by(data_of(made)["token"]).get("/api/client/validate"))["name"] == "Acme"


def test_an_address_that_has_a_client_already_is_named(admin):
    body = {"name": "Acme", "email": "a@example.com"}
    admin.post("/api/admin/clients/create", body)

    again = admin.post("/api/admin/clients/create", {**body, "name": "Other"})

    assert again.get_json()["error"]["details"]["fields"] == {"email": ["this address has a client already"]}


def test_a_client_sees_itself_and_what_hangs_over_everything(me, workload):
    seen = data_of(me.get("/api/client/validate"))

    assert (seen["client_id"], seen["simulated"], seen["safe_mode"]["on"]) == (workload.client.uuid, True, False)
    assert data_of(me.get(f"/api/client/{workload.client.uuid}"))["totals"] == {
        "agents": 1, "instances": 1, "open_incidents": 0, "failovers": 0,
    }  # fmt: skip


def test_the_fleet_shows_the_worst_first_with_a_sentence_each(world, me, workload):
    calm = world.workload("calm", workload.client)
    for shop in (workload, calm):
        world.beat(shop, shop.primary.id, serving=True)
    world.interruption(workload)

    fleet = data_of(me.get(f"/api/client/{workload.client.uuid}/agents"))["agents"]

    assert [(row["logical_name"], row["state"]) for row in fleet] == [("web-shop", "at_risk"), ("calm", "serving")]
    assert fleet[0]["replica"]["status"] == "launching"
    assert "67 % below on-demand" in fleet[1]["sentence"]


def test_incidents_are_paged_newest_first_and_filtered_by_being_open(world, me, workload):
    for n in range(3):
        shop = world.workload(f"shop-{n}", workload.client)
        world.rebalance(shop)
    world.execute("UPDATE incidents SET open_slot = NULL, closed_at = UTC_TIMESTAMP(6), outcome = 'expired' ORDER BY id LIMIT 1")
    base = f"/api/client/{workload.client.uuid}/incidents"

    first = data_of(me.get(f"{base}?limit=2"))
    second = data_of(me.get(f"{base}?limit=2&cursor={first['next_cursor']}"))

    assert [row["agent_name"] for row in first["incidents"] + second["incidents"]] == ["shop-2", "shop-1", "shop-0"]
    assert second["next_cursor"] is None
    assert [row["agent_name"] for row in data_of(me.get(f"{base}?open=false"))["incidents"]] == ["shop-0"]
    assert len(data_of(me.get(f"{base}?open=true"))["incidents"]) == 2


def test_instances_are_filtered_by_role(world, me, workload):
    world.replica(workload)
    base = f"/api/client/{workload.client.uuid}/instances"

    assert [row["role"] for row in data_of(me.get(f"{base}?role=REPLICA"))["instances"]] == ["REPLICA"]
    assert len(data_of(me.get(base))["instances"]) == 2
    assert error_of(me.get(f"{base}?role=KING")) == (422, "VALIDATION_ERROR")


def test_instances_are_filtered_by_status_and_by_whether_they_are_ours(world, me, workload):
    world.replica(workload)
    world.execute("UPDATE instances SET status = 'syncing', auth_status = 'unauthorized' WHERE role = 'REPLICA'")
    base = f"/api/client/{workload.client.uuid}/instances"

    found = {query: [row["role"] for row in data_of(me.get(f"{base}?{query}"))["instances"]] for query in (
        "status=syncing", "status=running_primary", "status=stopped", "auth_status=unauthorized", "auth_status=authorized", "status=syncing&role=PRIMARY",
    )}  # fmt: skip

    assert found == {
        "status=syncing": ["REPLICA"], "status=running_primary": ["PRIMARY"], "status=stopped": [], "auth_status=unauthorized": ["REPLICA"],
        "auth_status=authorized": ["PRIMARY"], "status=syncing&role=PRIMARY": [],
    }  # fmt: skip
    assert error_of(me.get(f"{base}?auth_status=perhaps")) == (422, "VALIDATION_ERROR")
    assert error_of(me.get(f"{base}?status=a'b")) == (422, "VALIDATION_ERROR")


def test_replicas_are_listed_for_the_client_and_for_the_agent(world, me, workload):
    replica = world.replica(workload)

    for path in (f"/api/client/{workload.client.uuid}/replicas", f"/api/agents/{workload.uuid}/replicas"):
        assert [row["replica_id"] for row in data_of(me.get(path))["replicas"]] == [replica.uuid]


def test_downtime_nobody_measured_is_null(me, workload):
    base = f"/api/client/{workload.client.uuid}/analytics/downtime"
    figures = data_of(me.get(base))

    assert (figures["p95"], figures["avg"], figures["count"], figures["success_rate"], figures["trend"]) == (
        None,
        None,
        0,
        None,
        None,
    )
    assert error_of(me.get(f"{base}?days=0")) == (422, "VALIDATION_ERROR")


def test_an_emergency_is_told_step_by_step(world, me, workload):
    uuid = world.rebalance(workload)["incident_id"]

    told = data_of(me.get(f"/api/agents/{workload.uuid}/emergency-status?incident_id={uuid}"))

    assert told["incident"]["incident_id"] == uuid
    assert [step["key"] for step in told["incident"]["steps"] if step["at"]] == ["received", "ordered"]
    assert told["incident"]["told"] and told["timeline"]


def test_an_emergency_says_how_long_is_left_what_its_replica_took_to_boot_and_which_pool_boots_soonest(world, me, workload):
    """E-35: nothing is left of a rebalance recommendation, for it has no deadline; what nobody measured is null."""
    path = f"/api/agents/{workload.uuid}/emergency-status"
    world.rebalance(workload)
    calm = data_of(me.get(path))
    assert (calm["notice_deadline"], calm["seconds_left"], calm["fastest_boot_pool_id"]) == (None, None, None)
    assert calm["emergency_replica"]["boot_time_seconds"] is None

    boot_thrice(world, workload)
    ready = data_of(me.get(path))["emergency_replica"]
    world.interruption(world.workload("other", workload.client))
    world.execute("UPDATE replica_instances SET status = 'launching'")
    world.interruption(workload, lead_seconds=100)
    told = data_of(me.get(path))

    assert (ready["boot_time_seconds"], ready["pool_id"], ready["status"]) == (3.0, "use1-az1:m5.large:linux", "ready")
    assert told["fastest_boot_pool_id"] == "use1-az1:m5.large:linux"
    assert 60 < told["seconds_left"] <= 100
    world.jump(minutes=5)
    assert data_of(me.get(path))["seconds_left"] == 0.0


def boot_thrice(world, workload) -> None:
    """Three replicas in one pool became ready after three seconds each."""
    for _ in range(3):
        world.replica(workload)


@pytest.mark.parametrize(("incident", "answer"), [
    ("5f0c9d2e-0000-4000-8000-000000000000", (404, "NOT_FOUND")), ("nonsense", (422, "VALIDATION_ERROR")),
])  # fmt: skip
def test_an_emergency_that_is_none_of_this_agents_is_not_told(me, workload, incident, answer):
    assert error_of(me.get(f"/api/agents/{workload.uuid}/emergency-status?incident_id={incident}")) == answer


def test_another_agents_emergency_is_not_told_here(world, me, workload):
    other = world.workload("other", workload.client)
    uuid = world.rebalance(other)["incident_id"]

    assert error_of(me.get(f"/api/agents/{workload.uuid}/emergency-status?incident_id={uuid}")) == (404, "NOT_FOUND")


def test_an_enrolment_token_is_shown_once_and_lives_an_hour(world, me, workload):
    order = {"aws_account_id": "123456789012"}
    made = me.post("/api/agents/enrolment-tokens", order, "request-0001")

    assert (made.status_code, data_of(made)["token"][:4]) == (201, "soe_")
    assert error_of(me.post("/api/agents/enrolment-tokens", order, "request-0001")) == (409, "ALREADY_ISSUED")
    assert error_of(me.post("/api/agents/enrolment-tokens", {})) == (422, "VALIDATION_ERROR")
    assert error_of(me.post("/api/agents/enrolment-tokens", {"aws_account_id": "12"})) == (422, "VALIDATION_ERROR")
    row = world.one(
        "SELECT TIMESTAMPDIFF(MINUTE, created_at, expires_at) AS minutes FROM enrolment_tokens ORDER BY id DESC LIMIT 1"
    )
    assert row["minutes"] == 60


def test_no_enrolment_token_is_made_for_anothers_aws_account(world, api, workload):
    other = api.by(world.workload("other", aws_account="210987654321").client.token)

    assert error_of(other.post("/api/agents/enrolment-tokens", {"aws_account_id": "123456789012"})) == (404, "NOT_FOUND")


@pytest.fixture
def on_simulated(shop: Shop, settings, api):
    """The client of a workload whose PRIMARY runs in the simulated AWS."""
    use(replace(settings, simulator_url=shop.simulator._simulator.url))
    yield shop, api.by(shop.workload.client.token)
    use(settings)


@pytest.mark.parametrize("kind", ["interruption", "rebalance"])
def test_the_simulated_aws_can_be_told_to_send_a(on_simulated, kind):
    shop, me = on_simulated

    reply = me.post(f"/api/client/instances/{shop.workload.primary.uuid}/simulate-interruption", {"kind": kind})

    assert (reply.status_code, bool(data_of(reply)["deadline"])) == (202, kind == "interruption")
    machine = shop.simulator.instance(shop.workload.primary.ec2_instance_id)
    assert bool(machine["notice"]) == (kind == "interruption")


def test_an_unknown_kind_of_interruption_is_refused(on_simulated):
    shop, me = on_simulated

    reply = me.post(f"/api/client/instances/{shop.workload.primary.uuid}/simulate-interruption", {"kind": "earthquake"})

    assert error_of(reply) == (422, "VALIDATION_ERROR")


def test_real_aws_cannot_be_told_to_interrupt_anything(me, workload, settings):
    use(replace(settings, aws_mode="real"))
    reply = me.post(f"/api/client/instances/{workload.primary.uuid}/simulate-interruption", {})
    use(settings)

    assert error_of(reply) == (403, "FORBIDDEN")


def test_the_live_stream_hears_of_ones_own_events_alone(world, api, workload):
    stranger = world.workload("stranger", aws_account="210987654321")
    stream = api.by(workload.client.token).get("/api/events/stream")
    lines = iter(stream.response)
    assert next(lines) == b"retry: 1000\n\n"
    world.one("SELECT SLEEP(0.5)")

    world.rebalance(stranger)
    world.rebalance(workload)
    heard = next(lines).decode()
    stream.close()

    payload = json.loads(heard.split("data: ")[1])["payload"]
    assert payload["agent_id"] == workload.uuid
