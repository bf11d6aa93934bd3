"""The planner, the host that asks and every page decide by one rule and one idea of risk; the active model is really asked."""

import json
import time
from datetime import timedelta
from threading import Event

import pytest

from core import ml_interface
from core.domain.decision import select_best_instance
from core.domain.decision.values import Inputs
from core.domain.model import kinds
from core.forecast import sightings
from core.moves.decisions import output_of
from core.moves.planner import plan_ahead, riskiest_first
from core.moves.surroundings import Grounds
from core.sql import plans as rows
from tests.integration.conftest import data_of
from tests.integration.models.conftest import Registry
from tests.unit.model.samples import logistic_says

HERE, TARGET = "use1-az6:m5.large:linux", "use1-az1:m5.large:linux"


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch):
    """A process that looks at the active model's row each time."""
    monkeypatch.setattr(ml_interface, "LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(ml_interface, "LOADED", ml_interface.LoadedModels())


@pytest.fixture
def cheap(world):
    """A workload, and a pool that has become much cheaper than where it runs."""
    world.prices()
    workload = world.workload()
    world.beat(workload, workload.primary.id, serving=True)
    world.execute("UPDATE spot_pools SET price = 0.015 WHERE pool_id = %(id)s", id=TARGET)
    return workload


@pytest.fixture
def me(api, cheap):
    return api.by(cheap.client.token)


def seen(world, pool: str, *told: tuple[str, float]) -> None:
    """(kind, hours ago)"""
    now = world.now()
    world.db.run(lambda tx: sightings.observe(tx, [(pool, kind, now - timedelta(hours=ago), f"s{ago}") for kind, ago in told]))


def ask(me, workload) -> dict:
    return data_of(me.post(f"/api/agents/{workload.uuid}/decide", {"instance_id": workload.primary.uuid}))


def planned(world) -> list[dict]:
    return world.all("SELECT * FROM ml_decisions WHERE asked_by = 'planner' ORDER BY id")


def test_the_planner_the_host_and_the_plan_say_the_same(world, me, cheap):
    plan_ahead()
    plan, asked = world.one("SELECT * FROM plans"), ask(me, cheap)

    [decision] = planned(world)
    assert decision["sentence"] == plan["sentence"] == asked["reason"]
    assert (plan["target_pool_id"], decision["verdict"]) == (asked["target_pool"], asked["decision"]) == (TARGET, "SWITCH")
    assert json.loads(plan["evidence"])["decision_id"] == decision["uuid"]
    assert (decision["executed"], decision["outcome"]) == (1, "A plan was written, in mode approve")


def test_every_page_shows_the_same_risk_of_a_pool(world, me, cheap):
    seen(world, TARGET, ("lost", 9.0), ("available", 8.5), ("available", 1.0))
    plan_ahead()

    market = {one["pool_id"]: one["risk"] for one in data_of(me.get("/api/client/pools"))["pools"]}
    options = {one["pool"]: one["risk"] for one in data_of(me.get(f"/api/client/instances/{cheap.primary.uuid}/available-options"))["options"]}
    simulated = data_of(me.post(f"/api/client/instances/{cheap.primary.uuid}/simulate-switch", {"target_pool": TARGET}))
    plan = world.one("SELECT risk, evidence FROM plans")

    assert 0.05 < market[TARGET] < 0.2
    assert market[TARGET] == options[TARGET] == simulated["risk"] == ask(me, cheap)["interruption_probability"] == pytest.approx(plan["risk"])
    assert json.loads(plan["evidence"])["risk_evidence"] == simulated["evidence"]


def test_why_nothing_was_moved_is_written_down_once_and_again_when_it_changes(world, cheap):
    world.prices()
    for _ in range(3):
        plan_ahead()
    [stays] = planned(world)
    assert stays["verdict"] == "STAY" and "a move takes 10 %" in stays["sentence"]

    world.execute("UPDATE spot_pools SET price = 0.015 WHERE pool_id = %(id)s", id=TARGET)
    world.execute("UPDATE agents SET last_failover_at = UTC_TIMESTAMP(6)")
    plan_ahead()

    assert [(row["verdict"], row["outcome"]) for row in planned(world)] == [("STAY", None), ("HOLD", None)]
    assert "carried over too recently" in planned(world)[-1]["sentence"]


def test_what_the_planner_decided_is_the_same_when_taken_again_from_its_log(world, cheap):
    plan_ahead()
    world.execute("UPDATE plans SET state = 'rejected', decided_at = '2020-01-01'")
    world.prices()
    plan_ahead()

    assert len(planned(world)) == 2
    for row in planned(world):
        assert output_of(select_best_instance(Inputs.from_json(row["inputs"]))) == row["output"]


def test_a_pool_holds_half_of_a_clients_workloads_at_most_plans_under_way_included(world, cheap):
    for n in range(3):
        world.workload(f"more-{n}", cheap.client)

    assert plan_ahead()["planned"] == 2

    assert {row["target_pool_id"] for row in world.all("SELECT target_pool_id FROM plans")} == {TARGET}
    crowded = [one for row in planned(world) if row["verdict"] == "STAY" for one in json.loads(row["output"])["rejected"] if one["pool_id"] == TARGET]
    assert {one["filter"] for one in crowded} == {"diversity"} and len(crowded) == 2


def test_without_a_cap_all_of_them_go_there(world, cheap):
    """The twin that the cap is held against."""
    for n in range(3):
        world.workload(f"more-{n}", cheap.client)
    world.execute(
        "INSERT INTO placement_policies (client_id, max_share_pct, set_by, set_at) VALUES (%(id)s, 100, 'test', UTC_TIMESTAMP(6))", id=cheap.client.id
    )

    assert plan_ahead()["planned"] == 4


def test_the_riskiest_goes_first_and_on_demand_last(world, cheap):
    young = world.workload("young", cheap.client, az_id="use1-az2")
    dear = world.workload("dear", cheap.client, lifecycle="on-demand")
    seen(world, "use1-az2:m5.large:linux", ("lost", 2.0), ("available", 1.9))

    order = world.db.run(lambda tx: riskiest_first(tx, rows.agents_to_plan(tx), Grounds()))

    assert [row["agent_id"] for row in order] == [young.id, cheap.id, dear.id]


def test_the_active_model_gives_the_risk_and_is_named(world, me, admin, cheap):
    seen(world, TARGET, ("lost", 30.5), ("available", 30.0), ("available", 9.0))
    registry = Registry(admin)
    before = ask(me, cheap)
    registry.do("activate", registry.uploaded())

    told = ask(me, cheap)
    plan_ahead()

    assert (before["model_version"], told["model_version"], told["fell_back_because"]) == ("static-rule", "by-age 1", None)
    assert (before["confidence"], told["confidence"]) == (0.3333, 0.3333), "all was known of the pool, nothing proved the answers yet"
    assert "0 proven predictions" in told["confidence_why"]
    risk = {one["pool"]: one["risk"] for one in data_of(me.get(f"/api/client/instances/{cheap.primary.uuid}/available-options"))["options"]}
    assert risk[TARGET] == pytest.approx(logistic_says(30.0), abs=0.001)
    assert planned(world)[0]["model_version"] == "by-age 1"


def test_a_slow_model_is_not_waited_for_the_rule_decides_and_says_why(world, me, admin, cheap, monkeypatch):
    registry, may_answer, formula = Registry(admin), Event(), kinds.Logistic.__call__
    registry.do("activate", registry.uploaded())
    expected = data_of(me.get("/api/client/pools"))
    monkeypatch.setattr(kinds.Logistic, "__call__", lambda self, numbers: may_answer.wait(60) and formula(self, numbers))
    began = time.monotonic()
    try:
        told = ask(me, cheap)
    finally:
        may_answer.set()

    assert time.monotonic() - began < 10 and told["latency_ms"] >= 500
    assert (told["decision"], told["target_pool"], told["model_version"]) == ("SWITCH", TARGET, "static-rule")
    assert told["fell_back_because"] == "by-age 1 was late: it did not answer within 500 ms"
    assert told["interruption_probability"] == 0.024 and expected["pools"]
    [row] = world.all("SELECT fell_back_because FROM ml_decisions")
    assert row["fell_back_because"] == told["fell_back_because"]


def test_with_the_model_server_off_the_rule_decides_and_says_so_and_with_the_engine_off_nothing_is_planned(world, me, admin, cheap):
    registry = Registry(admin)
    registry.do("activate", registry.uploaded())
    for part in ("MOD-AI-01", "MOD-SPOT-01"):
        assert admin.put(f"/api/admin/modules/{part}", {"enabled": False}).status_code == 200

    told = ask(me, cheap)

    assert (told["model_version"], told["fell_back_because"]) == ("static-rule", "by-age 1 failed: the model server is switched off")
    assert plan_ahead()["planned"] == 0 and planned(world) == []
    admin.put("/api/admin/modules/MOD-SPOT-01", {"enabled": True})
    assert plan_ahead()["planned"] == 1
