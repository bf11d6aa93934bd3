"""docs/AGENTS.md is the contract between agent and server: each call stands there, with the members that its schema has (DOC-04)."""

import re

import pytest
from flask import Flask

from backend import create_app
from core.domain.handover import ALERT, HANDOVER, PEACE, Orders
from tests.contract.tree import ROOT, python_files

PAGE = ROOT / "docs/AGENTS.md"
ROW = re.compile(r"^\| (`(?:GET|POST) .*?) \| (.*?) \| (.*) \|$", re.M)
CALL = re.compile(r"`(GET|POST) (?:…|/api/agents(?:/<id>)?)/([^`]+)`")
ASKED = re.compile(r"""prefix\}/([a-z-]+(?:/\{\w+\}(?:/[a-z-]+)?)?)["']""")
HOLE = re.compile(r"<[^>]*>|\{\w+\}")


def plain(path: str) -> str:
    return HOLE.sub("*", path)


def rows(page: str) -> dict[str, str]:
    """Each call of the page with what stands beside it in its row."""
    return {f"{method} {plain(path)}": f"{body} {reply}" for first, body, reply in ROW.findall(page) for method, path in CALL.findall(first)}


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    return rows(PAGE.read_text())


@pytest.fixture(scope="module")
def server(settings) -> Flask:
    return create_app(settings)


def routes(server: Flask) -> dict[str, object]:
    """What the application answers below an agent's own address, with the schema of its body."""
    found = {}
    for rule in server.url_map.iter_rules():
        path = plain(rule.rule).removeprefix("/api/agents/").removeprefix("*/")
        if rule.rule.startswith("/api/agents/"):
            view = server.view_functions[rule.endpoint]
            found |= {f"{method} {path}": getattr(view, "takes", None) for method in rule.methods & {"GET", "POST"}}
    return found


def asked_by_the_agent() -> set[str]:
    """The addresses that the agent's program asks, below its own."""
    return {plain(path) for file in python_files(("agent",)) for path in ASKED.findall(file.read_text())}


def missing_members(told: dict[str, str], known: dict[str, object]) -> list[str]:
    """Members of a schema that its row does not name."""
    schemas = {call: known[call] for call in told if known.get(call)}
    return [f"{call}: {name}" for call, schema in schemas.items() for name in schema().fields if not re.search(rf"\b{name}\b", told[call])]


def test_every_call_of_the_page_is_a_route(told, server):
    assert len(told) >= 15
    assert set(told) - set(routes(server)) == set()


def test_every_address_that_the_agent_asks_stands_on_the_page(told):
    asked = asked_by_the_agent()

    assert {"heartbeat", "serving", "pending-commands", "config", "commands/*/executed"} <= asked
    assert asked - {call.split(" ", 1)[1] for call in told} == set()


def test_every_member_that_a_call_takes_is_named_in_its_row(told, server):
    assert missing_members(told, routes(server)) == []


def test_the_orders_of_the_page_are_those_that_are_sent():
    named = re.findall(r"^\| `(\w+)` \| ", PAGE.read_text().split("## Orders")[1].split("## Calls")[0], re.M)

    assert named == [*Orders.__dataclass_fields__, "server_time"]


def test_the_figures_of_the_page_are_those_of_the_code():
    page = " ".join(PAGE.read_text().split())

    assert f"{PEACE:g} in peace, {ALERT:g} while a notice is live or the role is REPLICA, {HANDOVER:g} while a handover waits" in page


def test_what_is_missing_on_the_page_is_noticed(server):
    short = PAGE.read_text().replace("epoch_seen, config_version", "config_version").replace("| `GET /api/agents/<id>/config` |", "| the settings |")

    assert missing_members(rows(short), routes(server)) == ["POST heartbeat: epoch_seen"]
    assert asked_by_the_agent() - {call.split(" ", 1)[1] for call in rows(short)} == {"config"}
