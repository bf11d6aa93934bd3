"""docs/SCENARIOS.md names a test for every step of every story, and each of them exists."""

import re

from tests.contract.test_checklist import exists
from tests.contract.tree import ROOT

# How many steps each story has, in what must come of it.
STEPS = {1: 5, 2: 3, 3: 3, 4: 3, 5: 3, 6: 3, 7: 4, 8: 4, 9: 3, 10: 4, 11: 2, 12: 2, 13: 1, 14: 3, 15: 3, 16: 3, 17: 2}
ROW = re.compile(r"^\| H(\d+)[^|]*\| ([t0-9, ]+) \|[^|]+\| `([^`]+)` \|$", re.M)


def rows() -> list[tuple[int, list[str], str]]:
    """Story, steps, test."""
    found = ROW.findall((ROOT / "docs/SCENARIOS.md").read_text())
    return [(int(story), steps.split(", "), test) for story, steps, test in found]


def test_every_row_of_the_table_is_read():
    lines = [line for line in (ROOT / "docs/SCENARIOS.md").read_text().splitlines() if line.startswith("| H")]

    assert len(lines) == len(rows()) > 40


def test_every_test_that_is_named_exists():
    assert [test for _, _, test in rows() if not exists(test)] == []


def test_every_step_of_every_story_is_played():
    played = {(story, step) for story, steps, _ in rows() for step in steps}

    assert {(story, f"t{n}") for story, count in STEPS.items() for n in range(1, count + 1)} == played


def test_no_file_of_a_story_is_left_out():
    files = {path.name for path in (ROOT / "tests/scenarios").glob("test_h[0-9]*.py")}
    named = {test.split("::")[0].rpartition("/")[2] for _, _, test in rows()}

    assert sorted(files - named) == ["test_h3_strange_notices.py"], "the agents' door, played like the queue"


def test_a_test_that_does_not_exist_is_noticed():
    assert not exists("tests/scenarios/test_h10_storm.py::test_nobody_wrote")
