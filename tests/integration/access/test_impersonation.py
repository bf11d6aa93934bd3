"""The administrator acts for a client (G-32, SEC-14): with a reason, for half an hour, under both names, without secrets."""

import pytest

from core.auth import COOKIE
from tests.integration.conftest import ADMIN, data_of, error_of

REASON = "the owner asked on the phone"


@pytest.fixture
def seat(api, workload):
    """Sits in the workload's client's place."""
    told = data_of(api.by(ADMIN).post("/api/admin/impersonate", {"client_id": workload.client.uuid, "reason": REASON}))
    return api.by(told["temp_jwt"])


@pytest.fixture
def workload(world):
    world.prices()
    return world.workload()


def story(world, client) -> list[tuple[str, str]]:
    rows = world.all("SELECT actor_id, action FROM audit_logs WHERE client_id = %(id)s ORDER BY id", id=client.id)
    return [(row["actor_id"], row["action"]) for row in rows]


def test_he_sees_and_does_what_the_client_may_and_every_row_names_both(world, workload, seat):
    both = f"admin as client:{workload.client.id}"
    who = data_of(seat.get("/api/auth/me"))

    done = seat.post(f"/api/client/agents/{workload.uuid}/config", {"terminate_wait_seconds": 60})

    assert (who["kind"], who["client_id"], who["acting"]["by"], who["acting"]["reason"]) == ("client", workload.client.uuid, "admin", REASON)
    assert done.status_code == 200
    assert [actor for actor, action in story(world, workload.client) if action == "configure"] == [both]
    assert ("admin", "impersonate") in story(world, workload.client)


def test_another_clients_things_are_not_his_while_he_sits_there(world, seat):
    stranger = world.workload("stranger", aws_account="210987654321")

    assert error_of(seat.get(f"/api/client/{stranger.client.uuid}/agents")) == (404, "NOT_FOUND")
    assert error_of(seat.get(f"/api/agents/{stranger.uuid}/config")) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/agents/enrolment-tokens", {"aws_account_id": "123456789012"}),
        ("/api/events/keys", {"aws_account_id": "123456789012"}),
        ("/api/admin/impersonate", {"client_id": "5f0c9d2e-0000-4000-8000-000000000000", "reason": REASON}),
        ("/api/admin/clients/create", {"name": "Mine", "email": "mine@example.com"}),
    ],
)
def test_no_secret_is_given_to_him_and_no_seat_leads_to_another(seat, path, body):
    assert error_of(seat.post(path, body)) == (403, "FORBIDDEN")


def test_after_half_an_hour_the_token_is_nobodys(world, seat):
    world.execute("UPDATE sessions SET expires_at = UTC_TIMESTAMP(6) WHERE acting IS NOT NULL")

    assert error_of(seat.get("/api/auth/me")) == (401, "UNAUTHENTICATED")


def test_getting_up_ends_the_token_and_leaves_his_own_session_alone(world, api, workload, seat):
    api.post("/api/auth/token", {"token": ADMIN})
    cookie = api.http.get_cookie(COOKIE).value

    reply = seat.post("/api/auth/logout")

    assert "Set-Cookie" not in reply.headers and api.http.get_cookie(COOKIE).value == cookie
    assert error_of(seat.get("/api/auth/me")) == (401, "UNAUTHENTICATED")
    assert story(world, workload.client)[-1] == (f"admin as client:{workload.client.id}", "impersonate_end")


def test_a_session_of_the_dashboard_is_no_seat_and_a_seat_is_no_session(world, api, workload, seat):
    api.post("/api/auth/token", {"token": workload.client.token})
    cookie = api.http.get_cookie(COOKIE).value
    assert error_of(api.by(cookie).get("/api/auth/me")) == (401, "UNAUTHENTICATED")

    api.http.set_cookie(COOKIE, seat.token)
    assert error_of(api.get("/api/auth/me", headers={"X-Requested-With": "dashboard"})) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("status", ["suspended", "deleted"])
def test_nobody_acts_for_a_client_that_is_not_active(world, api, workload, status):
    world.execute("UPDATE clients SET status = %(status)s WHERE id = %(id)s", status=status, id=workload.client.id)

    reply = api.by(ADMIN).post("/api/admin/impersonate", {"client_id": workload.client.uuid, "reason": REASON})

    assert reply.status_code in (404, 409)


def test_without_a_seat_the_header_lets_him_look_and_nothing_more(api, workload):
    here = {"X-Client-ID": workload.client.uuid}
    path = f"/api/client/agents/{workload.uuid}/config"

    looked = api.by(ADMIN).get("/api/ledger", headers=dict(here))
    done = api.by(ADMIN).post(path, {"terminate_wait_seconds": 60}, headers=dict(here))

    assert looked.status_code == 200
    assert error_of(done) == (403, "FORBIDDEN")
    assert "impersonate" in done.get_json()["error"]["message"]
