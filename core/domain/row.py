"""Values that are read from rows."""

from collections.abc import Mapping
from typing import Any, Self


class FromRow:
    """A frozen dataclass whose fields are columns; further columns of the row are ignored."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    @classmethod
    def maybe(cls, row: Mapping[str, Any] | None) -> Self | None:
        return None if row is None else cls.from_row(row)
