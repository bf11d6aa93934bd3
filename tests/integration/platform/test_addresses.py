"""Bare addresses (CON-01), and the dashboard's files as a browser takes them."""

import gzip
from importlib import import_module

import pytest

from routes.aliases import is_bare
from tests.integration.conftest import data_of, error_of

dashboard = import_module("routes.dashboard")  # `routes.dashboard` is its blueprint
PAGE = {"Accept": "text/html,application/xhtml+xml"}


def test_an_address_without_api_answers_as_with_it(api, admin, town):
    shop, *_ = town
    me = api.by(shop.client.token)

    assert data_of(me.get("/activity/live"))["events"] == data_of(me.get("/api/activity/live"))["events"]
    assert data_of(admin.get("/admin/clients?q=acm"))["clients"][0]["name"] == "Acme"
    assert data_of(admin.get("/admin/health/workers"))["queues"]


def test_a_browser_that_opens_such_an_address_gets_the_page(http):
    reply = http.get("/admin/clients", headers=PAGE)

    assert (reply.status_code, reply.mimetype) == (200, "text/html")


def test_an_address_without_api_is_guarded_like_the_one_with_it(api, town):
    assert error_of(api.get("/admin/clients")) == (401, "UNAUTHENTICATED")
    assert error_of(api.by(town[0].client.token).get("/admin/clients")) == (403, "FORBIDDEN")


@pytest.mark.parametrize(("path", "bare"), [
    ("/templates", True), ("/templates/1", True), ("/templatesque", False), ("/lab/live-switch", True), ("/lab", False),
    ("/metrics", False), ("/metrics/kpi", True), ("/metrics/other", False), ("/fleet", False), ("/admin", False), ("/api/admin/clients", False),
])  # fmt: skip
def test_only_the_printed_addresses_are_bare(path, bare):
    assert is_bare(path) is bare


@pytest.fixture
def assets(tmp_path, monkeypatch):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-1.js").write_text("let a = 1;\n" * 500)
    monkeypatch.setattr(dashboard, "DIST", tmp_path)
    dashboard._packed.cache_clear()
    yield tmp_path
    dashboard._packed.cache_clear()


def test_a_script_is_packed_for_whoever_takes_it_and_plain_for_others(http, assets):
    plain, packed = http.get("/assets/index-1.js"), http.get("/assets/index-1.js", headers={"Accept-Encoding": "gzip, br"})

    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 10
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert "Content-Encoding" not in plain.headers
    assert "immutable" in packed.headers["Cache-Control"]


def test_a_file_outside_is_not_given_out_packed_either(http, assets):
    (assets / "secret.js").write_text("secret")

    assert http.get("/assets/../secret.js", headers={"Accept-Encoding": "gzip"}).status_code == 404
