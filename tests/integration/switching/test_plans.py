"""Nothing happens that could not be read first: modes, approval, expiry and drift (D1)."""

import json
import random
from datetime import timedelta

import pytest

from core import errors
from core.domain.risk import PRIOR, UNKNOWN_BAND
from core.emergencies.reconciler import reconcile
from core.forecast import sightings
from core.moves import plans
from core.moves.planner import plan_ahead
from tests.integration.switching.conftest import TARGET, Moving


@pytest.fixture
def cheap(moving: Moving) -> Moving:
    """The target pool has become much cheaper than where the workload runs."""
    set_price(moving, TARGET, 0.015)
    return moving


def set_price(moving: Moving, pool: str, usd: float) -> None:
    moving.world.execute("UPDATE spot_pools SET price = %(usd)s WHERE pool_id = %(pool)s", usd=usd, pool=pool)


def set_mode(moving: Moving, mode: str, **more) -> None:
    body = {"account_id": None, "agent_id": None, "kind": None, "policy": None, "mode": mode, **more}
    moving.world.db.run(lambda tx: plans.set_mode(tx, moving.workload.client.id, body, actor="client:1"))


def approve(moving: Moving, uuid: str):
    return moving.world.db.run(lambda tx: plans.approve(tx, moving.workload.client.id, uuid, actor="client:1"))


def launches(moving: Moving) -> int:
    return moving.world.one("SELECT COUNT(*) AS n FROM actions")["n"]


def test_a_plan_says_what_it_saves_risks_and_touches_and_waits(cheap: Moving):
    assert plan_ahead()["planned"] == 1

    plan = cheap.plan()
    assert (plan["state"], plan["mode"], plan["kind"], plan["target_pool_id"]) == ("proposed", "approve", "switch", TARGET)
    assert plan["expected_usd_per_hour"] == pytest.approx(0.017)
    assert plan["risk"] == pytest.approx(PRIOR[UNKNOWN_BAND]) and "web-shop" in plan["blast_radius"] and len(plan["fingerprint"]) == 64
    assert launches(cheap) == 0


def test_no_plan_leads_into_a_pool_that_just_came_back(cheap: Moving):
    now = cheap.world.now()
    seen = [(TARGET, "lost", now - timedelta(minutes=50), "a"), (TARGET, "available", now - timedelta(minutes=40), "b")]
    cheap.world.db.run(lambda tx: sightings.observe(tx, seen))

    plan_ahead()

    assert TARGET not in {row["target_pool_id"] for row in cheap.world.all("SELECT target_pool_id FROM plans")}


def test_a_workload_has_one_open_plan_however_often_the_planner_looks(cheap: Moving):
    for _ in range(3):
        plan_ahead()

    assert cheap.world.one("SELECT COUNT(*) AS n FROM plans")["n"] == 1
    assert cheap.world.one("SELECT COUNT(*) AS n FROM notifications WHERE dedupe_key LIKE 'plan:%%'")["n"] == 1


@pytest.mark.parametrize("mode", ["observe", "propose", "approve"])
def test_nothing_is_done_without_a_yes_in_mode(cheap: Moving, mode: str):
    set_mode(cheap, mode)
    for _ in range(2):
        plan_ahead()
        reconcile()

    assert cheap.plan()["mode"] == mode
    assert launches(cheap) == 0


@pytest.mark.parametrize("mode", ["observe", "propose"])
def test_a_plan_that_is_only_advice_cannot_be_approved(cheap: Moving, mode: str):
    set_mode(cheap, mode)
    plan_ahead()

    with pytest.raises(errors.PlanNotOpen):
        approve(cheap, cheap.plan()["uuid"])


def test_in_auto_the_plan_is_written_and_carried_out_by_the_system(cheap: Moving):
    set_mode(cheap, "auto")

    plan_ahead()

    plan, switch = cheap.plan(), cheap.row()
    assert (plan["state"], plan["decided_by"], switch["cause"], switch["plan_id"]) == ("executing", "system", "plan", plan["id"])
    assert cheap.calls_wanted() == ["launch"]


def test_with_auto_switch_off_auto_only_proposes(cheap: Moving):
    cheap.world.execute("UPDATE agent_configs SET auto_switch_enabled = 0")
    set_mode(cheap, "auto")

    plan_ahead()

    assert (cheap.plan()["mode"], launches(cheap)) == ("propose", 0)


def test_an_approved_plan_is_carried_out_to_its_end(cheap: Moving):
    plan_ahead()
    told = approve(cheap, cheap.plan()["uuid"])
    new = cheap.launched()
    cheap.ready(new)

    reconcile()

    assert told["state"] == "executing"
    assert cheap.roles(new) == ["PRIMARY"]
    assert [step["kind"] for step in cheap.world.all("SELECT kind FROM plan_steps WHERE done_at IS NOT NULL ORDER BY n")] == [
        "launch", "ready", "promote",
    ]  # fmt: skip


def test_a_plan_is_approved_once(cheap: Moving):
    plan_ahead()
    approve(cheap, cheap.plan()["uuid"])

    with pytest.raises(errors.PlanNotOpen):
        approve(cheap, cheap.plan()["uuid"])

    assert launches(cheap) == 1


DRIFTS = {
    "target_price": "UPDATE spot_pools SET price = 0.028 WHERE pool_id = 'use1-az1:m5.large:linux'",
    "target_is_calm": "INSERT INTO pool_memory (pool_id, danger_until, last_seen) VALUES ('use1-az1:m5.large:linux', '2038-01-01', '2020-01-01')",
    "epoch": "UPDATE agents SET epoch = epoch + 1",
    "pool_id": "UPDATE instances SET pool_id = 'use1-az2:m5.large:linux'",
}


@pytest.mark.parametrize("what", DRIFTS)
def test_a_plan_whose_state_moved_is_refused_with_before_and_after(cheap: Moving, what: str):
    plan_ahead()
    cheap.world.execute(DRIFTS[what])

    answer = approve(cheap, cheap.plan()["uuid"])

    assert isinstance(answer, errors.PlanDrifted)
    assert what in answer.details["drift"] and set(answer.details["drift"][what]) == {"before", "after"}
    assert (cheap.plan()["state"], json.loads(cheap.plan()["drift"])) == ("drifted", answer.details["drift"])
    assert launches(cheap) == 0


def test_a_plan_that_is_too_old_is_refused_and_marked(cheap: Moving):
    plan_ahead()
    cheap.world.execute("UPDATE plans SET expires_at = UTC_TIMESTAMP(6)")

    assert isinstance(approve(cheap, cheap.plan()["uuid"]), errors.PlanExpired)
    assert (cheap.plan()["state"], launches(cheap)) == ("expired", 0)


def test_the_planner_settles_what_nobody_decided_and_plans_anew(cheap: Moving):
    plan_ahead()
    first = cheap.plan()
    cheap.world.execute("UPDATE plans SET expires_at = UTC_TIMESTAMP(6)")

    assert plan_ahead() == {"settled": 1, "planned": 1, "by_hand": 0}
    assert cheap.plan()["id"] != first["id"]


def test_a_rejected_plan_is_not_proposed_again_for_six_hours(cheap: Moving):
    plan_ahead()
    cheap.world.db.run(lambda tx: plans.reject(tx, cheap.workload.client.id, cheap.plan()["uuid"], actor="client:1", why="not today"))
    assert plan_ahead()["planned"] == 0
    cheap.world.execute("UPDATE plans SET decided_at = decided_at - INTERVAL 361 MINUTE")

    assert plan_ahead()["planned"] == 1
    assert cheap.world.one("SELECT outcome FROM plans ORDER BY id LIMIT 1")["outcome"] == "not today"


def test_an_order_by_hand_makes_a_waiting_proposal_give_way(cheap: Moving):
    plan_ahead()
    cheap.order("use1-az2:m5.large:linux")

    assert [row["state"] for row in cheap.world.all("SELECT state FROM plans ORDER BY id")] == ["rejected", "executing"]


def test_a_launch_that_waited_until_its_pool_became_dangerous_is_not_begun(cheap: Moving, executor):
    """The state is asked for once more in the transaction that claims the intent."""
    set_mode(cheap, "auto")
    plan_ahead()
    cheap.world.execute(DRIFTS["target_is_calm"])

    executor.drain()
    reconcile()

    assert cheap.world.one("SELECT state FROM actions")["state"] == "superseded"
    assert (cheap.row()["state"], cheap.plan()["state"]) == ("failed", "failed")
    assert cheap.world.one("SELECT COUNT(*) AS n FROM instances WHERE role = 'REPLICA'")["n"] == 0


def test_one_plan_stands_behind_every_launch_of_a_switch(cheap: Moving):
    set_mode(cheap, "auto")
    plan_ahead()

    found = cheap.world.all("SELECT s.plan_id FROM actions a JOIN switches s ON a.dedupe_key = CONCAT('switch:', s.uuid)")
    assert [row["plan_id"] for row in found] == [cheap.plan()["id"]]


def test_on_demand_returns_to_spot_by_itself_once_its_hour_is_over(moving: Moving):
    moving.world.execute("UPDATE instances SET lifecycle = 'on-demand'")
    assert plan_ahead()["planned"] == 0
    moving.world.jump(minutes=61)
    moving.world.prices()
    moving.world.beat(moving.workload, moving.workload.primary.id, serving=True)
    assert plan_ahead()["planned"] == 0, "nobody knows whether its host would hear of an interruption"
    moving.world.execute("UPDATE agent_heartbeats SET imds_ok = 1")

    assert plan_ahead()["planned"] == 1
    assert (moving.plan()["kind"], moving.plan()["mode"], moving.plan()["state"]) == ("return_to_spot", "auto", "executing")


def test_while_an_emergency_is_open_nothing_is_planned(cheap: Moving):
    cheap.world.rebalance(cheap.workload)

    assert plan_ahead()["planned"] == 0


def test_a_mode_of_one_agent_leaves_the_others_as_they_were(cheap: Moving):
    cheap.world.workload("sister", cheap.workload.client)
    set_mode(cheap, "observe", agent_id=cheap.workload.uuid)
    plan_ahead()

    modes = cheap.world.all("SELECT a.logical_name AS name, p.mode FROM plans p JOIN agents a ON a.id = p.agent_id")
    assert {row["name"]: row["mode"] for row in modes} == {"web-shop": "observe", "sister": "approve"}


@pytest.mark.parametrize("mode", ["observe", "propose", "approve"])
def test_whatever_the_market_does_nothing_is_called_without_a_yes(cheap: Moving, mode: str):
    """Prices, notices of pools and refusals at random; in auto the same events move the workload (the twin that can fail)."""
    set_mode(cheap, mode)
    _storm(cheap)

    assert launches(cheap) == 0
    assert cheap.world.one("SELECT COUNT(*) AS n FROM plans")["n"] > 3


def test_the_same_market_moves_a_workload_in_auto(cheap: Moving):
    set_mode(cheap, "auto")
    _storm(cheap)

    assert launches(cheap) > 0


def _storm(moving: Moving) -> None:
    dice = random.Random(7)
    pools = [row["pool_id"] for row in moving.world.all("SELECT pool_id FROM spot_pools")]
    for _ in range(40):
        set_price(moving, dice.choice(pools), dice.uniform(0.005, 0.12))
        if dice.random() < 0.2:
            moving.world.execute(
                "INSERT INTO pool_memory (pool_id, danger_until, last_seen) VALUES (%(id)s, UTC_TIMESTAMP(6) + INTERVAL 1 SECOND, UTC_TIMESTAMP(6))"
                " ON DUPLICATE KEY UPDATE danger_until = VALUES(danger_until)",
                id=dice.choice(pools),
            )
        plan_ahead()
        reconcile()
