"""An auditor of task B: its figures again from the action log and, with the recorded prices, its cost.

It shares no code with the replay. In the log ``machine`` is the seed; workers of a seed in one pool are alike.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np

from core.replay.prices import PriceMarket

MONTH_DAYS, TOLERANCE = 30.4375, 1e-4
ON_DEMAND, ON_DEMAND_PRICE = "on-demand", 0.192  # USD per hour of m5.xlarge


def check(report: dict, log: list[dict], market: PriceMarket | None = None) -> list[str]:
    """Where a report and its log disagree, in words; the cost only with the market's prices."""
    told = report["metrics"]
    found = {**_interruptions(report, log), **(_cost(report, log, market) if market else {})}
    wrong = {name: value for name, value in found.items() if abs(value - told[name]) > TOLERANCE * max(1.0, value)}
    return [f"{name}: the report says {told[name]}, the log says {value:.5f}" for name, value in wrong.items()]


def _interruptions(report: dict, log: Iterable[dict]) -> dict[str, float]:
    terms = report["terms"]
    at_once = Counter((line["machine"], line["tick"]) for line in log if line["op"] == "lost")
    months = report["metrics"]["judged_days"] / MONTH_DAYS * terms["workers"]
    return {
        "interruptions_per_replica_month": sum(at_once.values()) / len(terms["seeds"]) / months,
        "largest_share_lost_at_once": max(at_once.values(), default=0) / terms["workers"],
    }


def _cost(report: dict, log: Iterable[dict], market: PriceMarket) -> dict[str, float]:
    """Every machine's bill from its launch to its end; one that a move releases is billed for that tick as well."""
    terms = report["terms"]
    last = min(terms["last"] or market.ticks, market.ticks)
    index = {pool: number for number, pool in enumerate(market.pools)}
    paid_until = np.vstack((np.zeros(len(index)), np.cumsum(np.nan_to_num(market.prices), axis=0)))
    spent = 0.0
    for pool, since, end in _lives(log, last):
        spent += (end - since) * ON_DEMAND_PRICE if pool == ON_DEMAND else paid_until[end, index[pool]] - paid_until[since, index[pool]]
    demand = (last - terms["first"]) * terms["workers"] * ON_DEMAND_PRICE * len(terms["seeds"])
    return {"cost_over_on_demand": float(spent) / demand}


def _lives(log: Iterable[dict], last: int) -> Iterable[tuple[str, int, int]]:
    """(pool, first tick, tick after the last that is billed) of every machine."""
    alive: dict[tuple[int, str], list[int]] = defaultdict(list)
    for line in log:
        here = alive[line["machine"], line["pool"]]
        if line["op"].startswith("launch"):
            here += [line["tick"]] if line["ok"] else []
        else:
            moved = line["op"] == "release" and line["pool"] != ON_DEMAND
            yield line["pool"], here.pop(), line["tick"] + moved
    yield from ((pool, since, last) for (_, pool), rest in alive.items() for since in rest)
