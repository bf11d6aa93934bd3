"""What is done of docs/checklist.yaml: `python -m scripts.checklist` counts by kind, `--open` lists what is left. For developers."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

FILE = Path(__file__).parents[1] / "docs/checklist.yaml"
EXTRA = "extra routes"
STATES = ("proved", "partly", "open", "never")


@dataclass(frozen=True)
class Row:
    """One id. Exactly one of ``tests``, ``open`` and ``never`` is said; ``missing`` says what the tests do not prove yet."""

    kind: str
    id: str
    words: str
    tests: list[str] | None = None
    missing: str | None = None
    open: str | None = None
    never: str | None = None
    routes: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        if self.never or self.open:
            return "never" if self.never else "open"
        return "partly" if self.missing else "proved"

    @property
    def left(self) -> str | None:
        """What is still to be done, in a few words."""
        return self.open or self.missing


class Strict(yaml.SafeLoader):
    """Refuses a name that stands twice; YAML itself would keep the last one and say nothing."""

    def construct_mapping(self, node, deep=False):
        names = Counter(key.value for key, _ in node.value)
        twice = [name for name, n in names.items() if n > 1]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"twice: {', '.join(twice)}", node.start_mark)
        return super().construct_mapping(node, deep)


def read(text: str | None = None) -> dict[str, dict]:
    """The file, kind by kind."""
    return yaml.load(FILE.read_text() if text is None else text, Strict)


def rows_of(told: dict[str, dict]) -> list[Row]:
    return [Row(kind, id, **entry) for kind, entries in told.items() if kind != EXTRA for id, entry in entries.items()]


def table(rows: list[Row]) -> Iterator[str]:
    """A line per kind, and one for all."""
    yield f"{'':28}" + "".join(f"{state:>8}" for state in STATES)
    kinds = list(dict.fromkeys(row.kind for row in rows))
    for name, some in [*((kind, [row for row in rows if row.kind == kind]) for kind in kinds), ("all", rows)]:
        counts = Counter(row.state for row in some)
        yield f"{name:28}" + "".join(f"{counts[state]:8}" for state in STATES)


def what_is_left(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        if row.left:
            yield f"{row.id:15} {row.state:7} {row.words}: {row.left}"


def main() -> None:
    rows = rows_of(read())
    print("\n".join(what_is_left(rows) if "--open" in sys.argv[1:] else table(rows)))


if __name__ == "__main__":
    main()
