"""The runbook has a page for each common trouble, and names only what there is: settings, tables, addresses, figures (OPS-13)."""

import re
from dataclasses import fields

import pytest
from flask import Flask

from backend import create_app
from config.settings import Settings
from core.operations import metrics
from tests.contract.tree import ROOT, python_files

PAGE = (ROOT / "OPERATIONAL_RUNBOOK.md").read_text()
# the trouble as people name it, and a word of the heading under which it stands
TROUBLES = {
    "database connection": "The server is unhealthy (503)", "lock conflicts": "Lock conflicts", "emergency replica not created": "A replica was not created",
    "workers not processing": "workers not processing", "slow processing": "slow processing", "memory": "Memory or CPU",
    "alert worker will not start": "The alert worker will not start", "no alerts evaluated": "no alert is evaluated", "high error rate": "Many errors",
}  # fmt: skip
ELSEWHERE = {"WEB_CONCURRENCY", "LOAD_FILE", "SAFE_MODE", "REQUEST_ID_REUSED"}  # gunicorn's, and words that are no settings


def sections(page: str) -> dict[str, str]:
    """Each heading with what stands below it."""
    parts = re.split(r"^## +(.+)$", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def page_of(trouble: str, page: str = PAGE) -> str:
    return next((body for heading, body in sections(page).items() if TROUBLES[trouble] in heading), "")


@pytest.fixture(scope="module")
def server(settings) -> Flask:
    return create_app(settings)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_common_trouble_has_a_page_that_says_where_to_look(trouble: str):
    page = page_of(trouble)

    assert len(page.split()) >= 20
    assert re.search(r"`[^`]+`", page), "something to look at or to type"


def test_a_trouble_without_a_page_is_noticed():
    assert page_of("memory", PAGE.replace("Memory or CPU", "Something else")) == ""


def test_every_address_the_runbook_names_exists(server: Flask):
    named = {(method, path) for method, path in re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`\s{?]+)", PAGE) if "…" not in path}
    known = {(method, plain(rule.rule)) for rule in server.url_map.iter_rules() for method in rule.methods}

    assert len(named) > 10
    assert [f"{method} {path}" for method, path in sorted(named) if (method, plain(path)) not in known] == []


def plain(path: str) -> str:
    return re.sub(r"<[^>]+>|MOD-…", "*", path.rstrip("/."))


def test_every_figure_the_runbook_names_is_exposed():
    named = set(re.findall(r"`(spotopt_\w+?)(?:\{[^`]*)?`", PAGE))
    written = {name for path in python_files(("core/operations",)) for name in re.findall(r"spotopt_[a-z_]+", path.read_text())}
    known = {*written, *(f"{name}_total" for name in written), *(f"spotopt_event_{name}" for name in metrics.QUEUES)}

    assert len(named) > 3
    assert named - known == set()


def test_every_setting_the_runbook_names_is_read():
    named = set(re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", PAGE))
    settings = {field.name.upper() for field in fields(Settings)}
    codes = {kind for kind in named if kind in errors_and_others()}

    assert {"DB_HOST", "START_WORKERS", "TRUSTED_PROXIES"} <= named
    assert named - settings - codes - ELSEWHERE == set()


def errors_and_others() -> set[str]:
    """Codes of failures, which look like settings."""
    from core.openapi import failures

    return {kind.code for kind in failures()}


def test_every_table_the_runbook_asks_exists(tables: list[str]):
    named = set(re.findall(r"(?:FROM|UPDATE|INTO|[Tt]ables?) `?([a-z]+(?:_[a-z]+)+|leases|actions|sessions)\b", PAGE))

    assert named and named - set(tables) - {"audit_logs", "schema_migrations"} == set()
