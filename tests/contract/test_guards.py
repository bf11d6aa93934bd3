"""A route's guards stand in one order: who may, what shape, once (CONTRIBUTING.md, "Adding an endpoint"; DOC-02)."""

import ast
import re

from core import auth, idempotency, validation
from tests.contract.tree import ROOT, module_of, python_files, tree_of

ORDER = (
    {"open_to_all"} | {name for name in vars(auth) if name.startswith("require_")},
    {"takes", "takes_nothing", "takes_upload", "asks"},
    {"require_idempotency_key", "require_idempotency_key_for_secret", "honours_request_id", "in_transaction"},
)
KNOWN = {**vars(auth), **vars(validation), **vars(idempotency)}


def guards_of(function: ast.FunctionDef) -> list[str]:
    """The names of its decorators, the first one outermost."""
    called = (one.func if isinstance(one, ast.Call) else one for one in function.decorator_list)
    return [getattr(one, "id", getattr(one, "attr", "")) for one in called]


def ranks(guards: list[str]) -> list[int]:
    return [next(rank for rank, names in enumerate(ORDER) if name in names) for name in guards if any(name in names for names in ORDER)]


def disordered(tree: ast.Module) -> list[str]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [one.name for one in functions if ranks(guards_of(one)) != sorted(ranks(guards_of(one)))]


def test_every_routes_guards_stand_in_the_order_of_the_page():
    files = python_files(("routes",))

    assert sum(bool(ranks(guards_of(node))) for path in files for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef)) > 100
    assert [f"{module_of(path)}.{name}" for path in files for name in disordered(tree_of(path))] == []


def test_the_example_of_the_page_is_in_that_order_and_names_guards_that_exist():
    section = (ROOT / "CONTRIBUTING.md").read_text().split("## Adding an endpoint")[1].split("\n## ")[0]
    [example] = re.findall(r"```python\n(.*?)```", section, re.S)
    [function] = ast.parse(example).body
    beside = re.findall(r"(require_\w+|open_to_all)", section)

    assert disordered(ast.Module([function], [])) == [] and len(ranks(guards_of(function))) == 3
    assert [name for name in {*guards_of(function)[1:], *beside} if name not in KNOWN] == []


def test_guards_in_another_order_are_noticed():
    wrong = "@bp.post('/x')\n@require_idempotency_key\n@require_agent\ndef late(tx): ..."
    shapeless = "@bp.post('/x')\n@takes(Body)\n@require_admin\ndef open_first(tx): ..."

    assert disordered(ast.parse(wrong)) == ["late"] and disordered(ast.parse(shapeless)) == ["open_first"]
