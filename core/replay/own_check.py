"""The auditor of a replay of one's own history: what its log says of cost, by the recorded prices. Shares no code with the play."""

from collections.abc import Iterable, Mapping

import numpy as np

from core.replay.history import TICK_SECONDS, History


def differences(report: Mapping, policy: str, log: Iterable[Mapping], history: History) -> list[str]:
    """Where the report and the policy's own log disagree; empty when they do not."""
    told = next(one for one in report["policies"] if one["policy"] == policy)["figures"]
    spent, refused, found = _spent(log, history)
    draws = report["terms"]["draws"]
    for name, figure in (("cost_usd", spent / draws), ("refused_launches", refused / draws)):
        if abs(told[name]["mean"] - figure) > 1e-4 * max(1.0, abs(figure)):
            found.append(f"the report says {name} {told[name]['mean']}, the log {figure:.6f}")
    return found


def _spent(log: Iterable[Mapping], history: History) -> tuple[float, int, list[str]]:
    """USD over all draws, refused launches, and lines that cannot be."""
    running, spent, refused, found = {}, 0.0, 0, []
    for line in log:
        key = (line["draw"], line["machine"])
        if not line["ok"]:
            refused += 1
        elif line["op"].startswith("launch"):
            running[key] = line
        elif key not in running:
            found.append(f"machine {line['machine']} ends at tick {line['tick']} and was never launched")
        else:
            spent += _bill(running.pop(key), line, history)
    return spent, refused, found + [f"{len(running)} machines never end"] * bool(running)


def _bill(launch: Mapping, end: Mapping, history: History) -> float:
    """One machine from its launch to its end; whoever is released in the tick of its launch is billed that tick."""
    last = max(end["tick"], launch["tick"] + (end["op"] == "release"))
    if launch["op"] == "launch_on_demand":
        hourly = history.on_demand[launch["pool"].split(":")[1]] * (last - launch["tick"])
    else:
        prices = history.prices[:, [pool.pool_id for pool in history.pools].index(launch["pool"])]
        first = prices[~np.isnan(prices)][0]
        hourly = float(np.where(np.isnan(prices), first, prices)[launch["tick"] : last].sum())
    return hourly * TICK_SECONDS / 3600
