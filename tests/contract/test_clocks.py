"""One clock decides: no rule and no use-case reads another than the database's (CON-10)."""

import ast
import re

import pytest

from tests.contract.tree import module_of, python_files, tree_of

WALL = {"now", "utcnow", "today", "time", "gmtime", "localtime", "strftime", "time_ns"}
RUNNING = {"monotonic", "perf_counter", "process_time", "monotonic_ns"}
OWNERS = {"datetime", "date", "time"}
# The database's time in the session's zone, or without the offset, would be another clock.
OTHER_SQL = re.compile(r"\b(NOW\s*\(\s*\d?\s*\)|CURRENT_TIMESTAMP|CURRENT_DATE|CURDATE\s*\(|CURTIME\s*\(|LOCALTIME|SYSDATE)", re.I)
# Who reads the wall clock, each with its reason: nothing is decided by it.
SHOWN = {
    "core.operations.health": "the time that GET /api shows also without a database",
    "core.intake.event_keys": "a sender's signature; who checks one passes the time it names and compares it with tx.now()",
    "core.cloud.advisor": "the day of a file whose server names none",
}


def clocks_of(tree: ast.Module, names: set[str]) -> list[int]:
    """The lines where a file asks ``datetime.now``, ``time.time`` and their like, under whatever name it imported them."""
    imported = {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "time" for alias in node.names}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            found += [node.lineno] if owner in OWNERS else []
        elif isinstance(node, ast.Name) and node.id in names & imported:
            found.append(node.lineno)
    return found


def files(*places: str):
    return [path for path in python_files(places) if not module_of(path).startswith("core.cloud.simulator")]


def test_a_rule_reads_no_clock_at_all():
    """It is given the time, and so gives the same answer whenever it is asked."""
    readers = {module_of(path) for path in files("core/domain") if clocks_of(tree_of(path), WALL | RUNNING)}

    assert readers == {"core.domain.model.check"}, "which measures how long a model takes to answer"
    assert [path.name for path in files("core/domain") if clocks_of(tree_of(path), WALL)] == []


def test_no_use_case_statement_route_or_job_decides_by_the_wall_clock():
    """Running clocks measure how long something took, within one process, and may stay."""
    readers = {module_of(path) for path in files("core", "routes", "jobs", "backend.py") if clocks_of(tree_of(path), WALL)}

    assert readers - {"jobs.scheduler"} == set(SHOWN)


def test_every_statement_asks_the_clock_that_can_be_moved():
    strings = [
        (path.name, node.lineno, node.value) for path in files("core/sql") for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]  # fmt: skip

    assert [f"{name}:{line}" for name, line, text in strings if OTHER_SQL.search(text)] == []
    assert sum("UTC_TIMESTAMP(6)" in text for *_, text in strings) > 100


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\nx = datetime.now()", "import datetime\nx = datetime.datetime.utcnow()", "import time\nx = time.time()",
        "from time import time\nx = time()", "from datetime import date\nx = date.today()", "from time import monotonic\nx = monotonic()",
    ],
)  # fmt: skip
def test_another_clock_is_noticed(source: str):
    assert clocks_of(ast.parse(source), WALL | RUNNING) == [2]


@pytest.mark.parametrize("source", ["now = tx.now()", "time = row['time']", "at = notice.time", "from datetime import time\nx = time(5)", "x = times.now"])
def test_the_databases_clock_and_other_words_are_no_other_clock(source: str):
    assert clocks_of(ast.parse(source), WALL | RUNNING) == []


@pytest.mark.parametrize("words", ["expires_at < NOW()", "at = CURRENT_TIMESTAMP", "SYSDATE(6)", "CURDATE()"])
def test_another_clock_of_the_database_is_noticed(words: str):
    assert OTHER_SQL.search(words) and not OTHER_SQL.search("UTC_TIMESTAMP(6) - INTERVAL 1 DAY")
