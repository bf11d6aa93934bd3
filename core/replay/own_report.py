"""What a replay of one's own history came to: figures with their intervals, differences, and what the data cannot tell."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from core.replay.history import TICK_SECONDS, TICKS_PER_MONTH, Fate, Market
from core.replay.own import Span
from core.replay.own_lineup import BASELINES, OMNISCIENT, OWN
from core.replay.workloads import Life, Workload

PAID = ("primary_usd", "replica_usd", "zombie_usd")
COUNTS = ("interruptions", "drawn_interruptions", "moves", "replicas", "refused_launches")
LOW, HIGH = 0.05, 0.95
LEAST_CHEAPER, LEAST_SOONER = 0.005, 0.5  # of On-Demand's cost; seconds away per workload and month


def figures(market: Market, lives: Sequence[Life], span: Span) -> dict[str, float]:
    """The figures of one draw, over all workloads."""
    sums = Counter()
    for life in lives:
        for name, figure in life.sums.items():
            sums[name] += figure
    return _rated(sums, _on_demand_usd(market, [life.workload for life in lives], span), len(lives), span)


def _rated(sums: Counter, on_demand: float, workloads: int, span: Span) -> dict[str, float]:
    months = max(1e-9, (span.last - span.first) / TICKS_PER_MONTH * workloads)
    cost, ticks = sum(sums[name] for name in PAID), sums["spot_ticks"] + sums["on_demand_ticks"]
    return {
        "cost_usd": cost, "on_demand_usd": on_demand, "net_saving_usd": on_demand - cost,
        "cost_over_on_demand": cost / on_demand if on_demand else 0.0,
        "overlap_usd": sums["replica_usd"] + sums["zombie_usd"],
        "downtime_seconds_per_workload_month": (sums["unplanned_seconds"] + sums["planned_seconds"]) / months,
        "interruptions_per_workload_month": sums["interruptions"] / months,
        "moves_per_workload_month": sums["moves"] / months,
        **{name: float(sums[name]) for name in COUNTS},
        "spot_share": sums["spot_ticks"] / ticks if ticks else 0.0,
        "unwatched_share": sums["unwatched_ticks"] / sums["spot_ticks"] if sums["spot_ticks"] else 0.0,
    }  # fmt: skip


def _on_demand_usd(market: Market, workloads: Sequence[Workload], span: Span) -> float:
    """What all of it would have cost without Spot."""
    hours = (span.last - span.first) * TICK_SECONDS / 3600
    return sum(market.history.on_demand.get(one.instance_type, 0.0) * hours for one in workloads)


def hindsight(market: Market, fate: Fate, workloads: Sequence[Workload], span: Span) -> dict[str, float]:
    """The cheapest place that gives machines, in every tick, moved to for nothing: nobody can be below."""
    cost = sum(_least(market, fate, one, span) for one in workloads)
    told = Counter(primary_usd=cost, spot_ticks=1)
    return _rated(told, _on_demand_usd(market, workloads, span), len(workloads), span)


def _least(market: Market, fate: Fate, workload: Workload, span: Span) -> float:
    on_demand = market.history.on_demand.get(workload.instance_type, np.inf)
    fitting = market.fitting(market.model_of(workload.instance_type))
    prices = np.where(fate.down | np.isnan(market.history.prices), np.inf, market.history.prices)[span.first : span.last, fitting]
    return float(np.minimum(prices.min(axis=1), on_demand).sum()) * TICK_SECONDS / 3600


def interval(draws: Sequence[float]) -> dict[str, float]:
    """The mean over the draws, and between which values nine in ten of them lie."""
    low, high = np.quantile(draws, [LOW, HIGH])
    return {"mean": round(float(np.mean(draws)), 6), "low": round(float(low), 6), "high": round(float(high), 6)}


def summarised(name: str, words: str, draws: Sequence[dict[str, float]]) -> dict:
    kind = "own" if name == OWN else "bound" if name == OMNISCIENT else "baseline" if name in BASELINES else "policy"
    return {"policy": name, "words": words, "kind": kind, "figures": {key: interval([one[key] for one in draws]) for key in draws[0]}}


def against_own(draws: dict[str, list[dict[str, float]]]) -> dict[str, dict]:
    """Each policy's cost and downtime less one's own, draw by draw."""
    own = draws[OWN]
    keys = ("cost_usd", "downtime_seconds_per_workload_month", "interruptions_per_workload_month")
    pairs = {name: list(zip(told, own, strict=True)) for name, told in draws.items() if name != OWN}
    return {name: {key: interval([one[key] - mine[key] for one, mine in pair]) for key in keys} for name, pair in pairs.items()}


def mark_front(policies: list[dict]) -> None:
    """Mark whom nobody beats in both cost and downtime; the bound does not play."""
    playing = [one for one in policies if one["kind"] != "bound"]
    points = {one["policy"]: (_mean(one, "cost_over_on_demand"), _mean(one, "downtime_seconds_per_workload_month")) for one in playing}
    for one in policies:
        here = points.get(one["policy"])
        one["is_on_front"] = here is not None and not any(_beats(there, here) for there in points.values())


def _beats(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """No worse in both, and better in one by as much as anybody would notice."""
    return a[0] <= b[0] and a[1] <= b[1] and (b[0] - a[0] >= LEAST_CHEAPER or b[1] - a[1] >= LEAST_SOONER)


def _mean(policy: dict, key: str) -> float:
    return policy["figures"][key]["mean"]


def verdict(policies: list[dict]) -> str:
    """The replay in one sentence or two."""
    own = next(one for one in policies if one["kind"] == "own")
    down, cut = _mean(own, "downtime_seconds_per_workload_month"), _mean(own, "interruptions_per_workload_month")
    first = f"Yours costs {100 * (1 - _mean(own, 'cost_over_on_demand')):.0f} % less than On-Demand, with {cut:.2f} interruptions and {down:.1f} s away per workload and month."
    better = [one for one in policies if one["kind"] == "policy" and _beats(_point(one), _point(own))]
    if not better:
        return f"{first} No policy of the comparison is better in both."
    best = min(better, key=_point)
    return f"{first} {best['policy']} is better in one and no worse in the other: {100 * (1 - _mean(best, 'cost_over_on_demand')):.0f} % less, {_point(best)[1]:.1f} s away."


def _point(policy: dict) -> tuple[float, float]:
    return _mean(policy, "cost_over_on_demand"), _mean(policy, "downtime_seconds_per_workload_month")


def gaps(market: Market, policies: list[dict], seeds: int, hazard: float, span: Span) -> list[str]:
    """What the data cannot tell, in sentences."""
    told, unwatched = [], max(_mean(one, "unwatched_share") for one in policies)
    if unwatched > 0.005:
        how = f"there interruptions are drawn by the Spot Advisor's rank, {seeds} times" if hazard else "there none is assumed"
        told.append(f"Nobody watched the pools for {100 * unwatched:.0f} % of the time that some policy would have stood in them; {how}.")
    late = np.isnan(market.history.prices[span.first]).sum()
    if late:
        told.append(f"{late} of {len(market.history.pools)} pools have no price at the beginning; their first one stands in.")
    if not market.history.notices:
        told.append("No notice of your own machines is recorded in this time; every loss is taken as announced two minutes before.")
    unranked = len({pool.instance_type for pool in market.history.pools} - set(market.history.ranks))
    if unranked and hazard:
        told.append(f"The Spot Advisor does not rank {unranked} of the instance types; its middle rank stands in.")
    told.append(f"A machine is taken to boot in {market.history.boot_seconds:.0f} s and to hand over in {market.history.handover_seconds:.1f} s; On-Demand prices are today's.")
    return told
