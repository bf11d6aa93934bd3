"""`scripts/spotopt replay --client`: the same comparison from the command line, and decisions taken again."""

import json
from datetime import timedelta

import pytest

from core.domain.decision.values import MovePolicy
from core.domain.pools import pool_id
from core.moves import decisions, recorded
from core.moves.surroundings import Grounds
from core.replay import own_check
from core.replay.own_play import Terms, chosen, compare
from core.sql import agents, instances, plans, pools
from tests.integration.conftest import data_of
from tests.integration.market.test_imports import spotopt
from tests.world import PRICES, ZONES


@pytest.fixture
def client(world, history):
    return world.one("SELECT name, email FROM clients WHERE uuid = %(uuid)s", uuid=history.client.uuid)


def test_a_table_compares_every_policy_on_the_clients_own_history(client, settings, tmp_path):
    out = tmp_path / "told.json"

    done = spotopt(settings, "replay", "--client", client["email"], "--days", "3", "--draws", "2", "--json", str(out))

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("3 workloads in 9 pools of us-east-1, 3 days, 2 draws")
    assert [line.split()[0] for line in lines[2:11]] == ["yours", "balanced", "steady", "eager", "switch", "stay", "lowest-price", "on-demand", "omniscient"]
    assert "Yours costs" in done.stdout
    report = json.loads(out.read_text())
    assert len((tmp_path / report["logs"]["stay"]["file"]).read_text().splitlines()) == report["logs"]["stay"]["actions"]


def test_the_written_log_gives_the_reports_cost_again(world, history, client, settings, tmp_path):
    out = tmp_path / "told.json"
    until = world.now().replace(microsecond=0)
    spotopt(settings, "replay", "--client", client["email"], "--days", "3", "--draws", "1", "--until", f"{until:%Y-%m-%dT%H:%M:%S}", "--json", str(out))
    report = json.loads(out.read_text())

    told, _, _ = world.db.run(lambda tx: recorded.of_client(tx, history.client.id, "us-east-1", until - timedelta(days=3), until))

    log = [json.loads(line) for line in (tmp_path / report["logs"]["yours"]["file"]).read_text().splitlines()]
    assert own_check.differences(report, "yours", log, told) == []


def test_an_export_of_aws_stands_beside_the_stored_prices(world, client, settings, tmp_path):
    cheap = {"SpotPriceHistory": [{"AvailabilityZone": "us-east-1e", "InstanceType": "m5.large", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.004",
                                   "Timestamp": (world.now() - timedelta(days=2)).isoformat()}]}  # fmt: skip
    export = tmp_path / "history.json"
    export.write_text(json.dumps(cheap))
    arguments = ("replay", "--client", client["email"], "--days", "3", "--draws", "1", "--policy", "balanced")

    without, beside = spotopt(settings, *arguments), spotopt(settings, *arguments, "--prices", str(export), "--zone", "us-east-1e=use1-az2")

    def cost(done):
        return float(next(line for line in done.stdout.splitlines() if line.startswith("balanced")).replace("*", " ").split()[1])

    assert cost(beside) < cost(without)


@pytest.mark.parametrize(("arguments", "words"), [
    (("--client", "nobody"), "there is no client nobody"), (("--client", "Acme", "--policy", "best"), "there is no policy best"),
    (("--client", "Acme", "--region", "eu-west-1"), "there is no workload to replay"),
])  # fmt: skip
def test_what_cannot_be_replayed_is_said(client, settings, arguments, words):
    done = spotopt(settings, "replay", *arguments)

    assert done.returncode == 1 and words in done.stderr


def test_decisions_of_the_route_come_out_the_same_from_their_own_log(world, api, history, client, settings):
    me = api.by(history.client.token)
    world.interruption(history)
    for prices in ([], [{"pool_id": "use1-az2:m6i.large:linux", "spot_price": 0.0125}], [{"pool_id": "use1-az1:m5.large:linux", "spot_price": 0.004}]):
        data_of(me.post(f"/api/agents/{history.uuid}/decide", {"instance_id": history.primary.uuid, "prices": prices}))

    done = spotopt(settings, "replay", "--client", client["name"], "--decisions")

    assert (done.returncode, done.stdout.strip()) == (0, "3 of 3 decisions come out the same from their own log")
    world.execute("UPDATE ml_decisions SET output = REPLACE(output, '0.6', '0.7') WHERE id = (SELECT m FROM (SELECT MAX(id) AS m FROM ml_decisions) x)")
    world.execute("UPDATE ml_decisions SET output = CONCAT(output, ' ') WHERE id = (SELECT m FROM (SELECT MIN(id) AS m FROM ml_decisions) x)")
    forged = spotopt(settings, "replay", "--client", client["name"], "--decisions")
    assert forged.returncode == 1 and "comes out otherwise" in forged.stdout


def test_what_the_planner_decides_live_is_what_the_replay_decides_on_the_same_market(world):
    """Sentence by sentence: the same prices, the same policy, the same code."""
    world.prices()
    workload, now = world.workload(), world.now()
    still(world, now)
    world.execute("UPDATE spot_pools SET price = 0.012 WHERE pool_id = 'use1-az2:c5.large:linux'")
    world.db.run(lambda tx: plans.set_policy(tx, workload.id, MovePolicy(min_saving_pct=5)))
    live = world.db.run(lambda tx: weighed(tx, workload)).choice

    told, workloads, _ = world.db.run(lambda tx: recorded.of_client(tx, workload.client.id, "us-east-1", now - timedelta(days=1), now))
    _, logs = compare(told, workloads, *chosen(["yours"]), Terms(1, 0, 0.0))

    lines = [json.loads(line) for line in logs["yours"].lines()]
    moved = [(line["pool"], line["why"]) for line in lines if line["op"] == "launch_spot"][1:]
    assert moved[0] == (live.chosen.offer.pool_id, live.sentence)


def weighed(tx, workload):
    """As the planner does it."""
    agent = agents.get(tx, workload.id)
    return decisions.weigh(tx, agent, instances.get(tx, agent.primary_instance_id), Grounds().of(tx, agent.client_id, "us-east-1"))


def still(world, now) -> None:
    """A day in which every pool costs what it costs now, one of them very little."""
    row = (None, 0, "collector", "NONE")
    told = [(*row, pool_id(zone, name), spot + 0.001 * n, now - timedelta(days=1), now) for name, (spot, _) in PRICES.items() for n, zone in enumerate(ZONES)]
    told = [(*one[:5], 0.012, *one[6:]) if one[4] == "use1-az2:c5.large:linux" else one for one in told]
    world.db.run(lambda tx: pools.write_snapshots(tx, told))
