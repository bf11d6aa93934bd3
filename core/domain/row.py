"""Values that are read from rows."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Self


class FromRow:
    """A frozen dataclass whose fields are columns; further columns of the row are ignored."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(**{f.name: row[f.name] for f in fields(cls)})

    @classmethod
    def maybe(cls, row: Mapping[str, Any] | None) -> Self | None:
        return None if row is None else cls.from_row(row)
