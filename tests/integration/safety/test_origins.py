"""Which pages of other origins may call the API: those that are named, letter by letter, and nobody else (CFG-03, SEC-03)."""

from dataclasses import replace

import pytest

from backend import create_app
from config.settings import BadSettings, read_settings, use
from core import database

OPS, OTHER = "https://ops.example.com", "https://other.example.com"
WELL = {"INSTALL_KEY": "1f" * 32, "JWT_SECRET": "j" * 40}


@pytest.fixture
def named(db, settings):
    """A browser's view of a server that names two origins, with a blank after the comma as people write it."""
    made = create_app(replace(settings, cors_origins=f"{OPS}, https://second.example.com"))
    yield made.test_client()
    use(settings)
    database.current().pool.close()
    database._current = db


def allowed(reply) -> dict[str, str]:
    return {name: value for name, value in reply.headers if name.startswith("Access-Control-")}


@pytest.mark.parametrize("origin", [OPS, "https://second.example.com"])
def test_a_page_of_a_named_origin_may_call_with_its_credentials(named, origin: str):
    reply = named.get("/health", headers={"Origin": origin})

    assert allowed(reply) == {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
    assert "Origin" in reply.headers["Vary"]


def test_a_write_of_a_named_origin_is_asked_about_first_and_allowed_with_its_headers(named):
    asked = {"Origin": OPS, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-request-id, content-type"}
    reply = named.options("/api/auth/token", headers=asked)

    told = allowed(reply)
    assert (reply.status_code, told["Access-Control-Allow-Origin"]) == (200, OPS)
    assert "POST" in told["Access-Control-Allow-Methods"]
    assert set(told["Access-Control-Allow-Headers"].lower().split(", ")) == {"x-request-id", "content-type"}


@pytest.mark.parametrize("origin", [
    OTHER, "http://ops.example.com", "https://ops.example.com.evil.example", "https://evil-ops.example.com", f"{OPS}:8443", "null", "https://OPS.example.co",
])  # fmt: skip
def test_a_page_of_another_origin_is_told_nothing(named, origin: str):
    for reply in (named.get("/health", headers={"Origin": origin}), named.options("/api/auth/token", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})):
        assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize("origins", ["*", f"{OPS},*", "https://*.example.com"])
def test_a_star_is_refused_at_the_start(origins: str):
    with pytest.raises(BadSettings, match="CORS_ORIGINS names exact origins"):
        read_settings({**WELL, "CORS_ORIGINS": origins})
