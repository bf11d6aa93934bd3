"""Every route says who may, every write carries a request id, and the dashboard asks only for what there is."""

import re

import pytest
from flask import Flask

from backend import create_app
from scripts.api_document import described
from tests.contract.tree import ROOT

# Writes whose repetition is harmless by themselves, each with its reason.
HARMLESS = {
    "agents.heartbeat": "the newest wins; every 15 s",
    "events.aws_event": "the event's own id tells its copies; EventBridge sends no request id",
    "identity.sign_in": "a second session is a second session",
    "identity.sign_out": "what is dead stays dead",
    "inbox.mark_read": "what is read stays read",
    "inbox.mark_all_read": "what is read stays read",
    "instances.simulate_interruption": "the simulated AWS announces once",
}


@pytest.fixture(scope="module")
def server(settings) -> Flask:
    return create_app(settings)


def rules(server: Flask, methods: set[str]) -> list:
    return [rule for rule in server.url_map.iter_rules() if rule.methods & methods]


def without_auth(server: Flask) -> list[str]:
    return [rule.endpoint for rule in server.url_map.iter_rules() if not hasattr(server.view_functions[rule.endpoint], "auth")]


def repeatable(server: Flask) -> list[str]:
    writes = rules(server, {"POST", "PUT", "PATCH", "DELETE"})
    return [rule.endpoint for rule in writes if not is_idempotent(server.view_functions[rule.endpoint])]


def is_idempotent(view) -> bool:
    while view is not None:
        if getattr(view, "idempotent", False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_every_route_says_who_may(server: Flask):
    assert without_auth(server) == []


def test_every_write_carries_a_request_id_or_a_reason_why_not(server: Flask):
    assert sorted(set(repeatable(server)) - set(HARMLESS)) == []
    assert set(HARMLESS) <= set(repeatable(server))


def test_a_route_without_guard_is_noticed():
    bare = Flask("bare", static_folder=None)
    bare.add_url_rule("/open", "forgotten", lambda: "", methods=["POST"])

    assert without_auth(bare) == ["forgotten"]
    assert repeatable(bare) == ["forgotten"]


def test_the_dashboard_asks_only_for_routes_that_exist(server: Flask):
    client = (ROOT / "frontend/src/services/apiClient.js").read_text()
    asked = re.findall(r'\["(GET|POST|PUT|PATCH|DELETE)", "(/api/[^"]+)"\]', client)
    answered = {(method, plain(rule.rule, r"<[^>]+>")) for rule in server.url_map.iter_rules() for method in rule.methods}

    assert len(asked) > 5
    assert [pair for pair in asked if (pair[0], plain(pair[1], r":\w+")) not in answered] == []


def plain(path: str, variable: str) -> str:
    return re.sub(variable, "*", path)


def limits_of(told: dict) -> dict[str, tuple]:
    """The `limit` of every list: what it is without one, and at most."""
    return {
        address: (one["schema"].get("default"), one["schema"]["maximum"])
        for address, methods in told["paths"].items() for method in methods.values()
        for one in method.get("parameters", ()) if one["name"] == "limit"
    }  # fmt: skip


def test_no_list_gives_more_than_two_hundred_at_once_nor_fifty_unasked():
    """CON-12; some lists give fewer."""
    found = limits_of(described())

    assert len(found) > 10
    assert {address: one for address, one in found.items() if one[1] > 200 or not one[0] or one[0] > 50} == {}
