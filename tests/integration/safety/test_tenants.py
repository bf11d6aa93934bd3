"""A client organisation's token is renewed, and one day the organisation ends; and an incident is acknowledged."""

from uuid import uuid4

import pytest

from core.emergencies.reconciler import reconcile
from core.execution.actions import _claim
from tests.integration.conftest import data_of, error_of


@pytest.fixture
def client(world):
    return world.client()


def test_a_new_token_is_shown_once_and_the_old_one_lives_ten_minutes_more(admin, api, world, client):
    renewed = admin.post(f"/api/admin/clients/{client.uuid}/regenerate-token", request_id="renew-it-once")
    token = data_of(renewed)["token"]
    assert [api.by(each).get("/api/client/validate").status_code for each in (client.token, token)] == [200, 200]

    world.jump(minutes=10, seconds=1)

    assert [api.by(each).get("/api/client/validate").status_code for each in (client.token, token)] == [401, 200]
    assert error_of(admin.post(f"/api/admin/clients/{client.uuid}/regenerate-token", request_id="renew-it-once")) == (409, "ALREADY_ISSUED")


def test_renewing_twice_does_not_lengthen_the_oldest_tokens_life(admin, api, world, client):
    admin.post(f"/api/admin/clients/{client.uuid}/regenerate-token")
    world.jump(minutes=9)
    admin.post(f"/api/admin/clients/{client.uuid}/regenerate-token")
    world.jump(minutes=2)

    assert error_of(api.by(client.token).get("/api/client/validate")) == (401, "UNAUTHENTICATED")


def test_what_is_shown_of_a_token_is_never_the_token(admin, api, client):
    before = data_of(admin.get(f"/api/admin/clients/{client.uuid}/token"))
    api.by(client.token).get("/api/client/validate")

    reply = admin.get(f"/api/admin/clients/{client.uuid}/token")

    assert set(data_of(reply)) == {"prefix", "created_at", "last_used_at", "scopes"}
    assert (before["last_used_at"], data_of(reply)["scopes"]) == (None, ["all"])
    assert data_of(reply)["last_used_at"] and data_of(reply)["prefix"] == client.token[4:10]
    assert client.token not in reply.get_data(as_text=True)


def test_the_use_of_a_token_is_written_down_once_a_minute(api, world, client):
    for _ in range(3):
        api.by(client.token).get("/api/client/validate")
    first = world.one("SELECT last_used_at FROM api_tokens")["last_used_at"]
    world.jump(seconds=61)

    api.by(client.token).get("/api/client/validate")

    assert (world.one("SELECT last_used_at FROM api_tokens")["last_used_at"] - first).total_seconds() > 60


def test_nobody_speaks_for_a_deleted_client(admin, api, world, client, http):
    api.post("/api/auth/token", {"token": client.token})
    shop = world.workload(client=client)
    page = {"headers": {"X-Requested-With": "dashboard"}}
    assert http.get("/api/client/validate", **page).status_code == 200

    assert data_of(admin.delete(f"/api/admin/clients/{client.uuid}"))["machines_left"] == [shop.primary.ec2_instance_id]

    for who, path in ((client.token, "/api/client/validate"), (shop.token, f"/api/agents/{shop.uuid}/config")):
        assert error_of(api.by(who).get(path)) == (401, "UNAUTHENTICATED")
    assert http.get("/api/client/validate", **page).status_code == 401
    assert error_of(admin.delete(f"/api/admin/clients/{client.uuid}")) == (404, "NOT_FOUND")


def test_nothing_more_is_done_for_a_deleted_client_and_no_machine_is_ended(admin, world, client):
    world.prices()
    shop, other = world.workload(client=client), world.workload("other", aws_account="210987654321")
    replica = world.replica(shop)
    world.looked_at()
    world.interruption(shop)
    admin.delete(f"/api/admin/clients/{client.uuid}")
    world.jump(hours=7)
    world.interruption(other)

    counts = reconcile()

    orders = world.all("SELECT client_id, kind, state FROM actions WHERE state IN ('pending', 'done')")
    assert {row["client_id"] for row in orders} == {other.client.id}
    assert world.instance(replica.instance_id).terminate_requested_at is None
    assert counts["zombies_due"] == 0
    assert world.db.run(lambda tx: _claim(tx, 0.0)).intent.client_id == other.client.id


def test_an_address_may_come_back_as_a_new_client_only_by_a_new_name(admin, world, client):
    """The row stays, with its history; its e-mail address stays taken."""
    admin.delete(f"/api/admin/clients/{client.uuid}")
    email = world.one("SELECT email FROM clients")["email"]

    assert error_of(admin.post("/api/admin/clients/create", {"name": "Again", "email": email})) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("act", ["get:token", "post:regenerate-token", "delete:"])
def test_a_client_nobody_knows_is_not_found(admin, act):
    method, _, tail = act.partition(":")

    assert error_of(getattr(admin, method)(f"/api/admin/clients/{uuid4()}/{tail}".rstrip("/"))) == (404, "NOT_FOUND")


def failed_over(world):
    """A workload that an interruption has just moved, with its old incident."""
    world.prices()
    shop = world.workload()
    world.replica(shop)
    return shop, world.interruption(shop)["incident_id"]


def risk(world, shop) -> str:
    """A rebalance recommendation for the machine that is PRIMARY now; what is decided."""
    return world.rebalance(shop, world.instance(world.agent(shop).primary_instance_id).ec2_instance_id)["action"]


def test_after_a_failover_mere_risk_moves_nothing_until_somebody_acknowledges(world, api):
    shop, incident = failed_over(world)
    me = api.by(shop.client.token)

    assert data_of(me.post(f"/api/incidents/{incident}/acknowledge")) == {"incident_id": incident, "repeat_block_lifted": True}

    assert risk(world, shop) == "PREPARE_REPLICA"


def test_without_acknowledgement_the_block_stands(world):
    shop, _ = failed_over(world)

    assert risk(world, shop) == "WAIT"


def test_the_first_acknowledgement_stands_and_is_told_once(world, api):
    shop, incident = failed_over(world)
    for _ in range(2):
        api.by(shop.client.token).post(f"/api/incidents/{incident}/acknowledge")

    told = world.all("SELECT why FROM audit_logs WHERE action = 'acknowledge' AND resource_id = %(id)s", id=shop.id)
    assert len(told) == 1 and "allowed again" in told[0]["why"]


def test_anothers_incident_is_not_found(world, api):
    _, incident = failed_over(world)

    assert error_of(api.by(world.client("Other").token).post(f"/api/incidents/{incident}/acknowledge")) == (404, "NOT_FOUND")
