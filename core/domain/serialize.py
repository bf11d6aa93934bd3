"""Values as JSON, the same bytes every time."""

import json
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces, for fingerprints and stored rows."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=plain, ensure_ascii=False)


def members(value: Any) -> dict[str, Any]:
    """What a dataclass holds, by name, as it is: ``asdict`` copies all of it, every time in it too."""
    return {one.name: getattr(value, one.name) for one in fields(value)}


def plain(value: Any) -> Any:
    """How values outside JSON are written: times as ISO 8601 UTC, money as numbers."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
