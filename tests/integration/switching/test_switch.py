"""A planned switch: the new host is ready before the old one lets go, and what goes wrong before leaves the old one as it was."""

import pytest

from core import errors
from core.emergencies.reconciler import reconcile
from core.operations import safe_mode
from tests.integration.switching.conftest import TARGET, Moving


def test_a_switch_writes_its_plan_and_orders_one_launch_in_the_target_pool(moving: Moving):
    told = moving.order()

    launch, plan = moving.world.one("SELECT * FROM actions"), moving.plan()
    assert (launch["kind"], launch["state"], launch["dedupe_key"]) == ("launch", "pending", f"switch:{told['command_id']}")
    assert TARGET in launch["params"]
    assert (plan["uuid"], plan["state"], plan["decided_by"]) == (told["plan_id"], "executing", "client:1")
    assert (told["status"], told["target_pool"]) == ("pending", TARGET)


def test_the_new_host_is_promoted_once_it_is_ready_and_not_before(moving: Moving):
    moving.order()
    new = moving.launched()
    reconcile()
    assert moving.roles(moving.workload.primary.id, new) == ["PRIMARY", "REPLICA"]
    moving.ready(new)

    reconcile()

    assert moving.roles(moving.workload.primary.id, new) == ["ZOMBIE", "PRIMARY"]
    assert (moving.row()["state"], moving.world.agent(moving.workload).epoch) == ("promoted", 1)


def test_a_switch_that_serves_knows_its_downtime_and_how_it_was_measured(moving: Moving):
    moving.served(after_seconds=2)

    row, log = moving.row(), moving.world.one("SELECT * FROM downtime_logs")
    assert (row["state"], row["success"], row["downtime_method"]) == ("serving", 1, "serving_reports")
    assert 2.0 <= row["downtime_seconds"] < 4.0
    assert (log["cause"], log["duration_seconds"]) == ("planned", row["downtime_seconds"])


def test_the_old_one_waits_and_is_then_ended_and_the_switch_and_its_plan_are_done(moving: Moving):
    new = moving.served()
    reconcile()
    assert moving.calls_wanted() == []
    moving.world.jump(hours=1, seconds=1)
    moving.world.beat(moving.workload, new, serving=True)
    reconcile()
    assert moving.calls_wanted() == ["terminate"]
    moving.world.execute("UPDATE instances SET role = 'TERMINATED', ended_at = UTC_TIMESTAMP(6) WHERE role = 'ZOMBIE'")

    reconcile()

    assert (moving.row()["state"], moving.plan()["state"]) == ("done", "done")
    assert moving.world.one("SELECT COUNT(*) AS n FROM plan_steps WHERE done_at IS NULL")["n"] == 0


def test_a_switch_opens_no_incident_and_blocks_no_answer_to_a_later_rebalance(moving: Moving):
    moving.served()

    assert moving.world.one("SELECT COUNT(*) AS n FROM incidents")["n"] == 0
    assert moving.world.agent(moving.workload).last_failover_at is None


BEFORE = {
    "the new host gets a notice": "UPDATE instances SET notice_rank = 1 WHERE id = %(new)s",
    "the new host is ended": "UPDATE instances SET role = 'TERMINATED' WHERE id = %(new)s",
    "its pool gets a notice": "INSERT INTO pool_memory (pool_id, danger_until, last_seen) SELECT pool_id, '2038-01-01', '2020-01-01'"
    " FROM instances WHERE id = %(new)s",
    "it takes too long": "UPDATE switches SET started_at = started_at - INTERVAL 16 MINUTE WHERE new_instance_id = %(new)s",
}


@pytest.mark.parametrize("what", BEFORE)
def test_before_the_promotion_the_old_one_is_untouched_when(moving: Moving, what: str):
    moving.order()
    new = moving.launched()
    before = moving.world.instance(moving.workload.primary.id)
    moving.world.execute(BEFORE[what], new=new)

    reconcile()
    reconcile()

    assert moving.world.instance(moving.workload.primary.id) == before
    assert (moving.row()["state"], moving.row()["success"], moving.plan()["state"]) == ("failed", 0, "failed")
    ended = moving.world.instance(new)
    assert ended.role == "TERMINATED" or ended.terminate_requested_at
    assert moving.world.agent(moving.workload).epoch == 0


def test_a_launch_nobody_began_is_withdrawn_with_its_switch(moving: Moving):
    moving.order()
    moving.world.execute("UPDATE switches SET started_at = started_at - INTERVAL 16 MINUTE")

    reconcile()

    assert moving.world.one("SELECT state FROM actions")["state"] == "superseded"
    assert moving.world.one("SELECT COUNT(*) AS n FROM instances WHERE role = 'REPLICA'")["n"] == 0


def test_an_interruption_during_a_switch_takes_the_new_host_and_the_history_says_who_moved_it(moving: Moving):
    moving.order()
    new = moving.launched()
    moving.ready(new)

    moving.world.interruption(moving.workload)
    reconcile()

    assert moving.roles(moving.workload.primary.id, new) == ["ZOMBIE", "PRIMARY"]
    told = moving.world.all("SELECT cause, state FROM switches ORDER BY id")
    assert [(row["cause"], row["state"]) for row in told] == [("manual", "failed"), ("emergency", "promoted")]
    assert moving.world.instance(new).terminate_requested_at is None


def test_a_late_notice_for_the_old_one_moves_nothing(moving: Moving):
    """FAIL-43: our own switch ended its days."""
    new = moving.served()

    moving.world.interruption(moving.workload)
    reconcile()

    assert moving.world.agent(moving.workload).primary_instance_id == new
    assert moving.calls_wanted() == []
    assert moving.world.one("SELECT COUNT(*) AS n FROM incidents")["n"] == 0
    assert moving.world.one("SELECT disposition, reason FROM notices") == {"disposition": "record", "reason": "switched_away"}
    assert moving.world.one("SELECT danger_until > UTC_TIMESTAMP(6) AS yes FROM pool_reports")["yes"], "the pool is remembered for it"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE agent_configs SET auto_switch_enabled = 0", "AUTO_SWITCH_DISABLED"),
        ("INSERT INTO pool_memory (pool_id, danger_until, last_seen) VALUES ('use1-az1:m5.large:linux', '2038-01-01', '2020-01-01')", "POOL_FLAGGED"),
        ("INSERT INTO pool_memory (pool_id, ice_until, last_seen) VALUES ('use1-az1:m5.large:linux', '2038-01-01', '2020-01-01')", "POOL_FLAGGED"),
        ("UPDATE spot_pools SET price = 0.2 WHERE pool_id = 'use1-az1:m5.large:linux'", "SWITCH_REFUSED"),
        ("UPDATE spot_pools SET memory_mib = 4096 WHERE pool_id = 'use1-az1:m5.large:linux'", "SWITCH_REFUSED"),
        ("UPDATE spot_pools SET arch = 'arm64' WHERE pool_id = 'use1-az1:m5.large:linux'", "SWITCH_REFUSED"),
        ("UPDATE instances SET auth_status = 'unauthorized'", "SWITCH_REFUSED"),
        ("UPDATE agents SET enabled = 0", "SWITCH_REFUSED"),
        ("UPDATE instances SET status = 'lost'", "SWITCH_REFUSED"),
    ],
)  # fmt: skip
def test_a_switch_is_refused_before_anything_is_written(moving: Moving, change: str, code: str):
    moving.world.execute(change)

    with pytest.raises(errors.SpotError) as refused:
        moving.order()

    assert refused.value.code == code
    assert moving.world.one("SELECT (SELECT COUNT(*) FROM plans) + (SELECT COUNT(*) FROM actions) AS n")["n"] == 0


@pytest.mark.parametrize(("used", "allowed"), [(47.9, True), (48.1, False)])
def test_planned_switches_pause_at_four_fifths_of_the_months_downtime_and_a_forced_one_does_not(moving: Moving, used: float, allowed: bool):
    moving.world.execute(
        "INSERT INTO downtime_logs (client_id, agent_id, instance_id, start_time, end_time, duration_seconds, cause, cause_details, method)"
        " VALUES (%(client)s, 1, 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), %(used)s, 'no_replica', 'x', 'x')",
        client=moving.workload.client.id, used=used,
    )  # fmt: skip

    if not allowed:
        with pytest.raises(errors.BudgetSpent):
            moving.order()

    assert moving.order(forced=not allowed)["status"] == "pending"


def test_a_forced_switch_works_with_auto_switch_off(moving: Moving):
    moving.world.execute("UPDATE agent_configs SET auto_switch_enabled = 0")

    moving.served(forced=True)

    assert (moving.row()["cause"], moving.row()["state"]) == ("forced", "serving")


def test_a_second_switch_waits_for_the_first(moving: Moving):
    moving.order()

    with pytest.raises(errors.SwitchRefused):
        moving.order(request_id="request-0002")


def test_one_request_of_a_client_is_one_switch_whatever_statement_says_otherwise(moving: Moving):
    """TAB-07."""
    moving.order(request_id="request-0001")
    row = moving.world.one("SELECT * FROM switches")
    copy = {**row, "id": None, "uuid": "0" * 36, "incident_id": None}
    names = [name for name in copy if name not in ("id", "live_slot")]

    with pytest.raises(errors.Duplicate) as refused:
        moving.world.execute(f"INSERT INTO switches ({', '.join(names)}) VALUES ({', '.join(f'%({name})s' for name in names)})", **copy)

    assert refused.value.key == "uq_switch_request"


def test_in_safe_mode_a_switch_is_a_dry_run_for_ever(moving: Moving):
    moving.world.db.run(lambda tx: safe_mode.switch(tx, True, actor="admin", reason="a test"))
    told = moving.order()
    moving.world.db.run(lambda tx: safe_mode.switch(tx, False, actor="admin", reason="a test"))

    reconcile()

    assert (told["status"], told["dry_run"], told["action"]) == ("dry_run", True, "switch")
    assert moving.world.one("SELECT state FROM actions")["state"] == "dry_run"
    assert (moving.row()["state"], moving.plan()["state"]) == ("dry_run", "done")
    assert moving.world.one("SELECT COUNT(*) AS n FROM instances")["n"] == 1


def test_safe_mode_holds_a_switch_that_is_under_way_and_its_release_lets_it_go_on(moving: Moving):
    moving.order()
    new = moving.launched()
    moving.ready(new)
    moving.world.db.run(lambda tx: safe_mode.switch(tx, True, actor="admin", reason="a test"))
    reconcile()
    assert moving.roles(new) == ["REPLICA"]
    moving.world.db.run(lambda tx: safe_mode.switch(tx, False, actor="admin", reason="a test"))

    reconcile()

    assert moving.roles(new) == ["PRIMARY"]


def test_a_new_host_that_does_not_serve_is_told_once_and_the_old_one_is_kept(moving: Moving):
    moving.promoted()
    moving.world.jump(minutes=2)
    reconcile()
    reconcile()

    told = moving.world.all("SELECT severity FROM notifications WHERE dedupe_key LIKE 'switch_late:%%'")
    assert [row["severity"] for row in told] == ["critical"]
    assert moving.world.instance(moving.workload.primary.id).terminate_after is None
    moving.world.serves(moving.workload, moving.row()["new_instance_id"])
    reconcile()
    assert moving.row()["state"] == "serving"


def test_auto_terminate_of_one_switch_outweighs_the_configuration(moving: Moving):
    moving.world.execute("UPDATE agent_configs SET auto_terminate_enabled = 0")
    moving.served(forced=True, auto_terminate=True)
    moving.world.jump(hours=1, seconds=1)

    reconcile()

    assert moving.calls_wanted() == ["terminate"]


def test_a_switch_that_keeps_the_old_one_ends_nothing(moving: Moving):
    moving.served(forced=True, auto_terminate=False)
    moving.world.jump(days=2)
    reconcile()

    assert moving.calls_wanted() == []
    assert moving.row()["state"] == "done"
