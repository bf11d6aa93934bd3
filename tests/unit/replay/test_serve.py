"""Task A on small drawn markets: honest play, honest figures, no look ahead."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.decision.serve import DIALS, Keeper
from core.replay import check
from core.replay.availability import Market
from core.replay.lineup import TASK_A
from core.replay.serve import SETTLE, ServeTask, play
from tests.unit.decision.markets import drawn_market

ROOT = Path(__file__).parents[3]
CAUSAL = [name for name in TASK_A if name not in ("omniscient", "static-rank")]


def terms_of(task: ServeTask, market: Market) -> dict:
    return {**task.__dict__, "last": task.last or market.ticks, "gap_seconds": market.gap_seconds, "settle": SETTLE}


def log_of(journal) -> list[dict]:
    return [json.loads(line) for line in journal.lines()]


@pytest.mark.parametrize("name", TASK_A)
@pytest.mark.parametrize("boot", [1, 3])
def test_the_figures_recomputed_from_the_log_are_the_figures_told(name, boot):
    market, task = drawn_market(ticks=1500), ServeTask(boot_ticks=boot, first=300)

    metrics, journal = play(market, task, TASK_A[name])

    assert check.differences(metrics, check.recompute(log_of(journal), terms_of(task, market))) == []
    assert check.against_market(log_of(journal), market) == []


def test_a_forged_log_is_noticed():
    market, task = drawn_market(ticks=800), ServeTask()
    metrics, journal = play(market, task, TASK_A["spothedge"])
    log = log_of(journal)

    assert check.differences({**metrics, "cost_over_on_demand": 0.1}, check.recompute(log, terms_of(task, market)))
    untold = [line for line in log if line["op"] != "lost"]
    assert check.against_market([line for line in untold if line["op"] != "release"] + [{**log[-1], "op": "lost", "tick": 799}], market)
    flipped = [{**line, "ok": True, "machine": 10**6 + n} if line["op"] == "launch_spot" and not line["ok"] else line for n, line in enumerate(log)]
    assert check.against_market(flipped, market)


@pytest.mark.parametrize("name", CAUSAL)
def test_nothing_later_is_ever_looked_at(name):
    """Two markets that are the same until tick 600 are played the same until then."""
    one, other = drawn_market(ticks=1000), drawn_market(ticks=1000, seed=2)
    mixed = Market(one.name, one.pools, one.gap_seconds, tuple(a[:600] + b[600:] for a, b in zip(one.up, other.up, strict=True)))

    logs = [[line for line in log_of(play(market, ServeTask(), TASK_A[name])[1]) if line["tick"] < 600] for market in (one, mixed)]

    assert logs[0] == logs[1]


def test_a_peek_at_the_future_would_be_noticed():
    one, other = drawn_market(ticks=1000), drawn_market(ticks=1000, seed=2)
    mixed = Market(one.name, one.pools, one.gap_seconds, tuple(a[:600] + b[600:] for a, b in zip(one.up, other.up, strict=True)))

    logs = [[line for line in log_of(play(market, ServeTask(), TASK_A["omniscient"])[1]) if line["tick"] < 600] for market in (one, mixed)]

    assert logs[0] != logs[1]


@pytest.mark.parametrize("name", DIALS)
def test_the_same_play_gives_the_same_bytes(name):
    plays = ["\n".join(play(drawn_market(ticks=800), ServeTask(), TASK_A[name])[1].lines()) for _ in range(2)]

    assert plays[0] == plays[1]


PLAY_ALL = """
from core.replay.lineup import TASK_A
from core.replay.serve import ServeTask, play
from tests.unit.decision.markets import drawn_market
for name, make in TASK_A.items():
    print(name, *play(drawn_market(ticks=600, leaving=0.2, coming=0.4), ServeTask(), make)[1].lines(), sep="\\n")
"""


def test_a_log_is_the_same_in_every_process():
    """Sets of names are walked in another order by another process."""
    logs = {subprocess.run([sys.executable, "-c", PLAY_ALL], env={"PYTHONHASHSEED": seed}, cwd=ROOT, check=True, capture_output=True).stdout for seed in "12"}

    assert len(logs) == 1


def test_names_of_zones_decide_nothing():
    """The same market under other names, in the same order, is played alike."""
    market = drawn_market(ticks=1200)
    renamed = Market("other", tuple(f"{chr(ord('a') + n)}-{n}" for n in range(len(market.pools))), market.gap_seconds, market.up)

    told = [play(one, ServeTask(), TASK_A["hedged"])[0] for one in (market, renamed)]

    assert told[0] == told[1]


def test_what_is_promised_is_always_held_or_on_its_way():
    market = drawn_market(ticks=1000, leaving=0.05)
    held = []

    class Watched(Keeper):
        def act(self, now, lost, cloud):
            super().act(now, lost, cloud)
            held.append(len(cloud.held))

    play(market, ServeTask(wanted=5), lambda terms, market: Watched(terms, DIALS["lean"]))

    assert min(held) >= 5


def test_where_spot_never_answers_all_is_on_demand():
    dead = Market("dead", ("a", "b"), 195.0, (bytes(300), bytes(300)))

    metrics, _ = play(dead, ServeTask(), TASK_A["economy"])

    assert (metrics["availability_percent"], metrics["interruptions_per_replica_day"]) == (100, 0)
    assert metrics["cost_over_on_demand"] == pytest.approx(1.0, abs=0.2)


def test_more_hedge_costs_more_and_misses_less():
    market = drawn_market(pools=8, ticks=6000, seed=5, leaving=0.008)

    lean, hedged = (play(market, ServeTask(first=1000), TASK_A[name])[0] for name in ("lean", "hedged"))

    assert lean["cost_over_on_demand"] < hedged["cost_over_on_demand"]
    assert hedged["downtime_minutes_per_replica_day"] < lean["downtime_minutes_per_replica_day"]
