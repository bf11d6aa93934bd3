"""What counts as the server's word: its envelope. Anything else is no answer, whatever its status."""

import json

import pytest
import requests

from agent.contact import Contact
from agent.server import Permanent, Server, Temporary

ENVELOPE = {"status": "error", "error": {"code": "NOT_FOUND", "message": "no", "request_id": "r", "details": {}}}
PAGE = "<html>upstream is away</html>"


def ask(monkeypatch, status: int, body: object, headers: dict | None = None) -> tuple[object, Contact]:
    """What a request comes to when the server, or who stands before it, answers so."""
    reply = requests.Response()
    reply.status_code, reply._content = status, body.encode() if isinstance(body, str) else json.dumps(body).encode()
    reply.headers.update(headers or {})
    monkeypatch.setattr(requests.Session, "request", lambda *args, **kwargs: reply)
    contact = Contact()
    try:
        return Server("http://127.0.0.1:1", "token", contact).get("/x"), contact
    except (Permanent, Temporary) as error:
        return error, contact


@pytest.mark.parametrize("status", [400, 403, 404, 413, 415, 422])
def test_a_refusal_in_the_envelope_is_permanent_and_counts_as_contact(monkeypatch, status):
    error, contact = ask(monkeypatch, status, ENVELOPE)

    assert isinstance(error, Permanent)
    assert contact.failures == 0


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422, 502, 503])
def test_a_proxys_page_buries_no_notice_and_is_no_contact(monkeypatch, status):
    error, contact = ask(monkeypatch, status, PAGE)

    assert (type(error), error.code) == (Temporary, None)
    assert contact.failures == 1


@pytest.mark.parametrize("status", [401, 408, 409, 429])
def test_a_request_to_come_back_is_contact(monkeypatch, status):
    error, contact = ask(monkeypatch, status, ENVELOPE, {"Retry-After": "7"})

    assert (type(error), error.retry_after, contact.failures) == (Temporary, 7.0, 0)


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_that_cannot_work_is_no_contact(monkeypatch, status):
    error, contact = ask(monkeypatch, status, ENVELOPE)

    assert (type(error), contact.failures) == (Temporary, 1)


def test_a_success_that_is_not_the_servers_is_no_contact(monkeypatch):
    error, contact = ask(monkeypatch, 200, PAGE)

    assert (type(error), contact.failures) == (Temporary, 1)
