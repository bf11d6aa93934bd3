"""One's own history played again: by production's rules, honestly, the same every time, and without a look ahead."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from core import errors
from core.domain.decision.engine import Engine, Placement
from core.domain.decision.values import MovePolicy
from core.domain.risk import Sighting
from core.replay import own_check
from core.replay.actions import ActionLog
from core.replay.history import History, Market, Told
from core.replay.own import Game, Span, play
from core.replay.own_lineup import LINEUP, NAMES
from core.replay.own_play import Terms, chosen, compare
from core.replay.workloads import CONFIG, PLANS, OwnPolicy, Workload
from tests.unit.replay.own_histories import START, TYPES, drawn_history, mixed, own_workloads, pool_of

POOL = "use1-az1:m5.large:linux"


def played(history: History, names=NAMES, draws: int = 2, workloads=None, **terms):
    return compare(history, workloads or own_workloads(), *chosen(names), Terms(draws, **terms))


def log_of(log: ActionLog) -> list[dict]:
    return [json.loads(line) for line in log.lines()]


def flat(prices: dict[str, float], hours: int = 12, **more) -> History:
    """A region in which nothing changes but what is said in ``more``."""
    pools = tuple(pool_of(name.split(":")[1], int(name.split(":")[0][-1])) for name in prices)
    grid = np.tile(np.array(list(prices.values())), (12 * hours, 1))
    seen = {name: tuple(Sighting("available", START + timedelta(hours=h)) for h in range(hours)) for name in prices}
    return History("us-east-1", START, pools, grid, TYPES, {**seen, **more.pop("sightings", {})}, **more)


def one_life(history: History, policy: OwnPolicy, workload: Workload | None = None):
    market, log = Market(history), ActionLog()
    lives = play(market, market.draw(0), [workload or own_workloads()[0]], policy, Span(0, history.ticks), log)
    return lives[0], log_of(log)


def test_the_same_replay_gives_the_same_bytes():
    told = [played(drawn_history()) for _ in range(2)]

    assert json.dumps(told[0][0], sort_keys=True) == json.dumps(told[1][0], sort_keys=True)
    assert {name: log.packed() for name, log in told[0][1].items()} == {name: log.packed() for name, log in told[1][1].items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_cost_recomputed_from_the_log_is_the_cost_told(seed):
    history = drawn_history(seed=seed)
    report, logs = played(history)

    assert {name: own_check.differences(report, name, log_of(log), history) for name, log in logs.items()} == dict.fromkeys(logs, [])


def test_a_forged_log_is_noticed():
    history = drawn_history()
    report, logs = played(history, ["stay"])
    lines = log_of(logs["stay"])

    assert own_check.differences(report, "stay", [line for line in lines if line["op"] != "release"], history)
    assert own_check.differences(report, "stay", [line for line in lines if line["op"] != "launch_spot"], history)
    assert own_check.differences(report, "stay", [{**line, "tick": line["tick"] // 2} for line in lines], history)


@pytest.mark.parametrize("name", LINEUP)
def test_nothing_later_is_ever_looked_at(name):
    """Two histories that are the same until a tick are played the same until then."""
    one, other, tick = drawn_history(), drawn_history(seed=9), 900

    logs = [log_of(played(history, [name], hazard=0.0)[1][name]) for history in (one, mixed(one, other, tick))]

    assert [line for line in logs[0] if line["tick"] < tick] == [line for line in logs[1] if line["tick"] < tick]


def test_without_advisor_data_no_figure_of_the_historic_gate_changes_anything_and_with_it_one_does():
    history = drawn_history(days=4, seed=3)
    plain, ranked = ({n: moves_by_the_gate(history, ranks, n) for n in (0.0, 0.2, 1.0)} for ranks in ({}, {"c5.large": (4, START)}))

    assert plain[0.0] == plain[0.2] == plain[1.0]
    assert ranked[0.2] != ranked[1.0]


def moves_by_the_gate(history: History, ranks: dict, historic_below: float) -> tuple:
    """What a policy that moves for every cent does, and what that costs."""
    report, logs = played(replace(history, ranks=ranks, engine=Engine(historic_below=historic_below)), ["eager"], hazard=0.0)
    return report["policies"], list(logs["eager"].lines())


def test_a_look_ahead_would_be_noticed(monkeypatch):
    one, other, tick = drawn_history(), drawn_history(seed=9), 900
    plain = Market.pools_at
    monkeypatch.setattr(Market, "pools_at", lambda self, at, met: plain(self, min(at + 36, self.history.ticks - 1), met))
    monkeypatch.setattr(Game, "_cannot_gain", lambda self, life, at: False)

    logs = [log_of(played(history, ["eager"], hazard=0.0)[1]["eager"]) for history in (one, mixed(one, other, tick))]

    assert [line for line in logs[0] if line["tick"] < tick] != [line for line in logs[1] if line["tick"] < tick]


@pytest.mark.parametrize("name", ["balanced", "steady", "eager", "switch"])
def test_reviews_that_are_left_out_could_only_have_ended_in_staying(name):
    market = Market(drawn_history(days=10))
    fate, logs = market.draw(0), []
    for skip in (True, False):
        logs.append(ActionLog())
        play(market, fate, own_workloads(), LINEUP[name], Span(0, market.history.ticks), logs[-1], skip=skip)

    assert log_of(logs[0]) == log_of(logs[1])
    assert sum("Move" in line["why"] for line in log_of(logs[0])) > 0


def test_workloads_are_spread_as_the_clients_placement_says():
    """The cheap pool takes as many as the cap allows; who comes later knows where the others went."""
    history = flat({POOL: 0.06, "use1-az2:m5.large:linux": 0.03, "use1-az3:m5.large:linux": 0.031})
    six = [replace(own_workloads()[0], name=f"web-{n}") for n in range(6)]

    def most_in_the_cheap_one(placement):
        market = Market(replace(history, placement=placement))
        lives = play(market, market.draw(0), six, LINEUP["yours"], Span(0, history.ticks), ActionLog())
        return sum(life.primary.pool_id.startswith("use1-az2") for life in lives)

    assert most_in_the_cheap_one(Placement(max_share_pct=100)) == 6
    assert most_in_the_cheap_one(Placement(max_share_pct=50)) == 3
    assert most_in_the_cheap_one(Placement(max_share_pct=17)) == 1


def test_a_much_cheaper_pool_is_moved_to_and_the_old_machine_waits_its_hour_out():
    history = flat({POOL: 0.06, "use1-az2:m5.large:linux": 0.03})

    life, log = one_life(history, LINEUP["balanced"])

    moved = next(line for line in log if line["pool"].startswith("use1-az2"))
    assert "costs $0.0300/h, 50 % less than now" in moved["why"]
    assert (life.sums["moves"], life.sums["interruptions"]) == (1, 0)
    released = next(line for line in log if line["op"] == "release" and line["pool"] == POOL)
    assert released["tick"] - moved["tick"] == 1 + CONFIG.terminate_wait_seconds // 300
    assert one_life(history, LINEUP["stay"])[0].sums["moves"] == 0


def test_auto_switch_off_and_a_spent_budget_hold_up_what_nobody_approves():
    history = flat({POOL: 0.06, "use1-az2:m5.large:linux": 0.03})
    manual = replace(own_workloads()[0], config=replace(CONFIG, auto_switch_enabled=0))

    assert one_life(history, LINEUP["yours"], replace(manual, auto=PLANS))[0].sums["moves"] == 0
    assert one_life(history, LINEUP["yours"], manual)[0].sums["moves"] == 1  # a person approves it
    assert one_life(history, LINEUP["yours"], replace(manual, kinds=frozenset()))[0].sums["moves"] == 0  # written down, not carried out


def lost_at(hour: float) -> dict:
    up = [Sighting("available", START + timedelta(hours=h)) for h in range(12)]
    return {POOL: tuple(sorted([*up, Sighting("lost", START + timedelta(hours=hour))], key=lambda s: s.at))}


def test_a_loss_without_a_replica_is_away_for_as_long_as_the_boot_outlasts_the_notice():
    quick = flat({POOL: 0.03, "use1-az2:m5.large:linux": 0.04}, sightings=lost_at(5.5))
    slow = replace(quick, boot_seconds=200.0)

    assert one_life(quick, LINEUP["stay"])[0].sums["unplanned_seconds"] == pytest.approx(quick.handover_seconds)
    assert one_life(slow, LINEUP["stay"])[0].sums["unplanned_seconds"] == pytest.approx(200 - 120 + slow.handover_seconds)


def test_a_recommendation_before_the_loss_has_a_replica_ready():
    history = flat({POOL: 0.03, "use1-az2:m5.large:linux": 0.04}, sightings=lost_at(5.5), notices=(Told(START + timedelta(hours=5), POOL, "rebalance"),), boot_seconds=200.0)

    life, log = one_life(history, LINEUP["stay"])

    assert (life.sums["replicas"], life.sums["interruptions"]) == (1, 1)
    assert life.sums["unplanned_seconds"] == pytest.approx(history.handover_seconds)
    assert one_life(history, LINEUP["lowest-price"])[0].sums["unplanned_seconds"] > 80


def test_a_false_alarm_costs_a_replica_for_six_hours():
    history = flat({POOL: 0.03, "use1-az2:m5.large:linux": 0.04}, notices=(Told(START + timedelta(hours=2), POOL, "rebalance"),))

    life, log = one_life(history, LINEUP["stay"])

    assert life.sums["replica_usd"] == pytest.approx(6 * 0.04)
    assert next(line for line in log if line["why"] == "the warning came to nothing")["op"] == "release"


def test_a_pool_without_capacity_refuses_and_the_next_one_is_asked():
    silently = tuple(replace(s, kind="unavailable") if s.kind == "lost" else s for s in lost_at(5.5)[POOL])
    both = {**lost_at(5.5), "use1-az2:m5.large:linux": silently}
    history = flat({POOL: 0.03, "use1-az2:m5.large:linux": 0.04, "use1-az3:m5.large:linux": 0.05}, sightings=both)

    life, log = one_life(history, LINEUP["stay"])

    assert life.sums["refused_launches"] == 1
    assert [line["pool"] for line in log if line["op"] == "launch_spot" and line["ok"]][-1].startswith("use1-az3")


def test_on_demand_stands_in_and_is_left_again_after_its_hour():
    history = flat({POOL: 0.03}, hours=24, sightings=lost_at(5.5))

    life, log = one_life(history, LINEUP["balanced"])

    assert [line["op"] for line in log if line["ok"] and line["op"].startswith("launch")] == ["launch_spot", "launch_on_demand", "launch_spot"]
    assert any("Return to Spot" in line["why"] for line in log)


def test_without_on_demand_a_workload_is_away_until_a_pool_gives_a_machine():
    policy = replace(LINEUP["stay"], on_demand_fallback=False)
    history = flat({POOL: 0.03}, sightings={POOL: tuple(
        Sighting("available" if not 5 <= h < 7 else "unavailable", START + timedelta(hours=h)) for h in range(12)
    )})  # fmt: skip

    life, _ = one_life(history, policy)

    assert 1.9 * 3600 < life.sums["unplanned_seconds"] < 2.3 * 3600


def test_what_nobody_watched_is_drawn_the_same_for_every_policy_and_said():
    history = replace(drawn_history(watched_zones=0), notices=(), ranks={})

    report, _ = played(history, ["stay", "lowest-price"], draws=4, hazard=200.0)

    stay = next(one for one in report["policies"] if one["policy"] == "stay")["figures"]
    assert stay["drawn_interruptions"]["mean"] > 0 and stay["unwatched_share"]["mean"] == 1
    assert stay["interruptions"]["low"] < stay["interruptions"]["high"]
    assert any("Nobody watched the pools for 100 %" in gap for gap in report["gaps"])
    assert any("No notice of your own machines" in gap for gap in report["gaps"])


def test_records_alone_know_no_chance():
    report, _ = played(drawn_history(watched_zones=0), ["stay"], draws=3, hazard=0.0)

    figures = next(one for one in report["policies"] if one["policy"] == "stay")["figures"]
    assert all(one["low"] == pytest.approx(one["high"]) for one in figures.values()) and figures["drawn_interruptions"]["mean"] == 0


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_below_the_bound_and_on_demand_is_one(seed):
    report, _ = played(drawn_history(seed=seed))
    cost = {one["policy"]: one["figures"]["cost_over_on_demand"]["mean"] for one in report["policies"]}

    assert min(cost, key=cost.get) == "omniscient" and cost["on-demand"] == pytest.approx(1)


def test_the_front_is_those_whom_nobody_beats():
    report, _ = played(drawn_history())
    points = {one["policy"]: tuple(one["figures"][k]["mean"] for k in ("cost_over_on_demand", "downtime_seconds_per_workload_month")) for one in report["policies"]}
    on_front = {one["policy"] for one in report["policies"] if one["is_on_front"]}

    assert "on-demand" in on_front and "omniscient" not in on_front
    for name in on_front:
        cost, down = points[name]
        others = [point for other, point in points.items() if other not in (name, "omniscient")]
        assert not any(a <= cost - 0.005 and b <= down or a <= cost and b <= down - 0.5 for a, b in others)


def test_a_policy_of_ones_own_stands_beside_the_known_ones():
    mine = OwnPolicy("mine", "for this replay", MovePolicy(50), None, "off", True)

    report, logs = compare(drawn_history(), own_workloads(), *chosen(["stay"], [mine]), Terms(1))

    assert [one["policy"] for one in report["policies"]] == ["yours", "stay", "mine"] and set(logs) == {"yours", "stay", "mine"}
    assert [one["kind"] for one in report["policies"]] == ["own", "policy", "policy"]


def test_too_little_is_refused_in_words():
    with pytest.raises(errors.Conflict, match="no workload"):
        compare(drawn_history(), [], *chosen(NAMES), Terms(1))
    with pytest.raises(errors.Conflict, match="an hour at least"):
        played(replace(drawn_history(), prices=drawn_history().prices[:5]))
