"""Hostile requests over every route, made from the url_map and the marshmallow schemas: a new route is covered by itself."""

import itertools
import json
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from flask import Flask
from marshmallow import Schema, fields
from werkzeug.routing import Rule

from core.validation import Body, LenientBody

WRITES = ("POST", "PUT", "PATCH", "DELETE")
BLOCKING = {"notifications.stream"}  # stays open by design; reached without a token only

_TAILS = (
    " OR 1=1", " OR '1'='1", "; DROP TABLE canary", "; DELETE FROM canary WHERE 1=1", "; UPDATE canary SET word='gone'",
    " UNION SELECT 1,2,3", " UNION SELECT secret_hash FROM api_tokens", " AND SLEEP(3)", " OR SLEEP(3)", "; SELECT SLEEP(3)",
    " AND BENCHMARK(9000000,SHA2('a',512))", " INTO OUTFILE '/tmp/x'", " PROCEDURE ANALYSE()", "/**/OR/**/1=1", " HAVING 1=1",
)  # fmt: skip
SQL = [quote + tail + end for quote, end in (("'", " -- "), ('"', "#"), ("1", ""), ("')", " /*")) for tail in _TAILS]
HTML = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "{{7*7}}", "${7*7}", "%s%s%n", "{0.__class__}",
]  # fmt: skip
TEXT = [
    "", " ", "x" * 300, "x" * 20000, "\x1b[31mred", "a\r\nSet-Cookie: b=1", "\u2028\u202e", "\ufeff", "😀" * 200, "ｆｕｌｌ", "../../etc/passwd",
    "null", "0", "-1", "1e999", "NaN", "9" * 400, "2026-13-45T99:99:99Z", "0000-00-00", "i-" + "0" * 17, "%00", "\x7f", "é" * 64, "ß" * 255,
]  # fmt: skip
TYPES = [
    None, True, False, 0, -1, 2**31, 2**63, -(2**63), 2**200, 1e308, 0.1, [], {}, [[]], {"a": {"b": []}}, ["x"] * 600, [None],
    {"$gt": ""}, {"__proto__": {"a": 1}}, {"": ""},
]  # fmt: skip
BODIES = {
    "deep list": b"[" * 2000 + b"]" * 2000, "deep object": b'{"a":' * 2000 + b"1" + b"}" * 2000, "33 deep": b'{"a":' * 33 + b"1" + b"}" * 33,
    "lone surrogate": b'{"a":"\\ud800"}', "surrogate key": b'{"\\udfff":1}', "NaN": b'{"a":NaN}', "Infinity": b'{"a":-Infinity}',
    "1e999": b'{"a":1e999}', "key twice": b'{"a":1,"a":2}', "NUL": b'{"a":"\\u0000"}', "UTF-16": '{"a":1}'.encode("utf-16"),
    "digits": b'{"a":' + b"9" * 5000 + b"}", "no UTF-8": b'{"a":"\xff\xfe"}', "cut": b'{"a":', "list": b"[]", "null": b"null", "number": b"1",
    "text": b'"a"', "BOM": b'\xef\xbb\xbf{"a":1}', "too large": b'{"a":"' + b"x" * 300_000 + b'"}', "many keys": json.dumps(dict.fromkeys(map(str, range(5000)))).encode(),
    "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07builtin\x94.", "comment": b'{"a":1}//', "two": b"{}{}", "nothing": b"",
    "unknown member": b'{"is_admin":true,"client_id":1,"role":"admin"}',
}  # fmt: skip
HEADERS = [
    {"Authorization": value}
    for value in ("Bearer ", "Bearer", "Basic YTpi", "bearer x", "Bearer " + "x" * 5000, "Bearer soa_' OR '1'='1_x", "Bearer soj_1_1_1",
                  "Bearer soj_99999999999999999999_1_" + "0" * 64, "Bearer soe_99999999999999999999_x", "Bearer soe_٣_x", "Bearer \xe9\xe8")
] + [
    {"Cookie": "spotopt_session=' OR 1=1 -- "}, {"Cookie": "spotopt_session=eyJhbGciOiJub25lIn0.e30."}, {"Cookie": "spotopt_session=" + "a." * 2000},
    {"X-Request-ID": "short"}, {"X-Request-ID": "'; DROP TABLE canary; --"}, {"X-Request-ID": "x" * 129}, {"X-Request-ID": "\xe9" * 20},
    {"X-Forwarded-For": "' OR 1=1"}, {"User-Agent": "<script>" + "u" * 9000}, {"Content-Type": "text/xml"}, {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Length": "-1"}, {"Accept": "text/html"}, {"Origin": "https://evil.example"}, {"X-HTTP-Method-Override": "DELETE"}, {"Content-Type": "multipart/form-data"},
]  # fmt: skip
SAMPLES = (
    "web", "web.example", "i-0123456789abcdef0", "123456789012", "us-east-1", "use1-az1", "m5.large", "a@example.com", "A" * 43, "n" * 32,
    "2026-01-01T00:00:00Z", "00000000-0000-4000-8000-000000000000", "spot", True, 1, 0, 0.5, [], {}, "https://example.com/x", "10:00", "0 8 * * *",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One hostile request; ``auth`` names whose token it bears, and ``what`` the trick."""

    method: str
    path: str
    auth: str
    what: str
    body: bytes | None = None
    query: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)


def cases(app: Flask, ids: dict[str, str], known: dict[str, str] | None = None) -> dict[str, list[Case]]:
    """All of them, by endpoint. ``ids`` fills the holes of paths by their names; other holes get an unknown id.

    ``known`` are members of bodies that are of use with their true values alone.
    """
    names = sorted(_query_names())
    return {
        f"{method} {rule.rule}": list(_of_route(app, rule, method, ids, names, known or {}))
        for rule in app.url_map.iter_rules() for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    }  # fmt: skip


def _of_route(app: Flask, rule: Rule, method: str, ids: dict[str, str], names: list[str], known: dict[str, str]) -> Iterator[Case]:
    view = app.view_functions[rule.endpoint]
    path, auth = _filled(rule, ids if method != "DELETE" else {}), view.auth
    headers = [Case(method, path, "open" if "Authorization" in h or "Cookie" in h else auth, f"header {h}", headers=h) for h in HEADERS]
    if rule.endpoint in BLOCKING:
        yield from (case for case in headers if case.auth == "open")
        return
    yield from headers
    yield from (Case(method, hostile, auth, "path") for hostile in _hostile_paths(rule))
    if method in WRITES:
        yield from (Case(method, path, auth, what, body=body) for what, body in BODIES.items())
        yield from _bodies(Case(method, path, auth, ""), view, known)
    else:
        values = [*SQL[::4], *TEXT[:8], *HTML[:2]]
        yield from (Case(method, path, auth, f"query {name}", query={name: value}) for name in names for value in values)


def _bodies(case: Case, view, known: dict[str, str]) -> Iterator[Case]:
    """A good body with one bad member, for each member and each bad value."""
    schema = _schema_of(view)
    if schema is None:
        return
    good = {name: known.get(name, example(f)) for name, f in schema().fields.items()}
    for name, value in itertools.product(good, [*SQL, *HTML, *TEXT, *TYPES]):
        body = json.dumps({**good, name: value}).encode()
        yield Case(case.method, case.path, case.auth, f"{name}={value!r:.60}", body=body)


def _schema_of(view) -> type[Schema] | None:
    while view is not None:
        if hasattr(view, "takes"):
            return view.takes
        view = getattr(view, "__wrapped__", None)
    return None


def example(wanted: fields.Field) -> object:
    """A value the field takes, found by trying."""
    if isinstance(wanted, fields.Nested):
        return {name: example(f) for name, f in wanted.schema.fields.items()}
    if isinstance(wanted, fields.List):
        return [example(wanted.inner)]
    choices = [choice for rule in wanted.validators for choice in getattr(rule, "choices", ())]
    return next((sample for sample in [*choices, *SAMPLES] if _takes(wanted, sample)), None)


def _takes(wanted: fields.Field, sample: object) -> bool:
    try:
        wanted.deserialize(sample)
    except Exception:  # noqa: BLE001 - any refusal will do
        return False
    return True


def _query_names() -> set[str]:
    """Every name that some schema of the product reads, and a few that none does."""
    kinds = [*Body.__subclasses__(), *LenientBody.__subclasses__()]
    read = {name for kind in kinds if len(kind().fields) <= 4 for name in kind().fields}
    return {"limit", "cursor", "open", "role", "status", "days", "incident_id", "sort", "q"} | set(sorted(read)[:4])


def _filled(rule: Rule, ids: dict[str, str]) -> str:
    return _path(rule, lambda name: ids.get(name, str(uuid4())))


def _hostile_paths(rule: Rule) -> Iterator[str]:
    bad = ("'%20OR%201=1", "%00", "..%2f..%2fetc%2fpasswd", "x" * 3000, "%ff%fe", "-1", "<script>", "%0d%0aX:1", "%F0%9F%98%80", "1;DROP%20TABLE%20canary")
    yield from (_path(rule, lambda name, value=value: value) for value in bad if rule.arguments)


def _path(rule: Rule, fill) -> str:
    out = []
    for part in rule.rule.split("/"):
        hole = part.strip("<>").split(":")[-1] if part.startswith("<") else None
        out.append(fill(hole) if hole and set(hole) <= set(string.ascii_letters + "_") else part)
    return "/".join(out)
