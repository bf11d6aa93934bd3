"""The play of the living demo: the same for a seed, and never dull for long."""

from itertools import islice
from threading import Event
from types import SimpleNamespace

import pytest
import requests

from scripts.demo_market import PAUSE_SECONDS, Beat, DemoMarket, beats


class Levers:
    """Writes down what is pulled."""

    def __init__(self):
        self.pulled: list[tuple] = []

    def __getattr__(self, name):
        return lambda *args: self.pulled.append((name, *args))


def workload(name: str, **changes) -> dict:
    primary = {"ec2_instance_id": f"i-{name}", "az_id": "use1-az6", "instance_type": "m5.large", "lifecycle": "spot"}
    return {"logical_name": name, "state": "serving", "config": {"mode": "auto_switch"}, "primary": primary, **changes}


@pytest.fixture
def market():
    """The play on a fleet of one's own: ``market.fleet`` is what the API answers."""
    levers = Levers()
    made = DemoMarket(SimpleNamespace(levers=levers, seed=7, url="http://nowhere"), [], Event())
    made.fleet, made.levers = [workload("a"), workload("b")], levers
    made._clients = [("c", SimpleNamespace(get=lambda path: {"agents": made.fleet}))]
    return made


def test_the_play_follows_from_the_seed():
    first, again, other = (list(islice(beats(seed), 40)) for seed in (7, 7, 8))

    assert first == again != other


def test_something_happens_every_minute_or_two_and_everything_happens_in_a_quarter_of_an_hour():
    play = list(islice(beats(7), 12))

    assert all(PAUSE_SECONDS[0] <= beat.pause_seconds <= PAUSE_SECONDS[1] for beat in play[1:])
    assert {beat.act for beat in play} == {"move_prices", "recommend", "withdraw", "interrupt"}


def test_who_was_warned_is_taken(market):
    market.play(Beat(0, "recommend", 1))
    market.play(Beat(0, "interrupt", 2))

    (_, warned), (_, taken) = market.levers.pulled
    assert warned == taken


def test_a_warning_that_is_withdrawn_is_a_false_alarm(market):
    market.play(Beat(0, "recommend", 1))
    market.play(Beat(0, "withdraw", 2))

    assert [name for name, _ in market.levers.pulled] == ["rebalance", "withdraw"]


def test_who_is_only_observed_or_runs_on_demand_is_left_alone(market):
    market.fleet = [workload("a", config={"mode": "observe"}), workload("b", state="at_risk"), workload("c", primary=None)]
    for act in ("recommend", "interrupt"):
        market.play(Beat(0, act, 1))

    assert market.levers.pulled == []


def test_prices_move_by_a_sixth_at_most_where_somebody_runs(market):
    market.play(Beat(0, "move_prices", 3))

    [(name, zone, kind, price)] = market.levers.pulled
    assert (name, zone, kind) == ("price", "use1-az6", "m5.large") and 0.015 < price < 0.06


def test_a_server_that_is_away_only_skips_a_beat(market):
    def away(path):
        raise requests.ConnectionError("away")

    market._clients = [("c", SimpleNamespace(get=away))]

    market.play(Beat(0, "interrupt", 1))
