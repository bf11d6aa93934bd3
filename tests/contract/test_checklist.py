"""docs/checklist.yaml says of every id what proves it: each test it names exists, and no route is without a row."""

import ast
import json
import re
from dataclasses import replace
from functools import cache

import pytest
import yaml
from flask import Flask

from backend import create_app
from scripts.checklist import EXTRA, Row, read, rows_of, table, what_is_left
from tests.contract.tree import ROOT

IDS = 801
ID = re.compile(r"[A-Z]{1,6}(-[A-Z]{2,6})?-(\d{2}[a-z]?|[A-Z]{3,6})")
HOLE = re.compile(r"<(?:\w+:)?(\w+)>")
GOOD = Row("kind", "E-01", "a few words", tests=["tests/contract/test_checklist.py::test_every_row_says_one_thing_in_a_few_words"])


@pytest.fixture(scope="module")
def told() -> dict:
    return read()


@pytest.fixture(scope="module")
def rows(told: dict) -> list[Row]:
    return rows_of(told)


def wrong_with(row: Row) -> list[str]:
    """What is not as it must be, in words."""
    said = [name for name in ("tests", "open", "never") if getattr(row, name) is not None]
    rules = (
        (not ID.fullmatch(row.id), "is no id"),
        (len(said) != 1, f"says {' and '.join(said) or 'nothing'}"),
        (not 0 < len(row.words.split()) <= 8, "has no words or too many"),
        (bool(row.missing) and row.tests is None, "lacks something of no tests"),
        (row.tests == [] and not row.missing, "names no test"),
        (len(set(row.tests or ())) != len(row.tests or ()), "names a test twice"),
    )
    return [f"{row.id} {words}" for wrong, words in rules if wrong] + [f"{row.id}: no {test}" for test in row.tests or () if not exists(test)]


@cache
def functions_of(file: str) -> frozenset[str]:
    """The tests of a Python file; of a class, ``Class::test``."""
    body = ast.parse((ROOT / file).read_text()).body
    methods = {f"{kind.name}::{one.name}" for kind in body if isinstance(kind, ast.ClassDef) for one in kind.body if isinstance(one, ast.FunctionDef)}
    return frozenset(methods | {one.name for one in body if isinstance(one, ast.FunctionDef)})


def exists(test: str) -> bool:
    """Whether the file holds a test of that name; the dashboard's tests are named by a quoted sentence."""
    file, _, name = test.partition("::")
    if not (ROOT / file).is_file() or not name:
        return False
    if file.endswith(".py"):
        return name.split("::")[-1].startswith("test_") and name in functions_of(file)
    return json.dumps(name, ensure_ascii=False) in (ROOT / file).read_text()


def test_every_id_stands_once_and_none_has_fallen_out(rows: list[Row]):
    """The reader refuses an id that stands twice within its kind."""
    assert len({row.id for row in rows}) == len(rows) == IDS


def test_every_row_says_one_thing_in_a_few_words(rows: list[Row]):
    assert [sentence for row in rows for sentence in wrong_with(row)] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "E1"}, "is no id"), ({"open": "not built"}, "says tests and open"), ({"tests": None}, "says nothing"), ({"words": "a " * 9}, "too many"),
        ({"tests": []}, "names no test"), ({"tests": None, "never": "ruled out", "missing": "x"}, "lacks something"),
        ({"tests": ["tests/nowhere.py::test_x"]}, "no tests/nowhere.py"), ({"tests": ["tests/contract/test_checklist.py::test_nothing"]}, "test_nothing"),
        ({"tests": ["tests/contract/test_checklist.py::exists"]}, "::exists"), ({"tests": ["tests/contract/test_checklist.py"]}, "test_checklist.py"),
        ({"tests": ["frontend/src/services/format.test.js::what nobody ever wrote"]}, "what nobody ever wrote"),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_is_noticed(change: dict, said: str):
    assert wrong_with(GOOD) == []
    assert said in " ".join(wrong_with(replace(GOOD, **change)))


def test_an_id_that_stands_twice_is_noticed():
    with pytest.raises(yaml.constructor.ConstructorError, match="twice: E-01"):
        read("routes:\n  E-01: {words: a, open: b}\n  E-01: {words: a, open: b}\n")


def routes_of(server: Flask) -> set[str]:
    plain = ((HOLE.sub(r"{\1}", rule.rule), rule.methods - {"HEAD", "OPTIONS"}) for rule in server.url_map.iter_rules())
    return {f"{method} {address}" for address, methods in plain for method in methods}


def test_every_route_has_a_row_or_a_reason_and_every_row_names_routes_that_exist(settings, told: dict, rows: list[Row]):
    named = {route for row in rows for route in row.routes}
    extra = told[EXTRA]

    assert named | set(extra) == routes_of(create_app(settings))
    assert named & set(extra) == set()
    assert [route for route, why in extra.items() if len(why.split()) < 3] == []


def test_the_command_counts_each_row_once_and_lists_what_is_left(rows: list[Row]):
    *_, last = table(rows)

    assert sum(int(number) for number in last.split()[1:]) == len(rows)
    assert len(list(what_is_left(rows))) == len([row for row in rows if row.state in ("open", "partly")])
