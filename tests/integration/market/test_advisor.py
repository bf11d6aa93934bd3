"""The Spot Advisor's file: fetched from a real web server, stamped with its day, and refused whole when it is broken."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from core import errors
from core.domain.advisor import read
from core.prices import advisor
from tests.world import World

GOOD = {"spot_advisor": {"us-east-1": {"Linux": {"m5.large": {"s": 62, "r": 1}, "c5.large": {"s": 70, "r": 4}}}}}


class Web:
    """One file at one address."""

    def __init__(self):
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(web.status)
                if web.modified:
                    self.send_header("Last-Modified", web.modified)
                self.end_headers()
                self.wfile.write(web.body)

            def log_message(self, *_):
                """Say nothing."""

        self.status, self.body, self.modified = 200, json.dumps(GOOD).encode(), "Wed, 28 Feb 2024 10:00:00 GMT"
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/advisor.json"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def refresh(world: World, settings, web):
    return lambda: advisor.refresh(replace(settings, spot_advisor_url=web.url))


def buckets(world: World) -> dict:
    return {row["instance_type"]: row["bucket"] for row in world.all("SELECT * FROM interruption_rates")}


def test_the_file_is_stored_with_the_day_it_speaks_of(world, refresh):
    assert refresh() == {"rates": 2, "day": "2024-02-28"}

    assert buckets(world) == {"m5.large": 1, "c5.large": 4}
    assert {row["snapshot_date"] for row in world.all("SELECT snapshot_date FROM interruption_rates")} == {date(2024, 2, 28)}


def test_an_older_file_replaces_nothing(world, refresh, web):
    refresh()
    web.modified, web.body = "Wed, 10 Feb 2021 10:00:00 GMT", json.dumps(GOOD).replace('"r": 4', '"r": 0').encode()
    refresh()

    assert buckets(world)["c5.large"] == 4


@pytest.mark.parametrize(("status", "body", "failure"), [
    (500, b"", errors.Unavailable), (200, b"<html>", errors.Invalid), (200, b"{}", errors.Invalid), (200, b'{"spot_advisor": {}}', errors.Invalid),
    (200, b'{"spot_advisor": {"r": {"Linux": {"m5.large": {"s": 1, "r": 9}}}}}', errors.Invalid),
    (200, b'{"spot_advisor": {"r": {"Linux": {"m5.large": {"s": 1}}}}}', errors.Invalid), (200, b'{"spot_advisor": {"r": []}}', errors.Invalid),
])  # fmt: skip
def test_a_broken_file_leaves_the_last_good_one(world, refresh, web, status, body, failure):
    refresh()
    web.status, web.body = status, body

    with pytest.raises(failure):
        refresh()

    assert buckets(world) == {"m5.large": 1, "c5.large": 4}
    assert world.one("SELECT note FROM price_feeds WHERE feed = 'advisor'")["note"]


def test_nothing_is_fetched_on_the_simulated_aws_unless_a_file_is_named(world, settings):
    assert advisor.refresh(settings) == {}


def test_what_is_wrong_is_named_with_its_place():
    with pytest.raises(errors.Invalid, match=r"spot_advisor\.r\.Linux\.m5\.large has r=9"):
        read(b'{"spot_advisor": {"r": {"Linux": {"m5.large": {"s": 1, "r": 9}}}}}')
