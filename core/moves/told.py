"""What whoever asks for a decision tells of prices: figures that count in this decision alone, and readings that are kept besides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.database import Tx
from core.domain.lifecycle import Agent, Instance
from core.domain.notice import parse_time
from core.domain.pools import Pool
from core.prices import pricing


@dataclass(frozen=True)
class Told:
    """``prices``: USD per hour by pool, in place of the stored ones, each of its age in seconds; what became of the readings."""

    prices: Mapping[str, float] = field(default_factory=dict)
    ages: Mapping[str, float] = field(default_factory=dict)
    readings: Mapping[str, Any] = field(default_factory=lambda: {"stored": 0, "duplicates": 0, "rejected": []})


NOTHING = Told()


def hear(tx: Tx, agent: Agent, instance: Instance, body: Mapping[str, Any], pools: Mapping[str, Pool]) -> Told:
    """1 keep the readings, as of a pricing report  2 let those count that are newer than what is known  3 figures before both."""
    figures = {one["pool_id"]: one["spot_price"] for one in body["prices"]}
    readings = body.get("readings") or ()
    if not readings:
        return Told(figures, dict.fromkeys(figures, 0.0))
    rows = [_row(one) for one in readings]
    kept = pricing.report(tx, agent, instance, {"pools": rows})
    newer = _newer([(one["pool_id"], row) for one, row in zip(readings, rows, strict=True)], pools, tx.now())
    prices, ages = {name: price for name, (_, price) in newer.items()}, {name: age for name, (age, _) in newer.items()}
    return Told({**prices, **figures}, {**ages, **dict.fromkeys(figures, 0.0)}, kept)


def _row(reading: Mapping[str, Any]) -> dict:
    az_id, instance_type, _ = reading["pool_id"].split(":")
    return {**reading, "az_id": az_id, "instance_type": instance_type}


def _newer(read: list[tuple[str, Mapping]], pools: Mapping[str, Pool], now: datetime) -> dict[str, tuple[float, float]]:
    """(age, price) of the newest reading of each pool, where it is newer than the price we hold."""
    aged = [(name, _age(row, now), row["spot_price"]) for name, row in read if name in pools and not pricing.impossible(row, now)]
    found = sorted(((age, name, price) for name, age, price in aged if age < pools[name].price_age_seconds), reverse=True)
    return {name: (age, price) for age, name, price in found}


def _age(row: Mapping[str, Any], now: datetime) -> float:
    return max(0.0, (now - parse_time(row["observed_at"])).total_seconds())
