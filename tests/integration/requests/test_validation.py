"""What may come in: one strict JSON object of declared fields; everything else is refused in the one envelope."""

import json

import pytest

from tests.integration.conftest import ADMIN, error_of

CREATE = "/api/admin/clients/create"
GOOD = {"name": "Acme", "email": "a@example.com"}

# what is wrong, the bytes, the answer
WRONG_BYTES = [
    ("no JSON", b"hello", (400, "BAD_REQUEST")),
    ("cut off", b'{"name": "Ac', (400, "BAD_REQUEST")),
    ("two values", b"{} {}", (400, "BAD_REQUEST")),
    ("a list", b"[]", (400, "BAD_REQUEST")),
    ("a bare word", b"null", (400, "BAD_REQUEST")),
    ("a key twice", b'{"name": "A", "name": "B"}', (400, "BAD_REQUEST")),
    ("a key twice, deeper", b'{"name": {"a": 1, "a": 2}}', (400, "BAD_REQUEST")),
    ("NaN", b'{"name": NaN}', (400, "BAD_REQUEST")),
    ("Infinity", b'{"name": -Infinity}', (400, "BAD_REQUEST")),
    ("a number beyond all", b'{"name": 1e999}', (400, "BAD_REQUEST")),
    ("a whole number of ten thousand digits", b'{"name": %s}' % (b"9" * 10_000), (400, "BAD_REQUEST")),
    ("a NUL", b'{"name": "a\\u0000b"}', (400, "BAD_REQUEST")),
    ("a NUL in a key", b'{"na\\u0000me": 1}', (400, "BAD_REQUEST")),
    ("half a surrogate pair", b'{"name": "\\ud800"}', (400, "BAD_REQUEST")),
    ("not UTF-8", b'{"name": "\xff\xfe"}', (400, "BAD_REQUEST")),
    ("33 levels deep", b'{"a":' * 33 + b"1" + b"}" * 33, (400, "BAD_REQUEST")),
    ("100,000 levels deep", b'{"a":' + b"[" * 100_000, (400, "BAD_REQUEST")),
    ("more than 256 KB", b'{"name": "%s"}' % (b"x" * 262_144), (413, "TOO_LARGE")),
]

# the field in question, its value
WRONG_VALUES = [
    ("name", None), ("name", ""), ("name", "x" * 121), ("name", 7), ("name", ["a"]), ("name", {"$ne": ""}),
    ("email", "nobody"), ("email", True), ("email", "a@" + "b" * 250 + ".com"),
    ("client_id", 7), ("is_admin", True), ("status", "active"), ("__proto__", {}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "answer"), [row[1:] for row in WRONG_BYTES], ids=[row[0] for row in WRONG_BYTES])
def test_bytes_that_are_no_strict_object_are_refused(world, admin, body, answer):
    assert error_of(admin.post(CREATE, body)) == answer
    assert world.all("SELECT * FROM clients") == []


@pytest.mark.parametrize(("field", "value"), WRONG_VALUES, ids=[f"{name}={str(value)[:12]}" for name, value in WRONG_VALUES])
def test_a_wrong_or_undeclared_field_is_named(world, admin, field, value):
    reply = admin.post(CREATE, {**GOOD, field: value})

    assert error_of(reply) == (422, "VALIDATION_ERROR")
    assert list(reply.get_json()["error"]["details"]["fields"]) == [field]
    assert world.all("SELECT * FROM clients") == []


def test_all_that_is_missing_is_named_at_once(admin):
    assert set(admin.post(CREATE, {}).get_json()["error"]["details"]["fields"]) == {"name", "email"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_another_content_type_is_refused(http, content_type):
    headers = {"Authorization": f"Bearer {ADMIN}", "X-Request-ID": "request-0001"}

    assert error_of(http.post(CREATE, data=json.dumps(GOOD), content_type=content_type, headers=headers)) == (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    )


@pytest.mark.parametrize("content_type", [None, "application/x-www-form-urlencoded", "application/json; charset=utf-8"])
def test_a_program_with_a_token_may_say_what_curl_says(http, content_type):
    headers = {"Authorization": f"Bearer {ADMIN}", "X-Request-ID": "request-0001"}

    assert http.post(CREATE, data=json.dumps(GOOD), content_type=content_type, headers=headers).status_code == 201


def test_a_page_of_another_site_cannot_send_a_form_with_somebodys_cookie(http):
    """No Authorization header: a browser; it must say JSON, which another site's page may not."""
    sent = http.post("/api/auth/token", data=json.dumps({"token": ADMIN}), content_type="application/x-www-form-urlencoded")

    assert error_of(sent) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_an_emoji_and_every_other_whole_character_is_text(world, admin):
    assert admin.post(CREATE, {**GOOD, "name": "Ärger 🦊 𝔘"}).status_code == 201
    assert world.one("SELECT name FROM clients")["name"] == "Ärger 🦊 𝔘"


@pytest.mark.parametrize("path", ["/api/nothing", "/api/agents/not-a-uuid/heartbeat", "/api/client/%00/agents"])
def test_an_address_that_is_none_is_a_404_in_the_envelope(admin, path):
    assert error_of(admin.get(path)) == (404, "NOT_FOUND")


def test_a_wrong_method_is_refused_in_the_envelope(admin):
    assert error_of(admin.get(CREATE)) == (404, "NOT_FOUND")
    assert error_of(admin.post("/health", {})) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=1e9", "colour=red", "open=maybe"])
def test_a_wrong_or_undeclared_query_is_refused(world, api, query):
    client = world.client()

    assert error_of(api.by(client.token).get(f"/api/client/{client.uuid}/incidents?{query}")) == (422, "VALIDATION_ERROR")


def test_what_nobody_foresaw_is_a_500_that_tells_nothing(admin, monkeypatch):
    def fails(*_, **__):
        raise ZeroDivisionError("a secret inside")

    monkeypatch.setattr("core.people.clients.create", fails)
    admin.http.application.config["PROPAGATE_EXCEPTIONS"] = False
    reply = admin.post(CREATE, GOOD)

    assert error_of(reply) == (500, "INTERNAL")
    assert b"secret" not in reply.data


def test_an_error_quotes_the_callers_request_id_or_one_of_ours(admin):
    quoted = admin.post(CREATE, {}, "request-0001").get_json()["error"]["request_id"]
    made = admin.get("/api/nothing").get_json()["error"]["request_id"]

    assert quoted == "request-0001"
    assert len(made) == 36


def test_every_answer_bears_the_headers_that_keep_browsers_careful(admin):
    for path in ("/health", "/api", "/api/nothing"):
        headers = admin.get(path).headers
        assert (headers["X-Content-Type-Options"], headers["Cache-Control"], headers["X-Frame-Options"]) == (
            "nosniff",
            "no-store",
            "DENY",
        )
