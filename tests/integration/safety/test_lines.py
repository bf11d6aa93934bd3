"""What a line of the log says of itself: its part, its request, whose request (LOG-10)."""

import io
import json
import logging

import pytest

from config.logging import configure_logging
from core.replies import mark
from tests.integration.conftest import error_of

KEY = "request-of-a-line-1"


@pytest.fixture
def lines(app, settings):
    """The lines of this process as JSON, oldest first."""
    root, paper = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    configure_logging("INFO", "json", settings.secrets, mark=mark)
    root.handlers[0].setStream(paper)
    yield lambda: [json.loads(line) for line in paper.getvalue().splitlines()]
    root.handlers[:], root.level = before, level


@pytest.fixture
def talkative(monkeypatch):
    """A use-case deep below a route that logs, and knows nothing of requests."""

    def of_client(tx, client_id, *_, **__):
        logging.getLogger("core.people.fleet").info("looked at %s", "the fleet", extra={"component": "MOD-TEST", "action": "LOOK"})
        raise ZeroDivisionError

    monkeypatch.setattr("core.people.fleet.of_client", of_client)


def test_a_line_from_within_a_request_bears_the_part_the_request_and_whose_it_was(lines, talkative, api, world):
    client = world.client()
    api.http.application.config["PROPAGATE_EXCEPTIONS"] = False
    reply = api.by(client.token).get(f"/api/client/{client.uuid}/agents", headers={"X-Request-ID": KEY})

    assert error_of(reply) == (500, "INTERNAL")
    told, *_, unforeseen = lines()[-3:]
    assert {name: told[name] for name in ("component", "action", "level", "request_id", "client_id")} == {
        "component": "MOD-TEST", "action": "LOOK", "level": "info", "request_id": KEY, "client_id": client.id,
    }  # fmt: skip
    assert (unforeseen["component"], unforeseen["request_id"], unforeseen["client_id"]) == ("core.replies", KEY, client.id)


def test_a_request_without_an_id_has_one_of_ours_in_the_reply_and_in_every_line_of_it(lines, talkative, api, world):
    client = world.client()
    api.http.application.config["PROPAGATE_EXCEPTIONS"] = False
    quoted = api.by(client.token).get(f"/api/client/{client.uuid}/agents").get_json()["error"]["request_id"]

    assert {line["request_id"] for line in lines()[-2:]} == {quoted}


def test_a_line_of_no_request_names_its_part_and_nobody(lines):
    logging.getLogger("core.execution.watch").info("a sweep")

    [line] = lines()
    assert (line["component"], "request_id" in line, "client_id" in line) == ("core.execution.watch", False, False)
