"""A time that comes in without a zone is UTC, wherever one may come in (CON-10)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from marshmallow import Schema, fields

from backend import create_app
from core.domain.notice import parse_time
from core.validation import Body, load

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(settings) -> Flask:
    return create_app(settings)


def schemas(server: Flask) -> Iterator[type[Schema]]:
    """What comes in: bodies and parameters of every route."""
    for view in server.view_functions.values():
        yield from (getattr(view, name) for name in ("takes", "asks") if getattr(view, name, None))


def times_of(schema: type[Schema]) -> Iterator[tuple[str, fields.Field]]:
    """The times among its members, also within lists and objects."""
    for name, field in schema().fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from times_of(type(inner.schema))
        elif isinstance(inner, fields.DateTime | fields.Time):
            yield f"{schema.__name__}.{name}", inner


def zoneless(found: list[tuple[str, fields.Field]]) -> list[str]:
    """Those that would refuse a time without zone, or leave it without one."""
    return [name for name, field in found if not isinstance(field, fields.AwareDateTime) or field.default_timezone is not UTC]


def test_every_time_that_may_come_in_has_utc_as_its_zone(server: Flask):
    found = [pair for schema in set(schemas(server)) for pair in times_of(schema)]

    assert len(found) >= 4
    assert zoneless(found) == []


@pytest.mark.parametrize("text", ["2026-01-01T12:00:00", "2026-01-01T12:00:00Z", "2026-01-01T14:00:00+02:00", "2026-01-01T12:00:00.000000"])
def test_with_and_without_a_zone_the_same_moment_is_the_same(text: str):
    class Moment(Body):
        at = fields.AwareDateTime(required=True, default_timezone=UTC)

    assert load(Moment, {"at": text})["at"] == parse_time(text) == NOON


def test_a_time_that_would_stay_without_zone_is_noticed():
    class Wrong(Body):
        a = fields.DateTime()
        b = fields.AwareDateTime()
        c = fields.List(fields.NaiveDateTime())
        d = fields.AwareDateTime(default_timezone=timezone(timedelta(hours=1)))
        e = fields.AwareDateTime(default_timezone=UTC)

    assert zoneless(list(times_of(Wrong))) == ["Wrong.a", "Wrong.b", "Wrong.c", "Wrong.d"]
