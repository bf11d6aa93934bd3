"""The server about itself: health, figures, the index and the one page."""

import socket
import time
from dataclasses import replace

import pymysql
import pytest

from config.settings import use
from core import database
from core.leases import Lease
from core.operations import health
from tests.integration.conftest import ADMIN, data_of, error_of
from tests.world import World


def test_a_server_that_can_work_is_healthy_and_shows_its_parts(world: World, http, monkeypatch):
    monkeypatch.setattr(health, "DISK_WARN_PCT", 101)
    Lease(holder="me").held()

    reply = http.get("/health")

    figures = reply.get_json()
    assert (reply.status_code, figures["status"], figures["database"]["ok"]) == (200, "healthy", True)
    assert (figures["scheduler"]["holder"], figures["queue_depth"], figures["safe_mode"]["on"]) == ("me", 0, False)


def test_a_server_without_a_timetable_or_with_a_full_disk_is_degraded(http, monkeypatch):
    assert http.get("/health").get_json()["status"] == "degraded"

    Lease(holder="me").held()
    monkeypatch.setattr(health, "DISK_WARN_PCT", 0)

    assert http.get("/health").get_json()["status"] == "degraded"


def test_a_server_without_its_database_is_unhealthy_and_says_so_with_a_503(app, http, settings, monkeypatch):
    nowhere = database.Database(replace(settings, db_port=1))
    monkeypatch.setattr(database, "_current", nowhere)

    reply = http.get("/health")

    assert (reply.status_code, reply.get_json()["status"], reply.get_json()["database"]["ok"]) == (503, "unhealthy", False)
    monkeypatch.undo()


@pytest.fixture
def silent_port():
    """A database that takes connections and says nothing: frozen, or behind a network that drops what it should carry."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_health_is_red_within_three_seconds_of_a_database_that_says_nothing(app, http, settings, monkeypatch, silent_port):
    """A refused connection is noticed at once; this is the slow way to lose it."""
    frozen = database.Database(replace(settings, db_port=silent_port))
    monkeypatch.setattr(database, "_current", frozen)
    began = time.monotonic()

    reply = http.get("/health")

    seconds = time.monotonic() - began
    monkeypatch.undo()
    assert (reply.status_code, reply.get_json()["status"]) == (503, "unhealthy")
    assert health.LOOK_SECONDS <= seconds <= 3.0


def test_a_question_to_the_pool_alone_would_be_red_too_late(settings, monkeypatch, silent_port):
    """The naive twin: a transaction waits for five seconds, which is right for a request."""
    frozen = database.Database(replace(settings, db_port=silent_port))
    waited = []
    monkeypatch.setattr(pymysql, "connect", lambda **given: waited.append((given["connect_timeout"], given["read_timeout"])) or 1 / 0)
    for ask in (lambda: frozen.look(health.LOOK_SECONDS), lambda: frozen.run(lambda tx: tx.now())):
        with pytest.raises(ZeroDivisionError):
            ask()

    assert waited == [(2, 2), (3, 5)]


def test_a_start_without_database_says_what_is_wrong_with_it_and_goes_on(db, settings, monkeypatch, caplog):
    monkeypatch.setattr(database, "_current", database.Database(replace(settings, db_port=1)))
    health.first_look()
    monkeypatch.setattr(database, "_current", database.Database(replace(settings, db_password="wrong")))
    health.first_look()
    monkeypatch.undo()
    health.first_look()

    refused, denied = [record.getMessage() for record in caplog.records]
    assert "cannot be reached" in refused and "127.0.0.1" in refused and "503" in refused
    assert "Access denied for user" in denied and "wrong" not in denied


def test_every_request_without_a_database_is_a_503_that_says_when_to_come_again(app, api, settings, monkeypatch):
    monkeypatch.setattr(database, "_current", database.Database(replace(settings, db_port=1)))
    reply = api.by("soc_x").get("/api/client/validate")
    monkeypatch.undo()

    assert error_of(reply) == (503, "UNAVAILABLE")
    assert reply.headers["Retry-After"] == "1"


def test_the_figures_are_those_of_the_rows(world: World, api):
    world.prices()
    shop = world.workload()
    world.replica(shop)
    world.interruption(shop)
    world.rebalance(shop)

    text = api.by(ADMIN).get("/metrics").get_data(as_text=True)

    figures = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
    expected = {"agents": 1, "promotions_total": 1, "notices_total": 2, "zombies": 1, "incidents_open": 1, "actions_pending": 0}
    assert {name: float(figures[f"spotopt_{name}"]) for name in expected} == expected


def test_a_scraper_reads_the_figures_with_its_own_token(api, settings):
    use(replace(settings, metrics_token="scraper-token"))
    replies = [api.by(token).get("/metrics").status_code for token in ("scraper-token", "scraper-tokem", None)]
    use(settings)

    assert replies == [200, 401, 401]


@pytest.mark.parametrize("path", ["/", "/api"])
def test_a_program_that_asks_is_told_what_this_is(http, path):
    told = data_of(http.get(path))

    assert told["name"] == "Spot Optimizer"
    assert set(told) == {"name", "version", "api", "openapi", "time"}
    assert http.get(told["openapi"]).get_json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("path", ["/", "/incidents/x", "/agents"])
def test_a_browser_gets_the_one_page_under_a_strict_policy_with_a_fresh_nonce(http, path):
    replies = [http.get(path, headers={"Accept": "text/html"}) for _ in range(2)]

    policies = [reply.headers["Content-Security-Policy"] for reply in replies]
    assert [reply.mimetype for reply in replies] == ["text/html"] * 2
    assert "script-src 'self';" in policies[0]
    assert policies[0] != policies[1]


@pytest.mark.parametrize("path", ["/assets/nothing.js", "/assets/../index.html", "/assets/%2e%2e/%2e%2e/backend.py"])
def test_a_file_that_is_no_asset_is_not_served(http, path):
    assert http.get(path).status_code == 404
