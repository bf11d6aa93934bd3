"""The API, its description and its pages say the same."""

import re

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend import create_app
from core.answers import answers
from core.openapi import WHO, Route, document
from routes.reference import routes_of
from scripts.api_document import described, render
from tests.contract.tree import ROOT

LINE = re.compile(r"^- `(GET|POST|PUT|PATCH|DELETE) (/\S*)`", re.M)
HOLE = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture(scope="module")
def server(settings) -> Flask:
    return create_app(settings)


@pytest.fixture(scope="module")
def told() -> dict:
    return described()


def operations(told: dict) -> dict[tuple[str, str], dict]:
    return {(method.upper(), path): one for path, methods in told["paths"].items() for method, one in methods.items()}


def test_the_description_is_openapi(told: dict):
    OpenAPIV31SpecValidator(told).validate()

    assert told["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator({**told, "paths": {"no-slash": {}}}).iter_errors()), "a wrong description is noticed"


def test_every_route_is_described_and_nothing_else(server: Flask, told: dict):
    answered = {
        (method, HOLE.sub(r"{\1}", rule.rule))
        for rule in server.url_map.iter_rules() if rule.rule.startswith("/api") or rule.rule in ("/health", "/metrics")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }  # fmt: skip

    assert set(operations(told)) == answered
    assert len(answered) > 20


def test_the_server_answers_the_same_description(server: Flask, told: dict):
    reply = server.test_client().get("/api/openapi.json")

    assert (reply.status_code, reply.mimetype, reply.get_json()) == (200, "application/json", told)


def test_the_page_is_made_from_the_routes(told: dict):
    """Not equal? `python -m scripts.api_document` writes it anew."""
    page = (ROOT / "docs/API.md").read_text()

    assert page == render(told)
    assert set(LINE.findall(page)) == set(operations(told))


def test_every_route_has_a_sentence(told: dict):
    assert [pair for pair, one in operations(told).items() if not one.get("summary", "").endswith((".", "?"))] == []


def test_every_guard_has_words(server: Flask):
    assert {route.said("auth") for route in routes_of(server)} <= set(WHO)


def test_every_write_with_a_request_id_says_so(server: Flask, told: dict):
    once = {(route.method, HOLE.sub(r"{\1}", route.path)) for route in routes_of(server) if route.said("idempotent") or route.said("honours_request_id")}
    headed = {pair for pair, one in operations(told).items() if any(told["name"] == "X-Request-ID" for told in one.get("parameters", []))}

    assert once == headed != set()


def test_two_files_may_use_one_word_for_their_shapes():
    told = described()["components"]["schemas"]

    assert {"AgentsServing", "AdminNewClient", "Error"} <= set(told)


def test_a_view_that_says_its_status_is_believed():
    @answers(status=202)
    def view():
        """Later."""

    told = document([Route("POST", "/api/things/<uuid:thing_id>", "things.view", view)])

    assert list(told["paths"]["/api/things/{thing_id}"]["post"]["responses"]) == ["202", "default"]
