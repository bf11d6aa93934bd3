"""What holds for every address, read from the application itself: ids, bodies, request ids, the two functions that reply (CON-02, 05, 06, 08)."""

import ast
from collections.abc import Iterator

import pytest
from flask import Flask

from backend import create_app
from core.idempotency import honours_request_id, in_transaction
from core.validation import takes_nothing
from tests.contract.test_routes import is_idempotent
from tests.contract.tree import module_of, python_files, tree_of

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
# What stands in an address and is no id of a row.
NO_ID = {"dashboard.page path": "any page of the dashboard", "dashboard.asset name": "a file's name", "controls.turn_module module_id": "MOD-…, a fixed set"}
# Writes that may be repeated and whose reply is not kept: each with its reason.
FRESH = {
    "agents.heartbeat": "its reply is the orders of this moment; a stored one would be orders of a past epoch",
    "events.aws_event": "the event's own id tells its copies, whichever way they come",
    "identity.sign_in": "its cookie is a secret, which is never stored",
    "identity.sign_out": "it ends the very session that its id would be kept for",
    "instances.simulate_interruption": "it asks the simulated AWS, with no transaction open",
}
# Who builds a reply without the two functions: no envelope, or one that was built before.
BARE = {
    "core.idempotency": "the stored bytes of a reply that success_response built",
    "routes.dashboard": "the one page and its files",
    "routes.health": "/health for load balancers, /metrics for Prometheus",
    "routes.notifications": "the live stream",
    "routes.oversight": "the live stream of log lines",
    "routes.platform": "CSV",
    "routes.reference": "/api/openapi.json",
    "routes.replays": "a report line by line",
    "routes.switching": "CSV",
}
BUILDERS = {"Response", "jsonify", "make_response", "send_file", "send_from_directory"}


@pytest.fixture(scope="module")
def server(settings) -> Flask:
    return create_app(settings)


def not_uuids(server: Flask) -> set[str]:
    """Each part of an address that takes anything but a UUID."""
    parts = ((rule.endpoint, name, type(one).__name__) for rule in server.url_map.iter_rules() for name, one in rule._converters.items())
    return {f"{endpoint} {name}" for endpoint, name, kind in parts if kind != "UUIDConverter"}


def said(view, name: str) -> bool:
    """Whether some decorator of a view left a mark of this name."""
    while view is not None:
        if getattr(view, name, False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def writes(server: Flask) -> Iterator[tuple[str, object]]:
    for rule in server.url_map.iter_rules():
        if rule.methods & WRITES:
            yield rule.endpoint, server.view_functions[rule.endpoint]


def without_schema(server: Flask) -> list[str]:
    return [endpoint for endpoint, view in writes(server) if not said(view, "takes") and not said(view, "takes_nothing")]


def deaf_to_request_ids(server: Flask) -> set[str]:
    return {endpoint for endpoint, view in writes(server) if not is_idempotent(view) and not said(view, "honours_request_id")}


def builders_of(tree: ast.Module) -> list[int]:
    """The lines where a file builds a reply by itself."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in BUILDERS]


def test_every_id_in_every_address_is_checked_to_be_a_uuid(server: Flask):
    """So that /api/client/validate can never be taken for /api/client/<id>."""
    assert not_uuids(server) == set(NO_ID)


def test_a_path_of_a_word_is_never_the_path_of_an_id(server: Flask):
    addresses = server.url_map.bind("127.0.0.1")
    for rule in server.url_map.iter_rules():
        if "<" not in rule.rule and "GET" in rule.methods:
            assert addresses.match(rule.rule, method="GET")[0] == rule.endpoint


def test_every_write_names_a_schema_and_one_without_members_says_so(server: Flask):
    assert without_schema(server) == []


def test_every_write_honours_a_request_id_or_says_why_not(server: Flask):
    assert deaf_to_request_ids(server) == set(FRESH)


def test_only_two_functions_build_replies_and_every_exception_has_its_reason():
    places = {module_of(path) for path in python_files(("core", "routes", "backend.py")) if builders_of(tree_of(path))}
    ours = {place for place in places if not place.startswith("core.cloud.simulator")}

    assert ours - {"core.replies"} == set(BARE)
    assert "core.replies" in ours


def test_what_is_not_as_agreed_is_noticed():
    bare = Flask("bare", static_folder=None)
    bare.add_url_rule("/things/<thing_id>", "forgotten", lambda thing_id: "", methods=["POST"])
    bare.add_url_rule("/well/<uuid:thing_id>", "well", takes_nothing(honours_request_id(lambda tx: "")), methods=["POST"])
    bare.add_url_rule("/deaf", "deaf", takes_nothing(in_transaction(lambda tx: "")), methods=["POST"])

    assert not_uuids(bare) == {"forgotten thing_id"}
    assert without_schema(bare) == ["forgotten"]
    assert deaf_to_request_ids(bare) == {"forgotten", "deaf"}
    assert builders_of(ast.parse("reply = Response('x')\nother = flask.jsonify(a=1)\nsuccess_response({})")) == [1, 2]
