"""Task B on a small market: caps hold, budgets hold, and the log gives the same interruptions."""

import json

import numpy as np
import pytest

from core.domain.decision.spread import SpreadDial, Spreader
from core.replay import fleet, fleet_lineup
from core.replay.journal import Journal
from core.replay.prices import PriceMarket

OPTIONS = {"to_day": None, "from_day": 0.0, "seed": 3, "seeds": 4, "wanted": 10, "hazard": 20.0}


@pytest.fixture(scope="module")
def market() -> PriceMarket:
    rng = np.random.default_rng(4)
    monthly = np.repeat([0.025, 0.08, 0.40], 6)
    base = np.concatenate((np.linspace(0.062, 0.075, 6), np.linspace(0.06, 0.08, 6), np.linspace(0.035, 0.05, 6)))
    walk = np.cumsum(rng.normal(0, 0.00002, (15 * 288, 18)), axis=0)
    return PriceMarket("small", "us-east-1", tuple(f"zone:{n}" for n in range(18)), monthly, np.maximum(0.02, base + walk))


@pytest.mark.parametrize("name", fleet_lineup.TASK_B)
def test_the_log_gives_the_figures_that_are_told(market, name):
    report, journal = fleet_lineup.play(market, name, fleet_lineup.TASK_B[name], OPTIONS, None)
    log = [json.loads(line) for line in journal.lines()]

    assert fleet_lineup.check(report, log) == fleet_lineup.check(report, log, market) == []
    for figure in ("interruptions_per_replica_month", "cost_over_on_demand"):
        wrong = {**report, "metrics": {**report["metrics"], figure: report["metrics"][figure] + 0.01}}
        assert fleet_lineup.check(wrong, log, market)


def test_on_demand_that_stands_in_is_billed_until_a_pool_answers(market):
    """One pool, often gone: the log shows when On-Demand came and went, and its bill is the replay's."""
    one = PriceMarket("one", "us-east-1", market.pools[-1:], market.monthly[-1:], market.prices[:, -1:])
    report, journal = fleet_lineup.play(one, "cheapest-stay", fleet_lineup.TASK_B["cheapest-stay"], {**OPTIONS, "hazard": 200.0}, None)
    log = [json.loads(line) for line in journal.lines()]

    assert {"launch_on_demand", "release"} <= {line["op"] for line in log}
    assert fleet_lineup.check(report, log, one) == []


def test_never_more_than_a_fifth_in_one_pool_and_moves_within_the_limit(market):
    report, _ = fleet_lineup.play(market, "balanced", fleet_lineup.TASK_B["balanced"], OPTIONS, None)

    assert report["metrics"]["largest_share_lost_at_once"] <= 0.2
    assert report["metrics"]["moves_per_replica_month"] <= 5


def test_the_same_seed_gives_the_same_bytes(market):
    plays = [fleet_lineup.play(market, "balanced", fleet_lineup.TASK_B["balanced"], OPTIONS, None) for _ in range(2)]

    assert plays[0][0] == plays[1][0] and list(plays[0][1].lines()) == list(plays[1][1].lines())


def test_a_risky_seat_is_taken_only_when_its_loss_is_paid_for(market):
    """Without a budget of interruptions nobody stands in a risky pool; with a large one somebody does."""
    poor, rich = (Spreader(10, market.monthly, 0.192, SpreadDial(losses_per_month=budget)) for budget in (0.0, 5.0))
    task = fleet.FleetTask(seeds=(1,))

    risky = []
    for policy in (poor, rich):
        journal = Journal()
        fleet.play_seed(market, task, policy, 1, journal)
        risky.append(sum(json.loads(line)["pool"] in market.pools[12:] for line in journal.lines()))

    assert risky[0] == 0 < risky[1]


def test_what_costs_more_than_on_demand_is_no_candidate():
    spreader = Spreader(2, np.array([0.025, 0.025]), 0.1, SpreadDial(cap=1.0))

    assert spreader.order(0.0, np.array([0.2, 0.05]), {}) == [1]
