"""The files of the project as the contract tests read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKIPPED = {".git", ".venv", ".env", "node_modules", "__pycache__", "dist", "var", "logs", ".pytest_cache", ".ruff_cache", ".hypothesis"}
ROOMS = ("backend.py", "config", "core", "routes", "jobs", "database", "agent")


@cache
def python_files(places: tuple[str, ...] = ROOMS) -> tuple[Path, ...]:
    found = (path for place in places for path in ([ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))))
    return tuple(path for path in found if not SKIPPED & set(path.parts))


def module_of(path: Path) -> str:
    """``core/sql/agents.py`` is ``core.sql.agents``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Every module a file names; ``from core import errors`` counts as ``core.errors``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


@cache
def text_files() -> tuple[Path, ...]:
    """Every file of the project, as far as it is text; a machine may have no git."""
    paths = (path for path in ROOT.rglob("*") if not SKIPPED & set(path.relative_to(ROOT).parts))
    return tuple(path for path in paths if path.is_file() and path.suffix not in (".png", ".ico", ".woff2"))
