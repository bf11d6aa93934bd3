"""SQL has its room, and no statement is put together from values."""

import ast
import re
from pathlib import Path

import pytest

from tests.contract.tree import ROOT, python_files, tree_of

DML = re.compile(r"^\s*(SELECT\s|INSERT\s+(IGNORE\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|REPLACE\s+INTO\s|CALL\s)", re.I)
ROOM = ("core/sql/", "core/database.py", "database/")
CALLS = {"one", "all", "execute", "insert", "insert_many", "execute_with_optimistic_lock"}


def statements_in(tree: ast.Module) -> list[str]:
    """Every string of a file that begins as a statement."""
    strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text for text in strings if DML.match(text)]


def made_of_values(tree: ast.Module) -> list[int]:
    """The lines where a statement given to a transaction is not a constant: an f-string, a format, a join of unknowns.

    A name in capitals counts when the file itself makes it of constants.
    """
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    ours = (call for call in calls if call.func.attr in CALLS and isinstance(call.func.value, ast.Name) and call.func.value.id == "tx")
    named = [node for node in tree.body if isinstance(node, ast.Assign) and is_capital(node.targets[0])]
    wrong = [node.lineno for node in named if holds_statement(node.value) and not is_constant(node.value)]
    return wrong + [call.lineno for call in ours if not call.args or not is_constant(call.args[0])]


def is_capital(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.isupper()


def holds_statement(node: ast.expr) -> bool:
    """Whether some part of a value begins as a statement."""
    parts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))
    return any(DML.match(part) for part in parts)


def is_constant(node: ast.expr) -> bool:
    """A literal, a name in capitals, or a sum of both."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return is_constant(node.left) and is_constant(node.right)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def in_the_room(path: Path) -> bool:
    return str(path.relative_to(ROOT)).startswith(ROOM)


def test_statements_live_in_the_room_of_statements():
    outside = {str(path.relative_to(ROOT)): statements_in(tree_of(path)) for path in python_files() if not in_the_room(path)}

    assert {name: found for name, found in outside.items() if found} == {}


def test_no_statement_is_put_together_from_values():
    files = python_files(("core/sql",))

    assert [f"{path.name}:{line}" for path in files for line in made_of_values(tree_of(path))] == []


def test_the_room_of_statements_is_not_empty():
    assert sum(len(statements_in(tree_of(path))) for path in python_files(("core/sql",))) > 50


@pytest.mark.parametrize("source", ["x = 'SELECT 1'", "y = ('UPDATE agents SET a = 1', 2)", "z = '''\n DELETE FROM agents'''"])
def test_a_statement_outside_is_noticed(source: str):
    assert statements_in(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "tx.one(f'SELECT {x}')", "tx.all('SELECT ' + name)", "tx.execute(sql)", "tx.one('a %s' % b)", "ROWS = f'SELECT {x} FROM t'",
        "ROWS = 'SELECT a FROM ' + name()", "ROWS = 'SELECT {}'.format(x)",
    ],
)  # fmt: skip
def test_a_statement_made_of_values_is_noticed(source: str):
    assert made_of_values(ast.parse(source))
