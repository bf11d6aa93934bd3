"""The shape of the code: `python -m scripts.shape` prints median, 95th percentile and maximum; exit 1 when over a limit."""

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
AREAS = {
    "product": ("backend.py", "config", "core", "routes", "jobs", "database"),
    "agent": ("agent",),
    "scripts": ("scripts",),
    "tests": ("tests",),
}


@dataclass(frozen=True)
class Limits:
    """Lines: of a function's body without its docstring, and of a file."""

    median: float
    p95: float
    longest: int


FUNCTIONS, FILES = Limits(8, 30, 60), Limits(150, 400, 400)


@dataclass(frozen=True)
class Piece:
    """A function or a file, and how many lines it has."""

    name: str
    lines: int


def python_files(root: Path, places: tuple[str, ...]) -> list[Path]:
    """Every Python file below ``places``; missing places hold none."""
    found = (path for place in places for path in ([root / place] if place.endswith(".py") else (root / place).rglob("*.py")))
    return sorted(path for path in found if path.exists() and "__pycache__" not in path.parts)


def functions_of(source: str, name: str) -> Iterator[Piece]:
    """Each function of a file with the lines of its body, the docstring left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            yield Piece(f"{name}:{node.lineno} {node.name}", body[-1].end_lineno - body[0].lineno + 1)


def measure(root: Path, places: tuple[str, ...]) -> tuple[list[Piece], list[Piece]]:
    """The functions and the files of an area. Empty files tell nothing and are left out."""
    functions, files = [], []
    for path in python_files(root, places):
        source, name = path.read_text(), str(path.relative_to(root))
        functions += functions_of(source, name)
        if source.strip():
            files.append(Piece(name, source.count("\n")))
    return functions, files


def offences(pieces: list[Piece], limits: Limits) -> list[str]:
    """What is over its limit, in words."""
    if not pieces:
        return []
    lines = [piece.lines for piece in pieces]
    told = [f"{piece.name} has {piece.lines} lines, the limit is {limits.longest}" for piece in pieces if piece.lines > limits.longest]
    if statistics.median(lines) > limits.median:
        told.append(f"the median is {statistics.median(lines)}, the limit is {limits.median}")
    if p95(lines) > limits.p95:
        told.append(f"the 95th percentile is {p95(lines)}, the limit is {limits.p95}")
    return told


def p95(lines: list[int]) -> int:
    """By nearest rank."""
    return sorted(lines)[max(0, -(-95 * len(lines) // 100) - 1)]


def row(area: str, kind: str, pieces: list[Piece]) -> str:
    lines = [piece.lines for piece in pieces] or [0]
    return f"{area:9} {kind:10} {len(pieces):5} {statistics.median(lines):7.0f} {p95(lines):5} {max(lines):5}"


def main() -> int:
    """Print a table; the number of areas over a limit decides the exit code."""
    print(f"{'area':9} {'':10} {'count':>5} {'median':>7} {'p95':>5} {'max':>5}")
    told = []
    for area, places in AREAS.items():
        functions, files = measure(ROOT, places)
        print(row(area, "functions", functions), row(area, "files", files), sep="\n")
        told += [f"{area}: {sentence}" for sentence in offences(functions, FUNCTIONS) + offences(files, FILES)]
    print(*told, sep="\n", end="\n" if told else "")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
