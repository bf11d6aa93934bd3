"""The Spot Advisor's file: saving and interruption bucket per region, system and type. It is a file, not an API, and carries no date."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core import errors

BUCKETS = 5  # ≤ 5, ≤ 11, ≤ 16, ≤ 22, more per cent in a month
LABELS = ("up to 5 %", "5 to 10 %", "10 to 15 %", "15 to 20 %", "more than 20 %")  # as the file names them


@dataclass(frozen=True)
class Rate:
    region: str
    os: str
    instance_type: str
    bucket: int
    savings_pct: int


def read(text: bytes) -> list[Rate]:
    """Every rate of the file, or Invalid with what is wrong and where. A file that lost most of its content is refused whole."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise errors.Invalid(f"the Spot Advisor's file is no JSON: {error}") from None
    regions = told.get("spot_advisor") if isinstance(told, Mapping) else None
    if not isinstance(regions, Mapping) or not regions:
        raise errors.Invalid("the Spot Advisor's file has no member spot_advisor")
    rates = [rate for region, systems in regions.items() for rate in _region(region, systems)]
    if not rates:
        raise errors.Invalid("the Spot Advisor's file names no instance type")
    return rates


def _region(region: str, systems: Any) -> list[Rate]:
    if not isinstance(systems, Mapping):
        raise errors.Invalid(f"spot_advisor.{region} is not an object")
    return [_rate(region, os, name, row) for os, types in systems.items() for name, row in types.items()]


def _rate(region: str, os: str, name: str, row: Any) -> Rate:
    where = f"spot_advisor.{region}.{os}.{name}"
    if not isinstance(row, Mapping) or not isinstance(row.get("r"), int) or not isinstance(row.get("s"), int):
        raise errors.Invalid(f"{where} has no r and s")
    if not 0 <= row["r"] < BUCKETS or not 0 <= row["s"] <= 100:
        raise errors.Invalid(f"{where} has r={row['r']}, s={row['s']}: out of range")
    return Rate(region, os, name, row["r"], row["s"])
