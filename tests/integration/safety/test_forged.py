"""Thirty ways to come in with what was forged, edited, or has ended: none is let in (F28)."""

import base64
import json
from uuid import uuid4

import jwt
import pytest

from core.auth import COOKIE
from core.people.sessions import KEY_ID
from tests.integration.conftest import error_of

OURS = {"X-Requested-With": "dashboard"}
ADDRESS = "/api/client/validate"


def signed(claims: dict, key: str, *, algorithm: str = "HS256", kid: str | None = KEY_ID) -> str:
    return jwt.encode(claims, key, algorithm, headers={"kid": kid} if kid else {})


def without_signature(claims: dict, name: str) -> str:
    """As libraries of old took it: the algorithm is said to be ``name``, and nothing is signed."""
    parts = ({"alg": name, "typ": "JWT", "kid": KEY_ID}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def edited(cookie: str, **change: object) -> str:
    """Other claims under the old signature."""
    head, body, signature = cookie.split(".")
    claims = {**json.loads(base64.urlsafe_b64decode(body + "==")), **change}
    return ".".join((head, base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), signature))


COOKIES = {
    "alg none": lambda cookie, claims, key: without_signature(claims, "none"),
    "alg None": lambda cookie, claims, key: without_signature(claims, "None"),
    "alg nOnE": lambda cookie, claims, key: without_signature(claims, "nOnE"),
    "alg HS256 and no signature": lambda cookie, claims, key: without_signature(claims, "HS256"),
    "HS512 by the right key": lambda cookie, claims, key: signed(claims, key, algorithm="HS512"),
    "HS384 by the right key": lambda cookie, claims, key: signed(claims, key, algorithm="HS384"),
    "another key": lambda cookie, claims, key: signed(claims, "k" * 40),
    "an empty key's neighbour": lambda cookie, claims, key: signed(claims, key[:-1] + "k"),
    "another kid": lambda cookie, claims, key: signed(claims, key, kid="2"),
    "a kid that is a path": lambda cookie, claims, key: signed(claims, key, kid="../../dev/null"),
    "no kid": lambda cookie, claims, key: signed(claims, key, kid=None),
    "another audience": lambda cookie, claims, key: signed({**claims, "aud": "agents"}, key),
    "another issuer": lambda cookie, claims, key: signed({**claims, "iss": "somebody"}, key),
    "no audience": lambda cookie, claims, key: signed({k: v for k, v in claims.items() if k != "aud"}, key),
    "no issuer": lambda cookie, claims, key: signed({k: v for k, v in claims.items() if k != "iss"}, key),
    "no end": lambda cookie, claims, key: signed({k: v for k, v in claims.items() if k != "exp"}, key),
    "no name": lambda cookie, claims, key: signed({k: v for k, v in claims.items() if k != "jti"}, key),
    "an unknown name": lambda cookie, claims, key: signed({**claims, "jti": str(uuid4())}, key),
    "an edited name": lambda cookie, claims, key: edited(cookie, jti=str(uuid4())),
    "an edited role": lambda cookie, claims, key: edited(cookie, role="admin", principal="admin"),
    "a longer life": lambda cookie, claims, key: edited(cookie, exp=claims["exp"] + 10**6),
    "a cut signature": lambda cookie, claims, key: cookie[:-4],
    "nothing": lambda cookie, claims, key: "",
}


@pytest.fixture
def signed_in(world, api):
    api.post("/api/auth/token", {"token": world.client().token})
    assert api.get(ADDRESS, headers=OURS).status_code == 200
    return api


@pytest.mark.parametrize("how", COOKIES)
def test_a_forged_session_is_refused(signed_in, settings, how):
    cookie = signed_in.http.get_cookie(COOKIE).value
    forged = COOKIES[how](cookie, jwt.decode(cookie, options={"verify_signature": False}), settings.jwt_secret)
    signed_in.http.set_cookie(COOKIE, forged)

    assert error_of(signed_in.get(ADDRESS, headers=OURS)) == (401, "UNAUTHENTICATED")


def after_rotation(world, api, shop) -> str:
    """The old token, once the new one was used."""
    fresh = "N" * 43
    body = {
        "instance_id": shop.primary.ec2_instance_id, "epoch_seen": 0, "config_version": 1, "agent_version": "0.1.0", "protocol": 1,
        "uptime_seconds": 1, "cpu_pct": 1, "memory_pct": 1, "imds": {"ok": True, "last_ok_age_ms": 1}, "serving": True, "spooled": 0,
        "dead_notices": 0, "agent_clock": "x", "new_secret": fresh,
    }  # fmt: skip
    assert api.by(shop.token).post(f"/api/agents/{shop.uuid}/heartbeat", body).status_code == 200
    assert api.by(f"soa_{shop.uuid}_{fresh}").get(f"/api/agents/{shop.uuid}/config").status_code == 200
    return shop.token


def _change(sql: str, world, api, shop) -> None:
    world.execute(sql)


ENDED = {
    "a rotated agent's old token": after_rotation,
    "a token whose secret is of another agent": lambda world, api, shop: f"soa_{world.workload('b', shop.client).uuid}_{shop.token.split('_', 2)[2]}",
    "a client's token as an agent's": lambda world, api, shop: shop.client.token.replace("soc_", f"soa_{shop.uuid}_"),
    "an agent's secret as a client's token": lambda world, api, shop: "soc_" + shop.token.split("_", 2)[2],
    "a deregistered agent's token": lambda world, api, shop: (_change("UPDATE agents SET status = 'deregistered'", world, api, shop), shop.token)[1],
    "a suspended client's token": lambda world, api, shop: (_change("UPDATE clients SET status = 'suspended'", world, api, shop), shop.client.token)[1],
    "a client's ended token": lambda world, api, shop: (_change("UPDATE api_tokens SET expires_at = UTC_TIMESTAMP(6)", world, api, shop), shop.client.token)[1],
}  # fmt: skip


@pytest.mark.parametrize("how", ENDED)
def test_what_has_ended_or_belongs_to_another_is_refused_from_the_next_request_on(world, api, how):
    shop = world.workload()
    token = ENDED[how](world, api, shop)

    assert error_of(api.by(token).get(f"/api/agents/{shop.uuid}/config")) == (401, "UNAUTHENTICATED")


def test_there_are_thirty_of_them():
    assert len(COOKIES) + len(ENDED) >= 30


def test_a_copy_of_a_session_is_dead_after_signing_out(signed_in):
    cookie = signed_in.http.get_cookie(COOKIE).value
    signed_in.post("/api/auth/logout", headers=OURS)
    signed_in.http.set_cookie(COOKIE, cookie)

    assert error_of(signed_in.get(ADDRESS, headers=OURS)) == (401, "UNAUTHENTICATED")
