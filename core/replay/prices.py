"""Recorded spot prices of a region, with what the catalogue and the Spot Advisor say of its types.

Reads price CSV (``timestamp,az,instance_type,spot_price``), DescribeSpotPriceHistory JSON, Spot Advisor JSON and the
catalogue CSV, each plain or gzipped. Price dumps in Parquet are not read.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import numpy as np

from core import errors
from core.domain.decision.values import MONTHLY_BY_BUCKET

TICK_SECONDS = 300


@dataclass(frozen=True)
class PriceMarket:
    """Pools side by side on a 5-minute grid: ``prices[tick, pool]`` in USD per hour, NaN before the first."""

    name: str
    region: str
    pools: tuple[str, ...]
    monthly: np.ndarray
    prices: np.ndarray

    @property
    def ticks(self) -> int:
        return len(self.prices)

    def tick_of_day(self, day: float) -> int:
        return min(self.ticks, round(day * 86400 / TICK_SECONDS))


@dataclass(frozen=True)
class Size:
    """What a type offers; MiB of memory."""

    vcpus: int
    memory_mib: int
    arch: str
    family: str
    gpus: int


@dataclass(frozen=True)
class Needs:
    """Which types and zones a fleet may use."""

    vcpus: tuple[int, int] = (4, 8)
    memory_mib: int = 15258
    arch: str = "amd64"
    without: tuple[str, ...] = ("t", "a", "p", "g", "f", "inf", "trn", "dl", "vt", "x1", "u")
    without_zones: tuple[str, ...] = ("us-east-1e",)

    def fits(self, name: str, size: Size) -> bool:
        low, high = self.vcpus
        kind = size.family in self.without or name.startswith(tuple(f"{one}." for one in self.without) + ("x1", "u-"))
        return low <= size.vcpus <= high and size.memory_mib >= self.memory_mib and size.arch == self.arch and not kind and not size.gpus and "metal" not in name


def read_markets(folder: Path, needs: Needs = Needs()) -> list[PriceMarket]:  # noqa: B008 a frozen value
    """One market per price file below ``folder`` whose region the advisor knows."""
    catalogue = _read_catalogue(_find(folder, "catalog", "*catalog*.csv*"))
    markets = []
    for path in sorted([*folder.rglob("*.csv"), *folder.rglob("*.csv.gz"), *folder.rglob("*price-history*.json*")]):
        if _is_prices(path):
            markets += _read_market(path, catalogue, folder, needs)
    if not markets:
        raise errors.BadRequest(f"no price files (timestamp,az,instance_type,spot_price) below {folder}")
    return sorted(markets, key=lambda market: -len(market.pools))


def open_text(path: Path) -> TextIO:
    return io.TextIOWrapper(gzip.open(path)) if path.suffix == ".gz" else path.open(encoding="utf-8")


def read_price_changes(path: Path) -> Iterator[tuple[str, str, str, float]]:
    """(time as written, zone, type, USD per hour) of a CSV or of a DescribeSpotPriceHistory export; only Linux."""
    with open_text(path) as file:
        if ".json" in path.name:
            for row in json.load(file)["SpotPriceHistory"]:
                if row.get("ProductDescription", "Linux/UNIX").startswith("Linux/UNIX"):
                    yield row["Timestamp"], row["AvailabilityZone"], row["InstanceType"], float(row["SpotPrice"])
        else:
            for row in csv.DictReader(file):
                yield row["timestamp"], row["az"], row["instance_type"], float(row["spot_price"])


def read_advisor(path: Path, region: str) -> dict[str, float]:
    """Monthly P(interrupted) by Linux type of a region, from a Spot Advisor file."""
    with open_text(path) as file:
        told = json.load(file)["spot_advisor"].get(region, {}).get("Linux", {})
    return {name: MONTHLY_BY_BUCKET[figures["r"]] for name, figures in told.items()}


def _read_market(path: Path, catalogue: dict[str, Size], folder: Path, needs: Needs) -> list[PriceMarket]:
    changes = [one for one in read_price_changes(path) if one[2] in catalogue and needs.fits(one[2], catalogue[one[2]])]
    changes = [one for one in changes if one[1] not in needs.without_zones]
    if not changes:
        return []
    region = changes[0][1].rstrip("abcdefghijklmnopqrstuvwxyz")
    risks = read_advisor(_find(folder, "advisor", "*advisor*.json*"), region)
    changes = sorted((_time(at), zone, name, price) for at, zone, name, price in changes if name in risks)
    pools = tuple(sorted({f"{zone}:{name}" for _, zone, name, _ in changes}))
    monthly = np.array([risks[pool.split(":")[1]] for pool in pools])
    return [PriceMarket(path.name.split(".")[0], region, pools, monthly, _grid(changes, pools))]


def _grid(changes: list[tuple], pools: tuple[str, ...]) -> np.ndarray:
    """Prices carried forward from change to change, and the first one back to the start: it was in force before it was recorded."""
    index, start = {pool: number for number, pool in enumerate(pools)}, changes[0][0].replace(hour=0, minute=0, second=0)
    ticks = int((changes[-1][0] - start).total_seconds() // TICK_SECONDS) + 1
    grid = np.full((ticks, len(pools)), np.nan)
    for at, zone, name, price in changes:
        grid[int((at - start).total_seconds() // TICK_SECONDS), index[f"{zone}:{name}"]] = price
    first = np.argmax(~np.isnan(grid), axis=0)
    filled = np.maximum.accumulate(np.where(np.isnan(grid), first, np.arange(ticks)[:, None]), axis=0)
    return np.take_along_axis(grid, filled, axis=0)


def _read_catalogue(path: Path) -> dict[str, Size]:
    with open_text(path) as file:
        return {row["instance_type"]: _size(row) for row in csv.DictReader(file) if row["instance-cpu"] and row["instance-memory"]}


def _size(row: dict[str, str]) -> Size:
    gpus = int(float(row["instance-gpu-count"] or 0))
    return Size(int(row["instance-cpu"]), int(float(row["instance-memory"])), row["arch"], row["instance-category"], gpus)


def _find(folder: Path, what: str, pattern: str) -> Path:
    found = sorted(folder.rglob(pattern))
    if not found:
        raise errors.BadRequest(f"no {what} file ({pattern}) below {folder}")
    return found[0]


def _is_prices(path: Path) -> bool:
    with open_text(path) as file:
        start = file.read(200)
    return start.startswith("timestamp,az,instance_type,spot_price") or "SpotPriceHistory" in start


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
