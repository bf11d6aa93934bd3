"""Whoever is woken finds a page: every alarm the code can raise is in one table, and in the runbook."""

import ast
import re

import pytest

from core.domain.alarms import ALARMS, NAMES
from tests.contract.tree import ROOT, python_files, tree_of

CALLS = {"tell": 2, "announce": 2}  # which argument of core.notifications names the alarm
REFUSALS = "alarming"  # a refusal that carries an alarm; its second argument names it
PARTS = ("means", "look at", "do")


def raised_in(tree: ast.Module) -> list[str | None]:
    """The alarms that a file raises; None where the name is not to be read from the code."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    return [_first_word(call.args[place]) for call in calls if (place := _place_of_the_name(call)) is not None]


def _place_of_the_name(call: ast.Call) -> int | None:
    """Which argument of a call names an alarm, if the call raises one."""
    if call.func.attr == REFUSALS:
        return 1
    ours = isinstance(call.func.value, ast.Name) and call.func.value.id == "notifications"
    return CALLS.get(call.func.attr) if ours else None


def _first_word(key: ast.expr) -> str | None:
    start = key.values[0] if isinstance(key, ast.JoinedStr) else key
    return start.value.split(":")[0] if isinstance(start, ast.Constant) and isinstance(start.value, str) else None


def pages() -> dict[str, str]:
    """The alarms' pages of the runbook: name and text."""
    alarms = (ROOT / "OPERATIONAL_RUNBOOK.md").read_text().split("\n## Alarms\n")[1].split("\n## ")[0]
    parts = re.split(r"^### `(\w+)`.*$", alarms, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_alarm_of_the_code_is_in_the_table():
    raised = {name for path in python_files() for name in raised_in(tree_of(path))}

    assert raised == set(NAMES)


def test_every_alarm_of_the_table_has_a_page_and_no_page_is_left_over():
    assert sorted(pages()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_it_means_where_to_look_and_what_to_do(name: str):
    assert [part for part in PARTS if f"**{part.capitalize()}:**" not in pages()[name]] == []


def test_every_alarm_says_when_it_is_raised():
    assert [alarm.name for alarm in ALARMS if len(alarm.when.split()) < 4] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('notifications.tell(tx, incident, f"new:{x}", "info", "a", "b")', ["new"]),
        ('notifications.announce(tx, 1, "new", "info", "a", "b")', ["new"]),
        ("notifications.announce(tx, 1, key, severity, title, text)", [None]),
        ('raise errors.Forbidden("no").alarming(1, f"new:{x}", "a", "b")', ["new"]),
    ],
)
def test_an_alarm_nobody_listed_is_noticed(source: str, found: list):
    assert raised_in(ast.parse(source)) == found
