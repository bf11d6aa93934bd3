"""Whoever is woken finds a page: every alarm the code can raise is in one table, and in the runbook."""

import ast
import re

import pytest

from core.domain.alarms import ALARMS, NAMES
from core.people import notifications
from tests.contract.tree import ROOT, python_files, tree_of

CALLS = {"tell": 2, "announce": 2, "alarming": 1}  # which argument names the alarm
PARTS = ("means", "look at", "do")


def raised_in(tree: ast.Module) -> set[str]:
    """The alarms a file raises, as far as the code tells; tests/conftest.py watches over the rest when it runs."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    told = [call for call in calls if call.func.attr == "alarming" or _is_ours(call.func)]
    keys = [call.args[CALLS[call.func.attr]] for call in told if call.func.attr in CALLS and len(call.args) > CALLS[call.func.attr]]
    return {word for key in keys for word in _first_words(tree, key)}


def _is_ours(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id == "notifications"


def _first_words(tree: ast.Module, key: ast.expr) -> set[str]:
    """The word a key begins with; of a variable, those of everything the file puts into it."""
    if isinstance(key, ast.Subscript):
        return _first_words(tree, key.value)
    if isinstance(key, ast.Name):
        made = (node for node in ast.walk(tree) if isinstance(node, ast.Assign))
        return {word for node in made if getattr(node.targets[0], "id", "") == key.id for word in _first_words(tree, node.value)}
    start = key.values[0] if isinstance(key, ast.JoinedStr) else key
    return {start.value.split(":")[0]} if isinstance(start, ast.Constant) and isinstance(start.value, str) else set()


def pages() -> dict[str, str]:
    """The alarms' pages of the runbook: name and text."""
    alarms = (ROOT / "OPERATIONAL_RUNBOOK.md").read_text().split("\n## Alarms\n")[1].split("\n## ")[0]
    parts = re.split(r"^### `(\w+)`.*$", alarms, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_alarm_of_the_code_is_in_the_table():
    raised = {name for path in python_files() for name in raised_in(tree_of(path))}

    assert len(raised) >= 5
    assert sorted(raised - set(NAMES)) == []


def test_every_alarm_of_the_table_has_a_page_and_no_page_is_left_over():
    assert sorted(pages()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_it_means_where_to_look_and_what_to_do(name: str):
    assert [part for part in PARTS if f"**{part.capitalize()}:**" not in pages()[name]] == []


def test_every_alarm_says_when_it_is_raised():
    assert [alarm.name for alarm in ALARMS if len(alarm.when.split()) < 4] == []


@pytest.mark.parametrize(
    "source",
    [
        'notifications.tell(tx, incident, f"new:{x}", "info", "a", "b")', 'notifications.announce(tx, 1, "new", "info", "a", "b")',
        'key = f"new:{x}"\nnotifications.announce(tx, 1, key[:96], severity, title, text)', 'refusal.alarming(1, f"new:{x}", "a", "b")',
    ],
)  # fmt: skip
def test_an_alarm_nobody_listed_is_noticed(source: str):
    assert raised_in(ast.parse(source)) == {"new"}


def test_an_alarm_nobody_listed_is_told_all_the_same_and_noticed(world):
    client = world.client()
    world.db.run(lambda tx: notifications.announce(tx, client.id, "new:1", "info", "a", "b"))

    assert world.one("SELECT title FROM notifications")["title"] == "a"
    assert {"new"} == notifications.UNLISTED
    notifications.UNLISTED.clear()
