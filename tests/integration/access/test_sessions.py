"""Signing in to the dashboard, and out again: a session is a row, its cookie only names it."""

from dataclasses import replace

import jwt
import pytest

from config.settings import use
from core.auth import COOKIE
from tests.integration.conftest import ADMIN, data_of, error_of

OURS = {"X-Requested-With": "dashboard"}


@pytest.fixture
def signed_in(world, api):
    """A browser in which a client is signed in."""
    client = world.client()
    reply = api.post("/api/auth/token", {"token": client.token})
    assert reply.status_code == 200
    return api


def test_a_client_exchanges_its_token_for_a_cookie_no_script_can_read(world, api):
    client = world.client()

    reply = api.post("/api/auth/token", {"token": client.token})

    assert data_of(reply)["client_id"] == client.uuid
    cookie = reply.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", f"{COOKIE}="))
    assert client.token not in cookie


def test_behind_tls_the_cookie_is_for_tls_alone(world, settings, api):
    client = world.client()
    use(replace(settings, public_url="https://spot.example.com"))
    reply = api.post("/api/auth/token", {"token": client.token})
    use(settings)

    assert "Secure" in reply.headers["Set-Cookie"]


def test_the_administrator_signs_in_with_his_token_and_may_what_it_may(api, world):
    client = world.client()
    assert data_of(api.post("/api/auth/token", {"token": ADMIN}))["kind"] == "admin"

    assert api.get(f"/api/client/{client.uuid}", headers=OURS).status_code == 200


def test_a_session_is_its_client_and_no_other(world, signed_in):
    other = world.client("Other")

    assert data_of(signed_in.get("/api/client/validate", headers=OURS))["name"] == "Acme"
    assert error_of(signed_in.get(f"/api/client/{other.uuid}", headers=OURS)) == (404, "NOT_FOUND")


def test_a_request_that_our_own_page_did_not_make_is_refused_in_spite_of_the_cookie(signed_in):
    assert error_of(signed_in.get("/api/client/validate")) == (401, "UNAUTHENTICATED")


def test_the_live_stream_needs_no_header_because_a_browser_cannot_set_one(signed_in):
    reply = signed_in.http.get("/api/events/stream")

    assert reply.status_code == 200
    assert next(iter(reply.response)) == b"retry: 1000\n\n"
    reply.close()


def test_after_signing_out_a_copy_of_the_cookie_is_worthless(signed_in):
    copy = signed_in.http.get_cookie(COOKIE).value
    assert signed_in.post("/api/auth/logout", headers=OURS).status_code == 200

    signed_in.http.set_cookie(COOKIE, copy)

    assert error_of(signed_in.get("/api/client/validate", headers=OURS)) == (401, "UNAUTHENTICATED")


def test_a_session_ends_by_the_databases_clock(world, signed_in, settings):
    world.jump(hours=settings.session_hours, seconds=1)

    assert error_of(signed_in.get("/api/client/validate", headers=OURS)) == (401, "UNAUTHENTICATED")


def test_a_suspended_clients_session_is_dead(world, signed_in):
    world.execute("UPDATE clients SET status = 'suspended'")

    assert error_of(signed_in.get("/api/client/validate", headers=OURS)) == (401, "UNAUTHENTICATED")


FORGED = {
    "no token at all": lambda claims, key: "hello",
    "another key": lambda claims, key: jwt.encode(claims, "k" * 40, "HS256"),
    "no signature": lambda claims, key: jwt.encode(claims, None, "none"),
    "another audience": lambda claims, key: jwt.encode({**claims, "aud": "agents"}, key, "HS256"),
    "another issuer": lambda claims, key: jwt.encode({**claims, "iss": "somebody"}, key, "HS256"),
    "no end": lambda claims, key: jwt.encode({name: claims[name] for name in ("jti", "iss", "aud")}, key, "HS256"),
    "no name": lambda claims, key: jwt.encode({name: claims[name] for name in ("exp", "iss", "aud")}, key, "HS256"),
    "an unknown name": lambda claims, key: jwt.encode({**claims, "jti": "unknown"}, key, "HS256"),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_cookie_is_refused(signed_in, settings, how):
    cookie = signed_in.http.get_cookie(COOKIE).value
    claims = jwt.decode(cookie, options={"verify_signature": False})
    assert signed_in.get("/api/client/validate", headers=OURS).status_code == 200

    signed_in.http.set_cookie(COOKIE, FORGED[how](claims, settings.jwt_secret))

    assert error_of(signed_in.get("/api/client/validate", headers=OURS)) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("token", ["soc_" + "x" * 43, "a" * 63 + "b", "soa_x_y_z"])
def test_a_wrong_token_signs_nobody_in_and_sets_no_cookie(api, token):
    reply = api.post("/api/auth/token", {"token": token})

    assert error_of(reply) == (401, "UNAUTHENTICATED")
    assert "Set-Cookie" not in reply.headers


def test_signing_out_without_being_signed_in_is_unauthenticated(api):
    assert error_of(api.post("/api/auth/logout")) == (401, "UNAUTHENTICATED")
