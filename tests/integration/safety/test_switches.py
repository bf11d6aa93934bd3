"""SAFE MODE and the parts that may be off, as the administrator turns them over HTTP."""

import pytest

from core import events
from core.domain.modules import MODULES
from core.operations import modules, safe_mode
from core.sql import events as outbox
from tests.integration.conftest import data_of, error_of

WHY = "AWS bills look odd"


def turn(admin, on: bool, **more):
    return admin.put("/api/admin/safe-mode", {"on": on, "reason": WHY}, **more)


def test_turning_it_on_is_accepted_at_once_and_in_force_later(admin, world):
    reply = turn(admin, True)
    assert (reply.status_code, data_of(reply)["on"], data_of(reply)["in_force"]) == (202, True, False)

    world.db.run(lambda tx: safe_mode.confirm(tx, tx.now()))

    state = data_of(admin.get("/api/admin/safe-mode"))
    assert state["in_force"] and state["requested_at"] <= state["in_force_at"]


def test_turning_it_off_is_done_at_once(admin):
    turn(admin, True)

    reply = turn(admin, False)

    assert (reply.status_code, data_of(reply)) == (200, {"on": False, "requested_at": None, "in_force_at": None, "in_force": False})


def test_it_needs_a_reason_which_is_audited(admin, world):
    assert error_of(admin.put("/api/admin/safe-mode", {"on": True})) == (422, "VALIDATION_ERROR")
    assert error_of(admin.put("/api/admin/safe-mode", {"on": "perhaps", "reason": WHY})) == (422, "VALIDATION_ERROR")

    turn(admin, True)

    assert world.one("SELECT actor_id, why FROM audit_logs WHERE action = 'safe_mode_on' ORDER BY id DESC LIMIT 1") == {"actor_id": "admin", "why": WHY}


def test_a_repeat_of_the_same_request_does_not_turn_it_again(admin, world):
    first = turn(admin, True, request_id="the-very-same-id")
    turn(admin, False)

    again = turn(admin, True, request_id="the-very-same-id")

    assert again.get_data() == first.get_data()
    assert data_of(admin.get("/api/admin/safe-mode"))["on"] is False


def test_every_clients_stream_hears_of_it(admin, world):
    turn(admin, True)
    row = next(row for row in world.db.run(lambda tx: outbox.since(tx, events.OVERLAP, after=0, limit=100)) if row["type"] == "safe_mode")

    feed = events.Feed()
    queues = [feed.subscribe(1), feed.subscribe(2)]
    feed._hand_out(row)

    assert [queue.get_nowait()["id"] for queue in queues] == [row["id"]] * 2
    feed.close()


def test_the_administrator_sees_every_part_and_what_goes_on_without_it(admin):
    listed = data_of(admin.get("/api/admin/modules"))["modules"]

    assert [part["id"] for part in listed] == [module.id for module in MODULES]
    assert all(part["enabled"] and part["without"] for part in listed)


@pytest.mark.parametrize("module", [m.id for m in MODULES if m.detachable])
def test_a_detachable_part_is_off_for_everybody_until_it_is_on_again(admin, world, module):
    assert data_of(admin.put(f"/api/admin/modules/{module}", {"enabled": False}))["enabled"] is False
    assert world.db.run(lambda tx: modules.enabled(tx, module)) is False

    admin.put(f"/api/admin/modules/{module}", {"enabled": True})

    assert world.db.run(lambda tx: modules.enabled(tx, module)) is True


@pytest.mark.parametrize("module", [m.id for m in MODULES if not m.detachable])
def test_a_part_without_a_switch_stays_on(admin, world, module):
    assert error_of(admin.put(f"/api/admin/modules/{module}", {"enabled": False})) == (409, "CONFLICT")
    assert world.db.run(lambda tx: modules.enabled(tx, module)) is True


def test_a_part_nobody_has_heard_of_is_not_found(admin):
    assert error_of(admin.put("/api/admin/modules/MOD-NONE-01", {"enabled": False})) == (404, "NOT_FOUND")


def test_a_switch_that_cannot_be_read_is_off(world):
    world.execute("INSERT INTO system_settings (k, v, requested_at) VALUES ('MODULE:MOD-SPOT-01', '?', UTC_TIMESTAMP(6))")

    assert world.db.run(lambda tx: modules.enabled(tx, "MOD-SPOT-01")) is False


def test_with_every_part_off_a_workload_is_still_carried_over(admin, world):
    shop = world.workload()
    world.prices()
    for module in MODULES:
        admin.put(f"/api/admin/modules/{module.id}", {"enabled": False})
    replica = world.replica(shop)

    world.interruption(shop)

    assert world.agent(shop).primary_instance_id == replica.instance_id


def test_a_part_that_crashes_rests_half_a_minute_while_its_fallback_answers(world):
    def broken():
        raise ZeroDivisionError

    answers = [modules.attempt("MOD-AI-01", broken, lambda: "rule"), modules.attempt("MOD-AI-01", lambda: "model", lambda: "rule")]
    world.jump(seconds=31)

    assert [*answers, modules.attempt("MOD-AI-01", lambda: "model", lambda: "rule")] == ["rule", "rule", "model"]
