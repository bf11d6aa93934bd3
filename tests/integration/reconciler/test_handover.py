"""The handover: the new one serves only after the old one stopped, the gap is measured, and only then the old one goes."""

from datetime import timedelta

import pytest

from core.agents import hosts
from core.emergencies.reconciler import reconcile
from core.money import downtime
from core.operations import safe_mode
from core.sql import agents, instances
from tests.integration.together import stand_still
from tests.world import World


@pytest.fixture
def shop(world: World):
    world.prices()
    workload = world.workload()
    world.beat(workload, workload.primary.id, serving=True)
    return workload


@pytest.fixture
def successor(world: World, shop) -> int:
    """A replica that was promoted because of an interruption; its instance id."""
    replica = world.replica(shop)
    world.interruption(shop)
    return replica.instance_id


def orders(world: World, shop, instance_id: int):
    return world.db.run(lambda tx: hosts.orders_for(tx, agents.get(tx, shop.id), instances.get(tx, instance_id)))


def ends_ordered(world: World) -> int:
    return world.one("SELECT COUNT(*) AS n FROM actions WHERE kind = 'terminate'")["n"]


def test_the_successor_waits_while_the_old_one_may_still_serve(world, shop, successor):
    told = orders(world, shop, successor)

    assert (told.role, told.serve, told.poll_seconds, told.epoch) == ("PRIMARY", False, 0.2, 1)
    assert orders(world, shop, shop.primary.id).serve is False


def test_the_successor_serves_once_the_old_one_said_that_it_stopped(world, shop, successor):
    world.serves(shop, shop.primary.id, serving=False)

    assert orders(world, shop, successor).serve is True


def test_a_heartbeat_that_the_report_of_the_stop_overtook_does_not_hold_the_successor_up(world, shop, successor):
    """A new epoch is answered by a heartbeat at once: it still says what was so before the stop, and may arrive after it."""
    world.serves(shop, shop.primary.id, serving=False)
    world.beat(shop, shop.primary.id, serving=True, since_age_ms=60_000)

    assert orders(world, shop, successor).serve is True


def test_a_heartbeat_tells_of_a_change_whose_report_is_still_on_its_way(world, shop, successor):
    world.beat(shop, shop.primary.id, serving=False)

    assert orders(world, shop, successor).serve is True


@pytest.mark.parametrize("how", ["it is silent for ten seconds", "EC2 says that it ended"])
def test_the_successor_does_not_wait_for_an_old_one_when(world, shop, successor, how):
    if "silent" in how:
        world.jump(seconds=11)
    else:
        world.execute("UPDATE instances SET status = 'terminated' WHERE id = %(id)s", id=shop.primary.id)

    assert orders(world, shop, successor).serve is True


def test_a_silence_that_was_the_servers_own_does_not_release_the_successor(world, shop, successor):
    """For half a minute nobody was heard; then the successor is the first to get through."""
    world.beat(shop, successor, serving=False)
    world.jump(seconds=30)
    world.beat(shop, successor, serving=False)
    assert orders(world, shop, successor).serve is False

    world.serves(shop, shop.primary.id, serving=False)

    assert orders(world, shop, successor).serve is True


def test_after_ten_seconds_in_which_only_the_successor_is_heard_it_serves(world, shop, successor):
    world.beat(shop, successor, serving=False)
    world.jump(seconds=30)
    for _ in range(4):
        world.beat(shop, successor, serving=False)
        assert orders(world, shop, successor).serve is False
        world.jump(seconds=3)
    world.beat(shop, successor, serving=False)

    assert orders(world, shop, successor).serve is True


def test_a_successor_that_serves_already_is_not_stopped_by_a_silence_of_the_server(world, shop, successor):
    """It launched alone while no server answered, or its predecessor has long been out of contact."""
    world.jump(seconds=30)
    world.beat(shop, successor, serving=True)

    assert orders(world, shop, successor).serve is True


def test_the_gap_between_the_two_is_measured_from_their_reports(world, shop, successor):
    world.serves(shop, shop.primary.id, serving=False)
    world.jump(seconds=2)
    world.serves(shop, successor)

    log, incident = world.one("SELECT * FROM downtime_logs"), world.one("SELECT * FROM incidents")
    assert (log["method"], log["cause"]) == ("serving_reports", "promotion")
    assert 2.0 <= log["duration_seconds"] < 4.0
    assert (incident["downtime_seconds"], incident["downtime_method"]) == (log["duration_seconds"], log["method"])


def test_a_handover_without_any_gap_is_measured_and_books_no_downtime(world, shop, successor, monkeypatch):
    """One stops in the very microsecond in which the other begins: nothing was away, and that is known (FAIL-09)."""
    moment = world.now() + timedelta(seconds=2)
    stand_still(monkeypatch, moment)
    world.serves(shop, shop.primary.id, serving=False)
    world.serves(shop, successor)

    incident = world.one("SELECT * FROM incidents")
    assert (incident["downtime_seconds"], incident["downtime_method"]) == (0.0, "serving_reports")
    assert world.all("SELECT * FROM downtime_logs") == []
    told = world.one("SELECT why FROM audit_logs WHERE action = 'handed_over' AND resource_id = %(id)s", id=shop.id)["why"]
    assert "0.0 s without service" in told


def test_an_old_one_that_died_without_a_word_is_counted_from_its_last_contact_and_the_method_says_so(world, shop, successor):
    world.jump(seconds=30)
    world.serves(shop, successor)

    log = world.one("SELECT * FROM downtime_logs")
    assert log["method"] == "last_contact"
    assert 30.0 <= log["duration_seconds"] < 33.0


def test_a_gap_is_booked_and_told_once_however_often_the_successor_reports(world, shop, successor):
    world.serves(shop, shop.primary.id, serving=False)
    world.jump(seconds=1)
    for serving in (True, False, True):
        world.serves(shop, successor, serving)

    assert world.one("SELECT COUNT(*) AS n FROM downtime_logs")["n"] == 1
    told = "SELECT COUNT(*) AS n FROM audit_logs WHERE action = 'handed_over' AND resource_id = %(id)s"
    assert world.one(told, id=shop.id)["n"] == 1


def test_the_figures_of_a_client_are_those_of_its_own_handovers(world, shop, successor):
    world.serves(shop, shop.primary.id, serving=False)
    world.jump(seconds=2)
    world.serves(shop, successor)
    stranger = world.client("Stranger")

    mine, theirs = (world.db.run(lambda tx, id=id: downtime.summary(tx, id, 7)) for id in (shop.client.id, stranger.id))

    assert (mine["count"], mine["success_rate"], mine["p95"]) == (1, 1.0, mine["max"])
    assert mine["month_used_seconds"] == mine["p95"]
    assert (theirs["count"], theirs["p95"], theirs["success_rate"], theirs["month_used_seconds"]) == (0, None, None, 0)


def test_the_old_one_is_kept_until_its_successor_serves(world, shop, successor):
    world.jump(days=2)
    reconcile()

    assert ends_ordered(world) == 0


def test_the_old_one_is_kept_for_its_wait_after_its_successor_serves(world, shop, successor):
    world.serves(shop, successor)
    wait = world.one("SELECT terminate_wait_seconds AS s FROM agent_configs")["s"]
    world.jump(seconds=wait - 5)
    reconcile()
    assert ends_ordered(world) == 0

    world.jump(seconds=10)

    assert reconcile()["zombies_due"] == 1
    assert ends_ordered(world) == 1


def warnings(world: World) -> list[str]:
    return [row["title"] for row in world.all("SELECT title FROM notifications WHERE dedupe_key LIKE 'zombie_ends:%%'")]


def test_the_old_one_is_kept_where_the_client_wants_to_end_it_himself_and_ended_after_thirty_days_with_a_days_warning(world, shop, successor):
    world.execute("UPDATE agent_configs SET auto_terminate_enabled = 0")
    world.serves(shop, successor)
    world.jump(days=28, hours=23)
    reconcile()
    assert (ends_ordered(world), warnings(world)) == (0, [])

    world.jump(hours=3)
    reconcile(), reconcile()
    assert ends_ordered(world) == 0
    assert warnings(world) == [f"web-shop: {shop.primary.ec2_instance_id} ends tomorrow"]

    world.jump(days=1)
    reconcile(), reconcile()
    assert ends_ordered(world) == 1
    why = world.one("SELECT why FROM actions WHERE kind = 'terminate'")["why"]
    assert why == f"{shop.primary.ec2_instance_id} was replaced: thirty days are over and nobody ended it"


def test_in_safe_mode_nothing_is_ended_after_thirty_days_either(world, shop, successor):
    world.execute("UPDATE agent_configs SET auto_terminate_enabled = 0")
    world.serves(shop, successor)
    world.db.run(lambda tx: safe_mode.switch(tx, True, actor="admin", reason="a test"))
    world.jump(days=40)
    reconcile()

    assert ends_ordered(world) == 0


def test_people_are_told_at_receipt_and_at_the_outcome_and_each_once(world, shop, successor):
    for _ in range(2):
        world.interruption(shop)
        world.serves(shop, successor)
        reconcile()

    told = world.all("SELECT dedupe_key, severity FROM notifications ORDER BY id")
    assert [(row["dedupe_key"].split(":", 2)[2], row["severity"]) for row in told] == [
        ("received:termination", "critical"),
        ("outcome", "info"),
    ]


def test_the_story_of_a_handover_is_told_in_order(world, shop, successor):
    world.serves(shop, successor)

    told = [
        row["action"]
        for row in world.all("SELECT action FROM audit_logs WHERE resource_type = 'agent' AND resource_id = %(id)s", id=shop.id)
    ]
    steps = ["enrol", "replica_ready", "termination_noticed", "promote", "serving", "handed_over"]
    assert [action for action in told if action in steps] == steps
