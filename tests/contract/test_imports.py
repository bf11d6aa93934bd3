"""Who may import whom: data flows one way."""

import ast

import pytest

from tests.contract.tree import imports_of, module_of, python_files, tree_of

OURS = ("agent", "backend", "config", "core", "database", "jobs", "routes", "scripts", "tests")
ENTRIES = {"backend", "config.gunicorn", "config.worker"}  # they start a process and may know every room

# The most exact room that fits a module decides; its row names every prefix it may import, of ours and of the libraries we watch.
MAY_IMPORT = {
    "config": ("config",),
    "core.errors": (),
    "core.domain": ("core.domain", "core.errors", "numpy"),
    "core.sql": ("core.database", "core.domain", "core.errors"),
    "core.database": ("core.errors", "pymysql"),
    "core.cloud": ("core.cloud", "core.domain", "core.errors", "config", "boto3", "botocore", "requests"),
    "core.auth": ("core", "config", "flask"),
    "core.validation": ("core", "config", "flask"),
    "core.idempotency": ("core", "config", "flask"),
    "core.replies": ("core", "config", "flask"),
    "core.replay": ("core.replay", "core.domain", "core.errors", "numpy"),
    "core": ("core", "config"),
    "routes": ("routes", "core", "config.settings", "flask"),
    "jobs": ("jobs", "core", "config"),
    "database": ("database", "pymysql"),
    "agent": ("agent", "requests"),
}
FORBIDDEN = {"routes": ("core.sql", "core.cloud", "jobs")}
WATCHED = (*OURS, "flask", "pymysql", "boto3", "botocore", "requests", "numpy")


def room_of(module: str) -> str:
    return max((room for room in MAY_IMPORT if within(module, room)), key=len)


def within(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def trespasses(module: str, tree: ast.Module) -> list[str]:
    """The imports of a file that its room does not allow."""
    room = room_of(module)
    watched = [name for name in imports_of(tree) if any(within(name, one) for one in WATCHED)]
    allowed = [name for name in watched if any(within(name, one) for one in MAY_IMPORT[room])]
    forbidden = [name for name in allowed if any(within(name, one) for one in FORBIDDEN.get(room, ()))]
    return [f"{module} ({room}) imports {name}" for name in watched if name not in allowed or name in forbidden]


def test_every_file_imports_only_what_its_room_allows():
    files = [path for path in python_files() if module_of(path) not in ENTRIES]

    assert [sentence for path in files for sentence in trespasses(module_of(path), tree_of(path))] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.domain.pools", "import pymysql"),
        ("core.domain.pools", "from core.database import Tx"),
        ("core.sql.agents", "from core import audit"),
        ("core.emergencies.emergency", "from flask import request"),
        ("core.emergencies.emergency", "import jobs"),
        ("core.cloud.aws", "from core.sql import agents"),
        ("routes.agents", "from core.sql import agents"),
        ("routes.agents", "import core.cloud.aws"),
        ("jobs.executor", "from routes import BLUEPRINTS"),
        ("agent.loop", "from core import errors"),
        ("config.settings", "import core.errors"),
    ],
)
def test_a_trespass_is_noticed(module: str, source: str):
    assert trespasses(module, ast.parse(source))


def test_the_agent_needs_requests_and_the_standard_library_only():
    import sys

    wanted = {name.split(".")[0] for path in python_files(("agent",)) for name in imports_of(tree_of(path))}

    assert wanted - sys.stdlib_module_names == {"agent", "requests"}
