"""An auditor of replays: every figure of task A again from the action log alone, and the log against the market.

It shares no code with the replay: machines are followed by their numbers, tick by tick.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from core.replay.availability import Market

DAY = 86400


def read_log(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def recompute(log: Iterable[dict], terms: dict) -> dict[str, float]:
    """The metrics of a task A replay. ``terms``: wanted, boot_ticks, first, last, prices, gap_seconds, settle."""
    by_tick: dict[int, list[dict]] = defaultdict(list)
    for line in log:
        by_tick[line["tick"]].append(line)
    alive: dict[int, tuple[int, bool]] = {}
    sums = {"cost": 0.0, "missing": 0, "full": 0, "zero": 0, "lost": 0, "failed": 0}
    judged = range(terms["first"] + terms["settle"], terms["last"])
    for tick in range(min(by_tick, default=0), terms["last"]):
        seen = _apply(by_tick.get(tick, ()), alive, tick, terms)
        if tick in judged:
            _add(sums, seen, alive, tick, terms)
    return _metrics(sums, len(judged), terms)


def _apply(lines: Iterable[dict], alive: dict[int, tuple[int, bool]], tick: int, terms: dict) -> dict:
    """One tick of the log; what it cost beside the machines that stay."""
    seen = {"lost": 0, "failed": 0, "wasted": 0.0}
    for line in lines:
        number = line["machine"]
        if line["op"] in ("launch_spot", "launch_on_demand") and line["ok"]:
            alive[number] = (tick, line["op"] == "launch_spot")
        elif line["op"] == "launch_spot":
            seen["failed"] += 1
        elif line["op"] == "lost":
            del alive[number]
            seen["lost"] += 1
        else:
            since, spot = alive.pop(number)
            seen["wasted"] += _price(spot, terms) if since == tick else 0.0
    return seen


def _add(sums: dict, seen: dict, alive: dict[int, tuple[int, bool]], tick: int, terms: dict) -> None:
    ready = sum(tick - since >= terms["boot_ticks"] for since, _ in alive.values())
    sums["cost"] += seen["wasted"] + sum(_price(spot, terms) for _, spot in alive.values())
    sums["missing"] += max(0, terms["wanted"] - ready)
    sums["full"] += ready >= terms["wanted"]
    sums["zero"] += ready == 0
    sums["lost"] += seen["lost"]
    sums["failed"] += seen["failed"]


def _price(spot: bool, terms: dict) -> float:
    return terms["spot_price"] if spot else terms["on_demand_price"]


def _metrics(sums: dict, ticks: int, terms: dict) -> dict[str, float]:
    days = ticks * terms["gap_seconds"] / DAY
    minutes, wanted = terms["gap_seconds"] / 60, terms["wanted"]
    return {
        "cost_over_on_demand": round(sums["cost"] / (ticks * wanted * terms["on_demand_price"]), 5),
        "availability_percent": round(100 * sums["full"] / ticks, 3),
        "downtime_minutes_per_replica_day": round(sums["missing"] * minutes / (wanted * days), 3),
        "zero_ready_minutes_per_day": round(sums["zero"] * minutes / days, 3),
        "interruptions_per_replica_day": round(sums["lost"] / (wanted * days), 3),
        "failed_launches": sums["failed"],
    }


def differences(told: dict, found: dict) -> list[str]:
    """Where a report and its log disagree, in words."""
    return [f"{name}: the report says {told.get(name)}, the log says {value}" for name, value in found.items() if told.get(name) != value]


def against_market(log: Iterable[dict], market: Market, tries: int = 12) -> list[str]:
    """What the log tells and the market denies: launches, losses that did not happen or went untold, too many tries."""
    index, told = {pool: number for number, pool in enumerate(market.pools)}, []
    alive: dict[int, str] = {}
    asked: dict[int, int] = defaultdict(int)
    for line in log:
        tick, pool = line["tick"], line["pool"]
        up = pool not in index or market.is_up(index[pool], tick)
        if line["op"] == "launch_spot":
            asked[tick] += 1
            if up != line["ok"]:
                told.append(f"tick {tick}: a launch in {pool} {'succeeded' if line['ok'] else 'failed'} against the market")
        if line["op"] == "lost" and up:
            told.append(f"tick {tick}: {pool} was not lost")
        if line["ok"] and line["op"] in ("launch_spot", "lost", "release"):
            told += _follow(alive, line, market, index) if pool in index else []
    told += [f"tick {tick}: {count} launches were tried" for tick, count in asked.items() if count > tries]
    return told


def _follow(alive: dict[int, tuple[int, str]], line: dict, market: Market, index: dict[str, int]) -> list[str]:
    """A machine's life on spot must lie within one time in which its pool was up."""
    if line["op"] == "launch_spot":
        alive[line["machine"]] = (line["tick"], line["pool"])
        return []
    since, pool = alive.pop(line["machine"])
    end = line["tick"] + (line["op"] == "release")
    survived = market.up[index[pool]][since:end].count(0)
    return [f"tick {line['tick']}: machine {line['machine']} outlived a loss of {pool}"] if survived else []
