"""Switches and plans as they are asked for over HTTP."""


import pytest

from core.moves import history
from core.moves.planner import plan_ahead
from core.sql import actions
from tests.integration.conftest import data_of, error_of
from tests.integration.switching.conftest import TARGET, Moving, table


def test_a_switch_is_ordered_once_however_often_the_request_is_sent(me, moving, paths):
    replies = [me.post(paths["order"], {"target_pool": TARGET, "reason": "cheaper"}, request_id="same-request-1") for _ in range(3)]

    assert [reply.status_code for reply in replies] == [202, 202, 202]
    assert len({reply.get_data() for reply in replies}) == 1
    told = data_of(replies[0])
    assert set(told) == {"command_id", "switch_id", "plan_id", "status", "target_pool"}
    assert moving.world.one("SELECT COUNT(*) AS n FROM switches")["n"] == 1


def test_the_priority_of_a_switch_is_that_of_its_order_to_aws_and_the_lower_number_goes_first(me, moving, paths):
    """E-33; without one it is 5, and an emergency is 0 and before them all."""
    me.post(paths["order"], {"target_pool": TARGET, "priority": 2})

    intent = moving.world.one("SELECT id, priority FROM actions WHERE kind = 'launch'")
    moving.world.execute(
        "INSERT INTO actions (uuid, client_id, account_id, kind, dedupe_key, params, priority, client_token, next_run_at, why, created_at)"
        " SELECT UUID(), client_id, account_id, 'terminate', CONCAT('other', n), '{}', n, SHA2(n, 256), UTC_TIMESTAMP(6), 'w', UTC_TIMESTAMP(6)"
        " FROM actions JOIN (SELECT 0 AS n UNION SELECT 1 UNION SELECT 3 UNION SELECT 5) p WHERE kind = 'launch'"
    )
    order = [moving.world.one("SELECT priority FROM actions WHERE id = %(id)s", id=id)["priority"] for id in moving.world.db.run(actions.due)]
    assert (intent["priority"], order) == (2, [0, 1, 2, 3, 5])


@pytest.mark.parametrize("priority", [0, 10, -1, 2.5, "2", None])
def test_a_priority_that_is_none_is_refused(me, moving, paths, priority):
    """Nobody can put an ordinary switch before an emergency."""
    assert error_of(me.post(paths["order"], {"target_pool": TARGET, "priority": priority})) == (422, "VALIDATION_ERROR")
    assert moving.world.one("SELECT COUNT(*) AS n FROM actions")["n"] == 0


def test_with_auto_switch_off_the_command_is_forbidden_and_the_forced_one_is_not(me, moving, paths):
    moving.world.execute("UPDATE agent_configs SET auto_switch_enabled = 0")

    assert error_of(me.post(paths["order"], {"target_pool": TARGET})) == (403, "AUTO_SWITCH_DISABLED")
    assert me.post(paths["force"], {"target_pool": TARGET, "auto_terminate": False}).status_code == 202


def test_a_flagged_pool_is_a_conflict(me, moving, paths):
    moving.world.execute(f"INSERT INTO pool_memory (pool_id, danger_until, last_seen) VALUES ('{TARGET}', '2038-01-01', '2020-01-01')")

    for path in (paths["order"], paths["force"]):
        assert error_of(me.post(path, {"target_pool": TARGET})) == (409, "POOL_FLAGGED")


@pytest.mark.parametrize("body", [{}, {"target_pool": "x"}, {"target_pool": 7}, {"target_pool": TARGET, "more": 1}, {"target_pool": "a:b:c'--"}])
def test_a_bad_order_is_refused_in_words_and_does_nothing(me, moving, paths, body):
    for path in (paths["order"], paths["force"], paths["simulate"]):
        assert error_of(me.post(path, body)) == (422, "VALIDATION_ERROR")
    assert moving.world.one("SELECT COUNT(*) AS n FROM switches")["n"] == 0


def test_a_host_gives_no_orders(api, moving, paths):
    assert error_of(api.by(moving.workload.token).post(paths["order"], {"target_pool": TARGET})) == (403, "FORBIDDEN")


def test_only_a_primary_of_ones_own_can_be_switched(api, me, moving):
    replica = moving.world.instance(moving.world.replica(moving.workload).instance_id)
    stranger = api.by(moving.world.client("Stranger").token)
    path = "/api/client/instances/{}/force-switch"

    assert error_of(me.post(path.format(replica.uuid), {"target_pool": TARGET})) == (409, "SWITCH_REFUSED")
    assert error_of(stranger.post(path.format(moving.workload.primary.uuid), {"target_pool": TARGET})) == (404, "NOT_FOUND")


def test_a_simulated_switch_tells_what_it_would_bring_and_changes_nothing(me, moving, paths):
    told = data_of(me.post(paths["simulate"], {"target_pool": "use1-az1:c5.large:linux"}))

    assert told["saving_usd_per_hour"] == pytest.approx(0.032 - 0.030)
    assert (told["risk"], told["refused_because"], told["expected_downtime_seconds"], len(told["steps"])) == (0.024, None, None, 5)
    assert moving.world.one("SELECT (SELECT COUNT(*) FROM plans) + (SELECT COUNT(*) FROM actions) AS n")["n"] == 0


def simulated(me, paths) -> tuple:
    told = data_of(me.post(paths["simulate"], {"target_pool": "use1-az1:c5.large:linux"}))
    return told["expected_downtime_seconds"], told["expected_downtime_rests_on"]


def test_how_long_a_switch_will_take_is_told_by_what_this_workloads_own_took(me, moving, paths):
    moving.served(after_seconds=2)
    measured = moving.row()["downtime_seconds"]
    back = moving.world.one("SELECT uuid FROM instances WHERE role = 'PRIMARY'")["uuid"]

    seconds, basis = simulated(me, {"simulate": f"/api/client/instances/{back}/simulate-switch"})

    assert seconds == pytest.approx(measured, abs=0.001) and seconds >= 2
    assert basis == {"switches": 1, "words": "as in the one measured planned switch of this workload"}


def test_a_promotion_by_hand_counts_before_it_stands_in_the_history_and_once_when_it_does(me, moving):
    from core.emergencies import replicas

    replica = moving.world.replica(moving.workload)
    moving.world.db.run(lambda tx: replicas.promote(tx, moving.workload.id, replica.uuid, 0, actor="client:9", request_id="by-hand-01"))
    moving.world.serves(moving.workload, moving.workload.primary.id, serving=False)
    moving.world.jump(seconds=1)
    moving.world.serves(moving.workload, replica.instance_id)
    asked = {"simulate": f"/api/client/instances/{moving.world.instance(replica.instance_id).uuid}/simulate-switch"}

    at_once = simulated(me, asked)
    plan_ahead()

    assert at_once[0] >= 1.0 and at_once[1] == {"switches": 1, "words": "as in the one measured planned switch of this workload"}
    assert moving.world.one("SELECT COUNT(*) AS n FROM switches")["n"] == 1 and simulated(me, asked) == at_once


def test_a_workload_that_never_switched_is_told_by_the_clients_others_and_never_by_a_strangers(me, moving, paths):
    other, stranger = moving.world.workload("other", moving.workload.client), moving.world.workload("stranger", aws_account="210987654321")
    assert simulated(me, paths) == (None, {"switches": 0, "words": "no switch was measured yet"})
    for owner, seconds in ((stranger, 90), (other, 3), (other, 1), (other, 8)):
        moving.world.execute(
            "INSERT INTO switches (uuid, client_id, agent_id, request_id, old_instance_id, data_source, state, cause, user_id, sentence, started_at,"
            " downtime_seconds) VALUES (UUID(), %(client)s, %(agent)s, UUID(), %(old)s, 'simulator', 'done', 'plan', 'system', 'a test',"
            " UTC_TIMESTAMP(6), %(seconds)s)", client=owner.client.id, agent=owner.id, old=owner.primary.id, seconds=seconds,
        )  # fmt: skip

    assert simulated(me, paths) == (3.0, {"switches": 3, "words": "median of 3 measured planned switches of your other workloads"})


def test_a_simulated_switch_says_why_it_would_be_refused(me, moving, paths):
    told = data_of(me.post(paths["simulate"], {"target_pool": "nowhere:m5.large:linux"}))

    assert told["refused_because"].startswith("no price is known") and told["saving_usd_per_hour"] is None


def test_the_history_tells_prices_downtime_method_cause_and_user(me, moving, paths):
    moving.served(actor="client:77")

    [told] = data_of(me.get(paths["client"] + "/switch-history"))["switches"]

    assert (told["old_usd_per_hour"], told["new_usd_per_hour"], told["on_demand_usd_per_hour"]) == (0.032, 0.033, 0.096)
    assert told["saving_usd_per_hour"] == pytest.approx(-0.001)
    assert (told["cause"], told["user"], told["success"], told["downtime_method"], told["data_source"]) == (
        "manual", "client:77", True, "serving_reports", "simulator",
    )  # fmt: skip
    assert told["from"] == "m5.large in use1-az6 (spot)" and told["to"] == "m5.large in use1-az1 (spot)"


def test_the_history_as_csv_has_a_line_per_switch_and_no_formula_in_it(me, moving, paths):
    moving.world.execute("UPDATE agents SET logical_name = '=HYPERLINK(1)'")
    moving.served()

    [row] = table(me.get(paths["client"] + "/export/switch-history"))

    assert row["agent_name"] == "'=HYPERLINK(1)"
    assert float(row["downtime_seconds"]) >= 2


def test_an_export_longer_than_a_page_leaves_out_no_switch_and_repeats_none(me, moving, paths, monkeypatch):
    monkeypatch.setattr(history, "PAGE", 2)
    moving.served()
    for n in range(4):
        moving.world.execute(
            "INSERT INTO switches (uuid, client_id, agent_id, request_id, old_instance_id, data_source, stale, state, cause, user_id, sentence,"
            " started_at) SELECT UUID(), client_id, agent_id, %(id)s, old_instance_id, data_source, 0, 'failed', 'manual', user_id, 'a test',"
            " started_at FROM switches LIMIT 1", id=f"r{n}",
        )  # fmt: skip

    told = [row["switch_id"] for row in table(me.get(paths["client"] + "/export/switch-history"))]

    every = [row["uuid"] for row in moving.world.all("SELECT uuid FROM switches ORDER BY id DESC")]
    assert told == every and len(every) == 5


def test_an_emergencys_move_stands_in_the_history_with_its_cause(me, moving, paths):
    from core.emergencies.reconciler import reconcile

    replica = moving.world.replica(moving.workload)
    moving.world.interruption(moving.workload)
    reconcile()
    moving.world.serves(moving.workload, moving.workload.primary.id, serving=False)
    moving.world.serves(moving.workload, replica.instance_id)
    reconcile()

    [told] = data_of(me.get(paths["client"] + "/switch-history"))["switches"]

    assert (told["cause"], told["state"], told["success"]) == ("emergency", "done", True)
    assert told["incident_id"] and told["downtime_seconds"] is not None


def test_a_promotion_by_hand_stands_in_the_history_with_its_person(me, moving, paths):
    from core.emergencies import replicas

    replica = moving.world.replica(moving.workload)
    moving.world.db.run(lambda tx: replicas.promote(tx, moving.workload.id, replica.uuid, 0, actor="client:9", request_id="by-hand-01"))
    moving.world.serves(moving.workload, moving.workload.primary.id, serving=False)
    moving.world.jump(seconds=1)
    moving.world.serves(moving.workload, replica.instance_id)
    for _ in range(2):
        plan_ahead()

    [told] = data_of(me.get(paths["client"] + "/switch-history"))["switches"]

    assert (told["cause"], told["user"], told["state"], told["success"]) == ("manual", "client:9", "done", True)
    assert 1.0 <= told["downtime_seconds"] < 4.0 and told["new_usd_per_hour"] == 0.033


@pytest.fixture
def proposed(moving: Moving) -> str:
    """A plan that waits for somebody; its id."""
    moving.world.execute(f"UPDATE spot_pools SET price = 0.015 WHERE pool_id = '{TARGET}'")
    plan_ahead()
    return moving.plan()["uuid"]


def test_a_plan_is_read_approved_and_then_under_way(me, proposed):
    [listed] = data_of(me.get("/api/plans"))["plans"]
    shown = data_of(me.get(f"/api/plans/{proposed}"))
    reply = me.post(f"/api/plans/{proposed}/approve")

    assert listed["plan_id"] == proposed and listed["expected_usd_per_hour"] == pytest.approx(0.017)
    assert [step["kind"] for step in shown["steps"]] == ["launch", "ready", "promote", "verify", "end"]
    assert shown["state_seen"]["target_pool_id"] == TARGET and shown["evidence"]["data_source"] == "simulator"
    assert (reply.status_code, data_of(reply)["state"]) == (202, "executing")


def test_a_plan_that_drifted_is_a_conflict_with_before_and_after_and_stays_refused(me, moving, proposed):
    moving.world.execute(f"UPDATE spot_pools SET price = 0.030 WHERE pool_id = '{TARGET}'")

    replies = [me.post(f"/api/plans/{proposed}/approve", request_id="approve-it-1") for _ in range(2)]

    assert [error_of(reply) for reply in replies] == [(409, "PLAN_DRIFTED")] * 2
    drift = replies[0].get_json()["error"]["details"]["drift"]
    assert drift["target_price"] == {"before": 0.015, "after": 0.03}
    assert data_of(me.get(f"/api/plans/{proposed}"))["drift"] == drift
    assert error_of(me.post(f"/api/plans/{proposed}/approve")) == (409, "PLAN_NOT_OPEN")


def test_a_plan_that_expired_is_a_conflict(me, moving, proposed):
    moving.world.execute("UPDATE plans SET expires_at = UTC_TIMESTAMP(6)")

    assert error_of(me.post(f"/api/plans/{proposed}/approve")) == (409, "PLAN_EXPIRED")


def test_a_plan_is_rejected_with_its_reason(me, proposed):
    told = data_of(me.post(f"/api/plans/{proposed}/reject", {"reason": "month end"}))

    assert (told["state"], told["outcome"]) == ("rejected", "month end")
    assert error_of(me.post(f"/api/plans/{proposed}/reject")) == (409, "PLAN_NOT_OPEN")


def test_plans_of_another_client_are_not_found(api, moving, proposed):
    stranger = api.by(moving.world.client("Stranger").token)

    assert data_of(stranger.get("/api/plans"))["plans"] == []
    for path in (f"/api/plans/{proposed}/approve", f"/api/plans/{proposed}/reject"):
        assert error_of(stranger.post(path)) == (404, "NOT_FOUND")


def test_modes_are_set_for_everything_an_agent_or_one_kind(me, moving):
    me.put("/api/modes", {"mode": "observe"})
    me.put("/api/modes", {"mode": "auto", "agent_id": moving.workload.uuid, "kind": "switch", "policy": {"min_saving_pct": 3}})

    rows = moving.world.all("SELECT agent_id <> 0 AS own, kind, mode FROM plan_modes ORDER BY own")
    assert [(row["own"], row["kind"], row["mode"]) for row in rows] == [(0, "*", "observe"), (1, "switch", "auto")]
    assert moving.world.one("SELECT min_saving_pct AS n, cooldown_seconds AS s FROM switch_policies") == {"n": 3, "s": 3600}


@pytest.mark.parametrize(("body", "answer"), [
    ({"mode": "yolo"}, (422, "VALIDATION_ERROR")), ({"mode": "auto", "kind": "nap"}, (422, "VALIDATION_ERROR")),
    ({"mode": "auto", "policy": {"min_saving_pct": 3}}, (422, "VALIDATION_ERROR")),
    ({"mode": "auto", "agent_id": "00000000-0000-4000-8000-000000000000"}, (404, "NOT_FOUND")),
    ({"mode": "auto", "account_id": "00000000-0000-4000-8000-000000000000"}, (404, "NOT_FOUND")),
])  # fmt: skip
def test_a_bad_mode_is_refused(me, moving, body, answer):
    assert error_of(me.put("/api/modes", body)) == answer
    assert moving.world.all("SELECT * FROM plan_modes") == []
