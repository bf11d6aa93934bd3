"""An incident from its first sighting to its end: answered by every sweep, closed once its end is proven."""

import threading
import time

import pytest

from core import errors
from core.agents import commands
from core.emergencies import emergency, reconciler
from core.emergencies.reconciler import reconcile
from tests.integration.together import FirstTimeOnly, at_once
from tests.world import World


@pytest.fixture
def shop(world: World):
    world.prices()
    return world.workload()


def gone(world: World, instance_id: int) -> None:
    """EC2 said that the machine ended."""
    world.execute("UPDATE incidents SET gone_at = UTC_TIMESTAMP(6) WHERE instance_id = %(id)s", id=instance_id)


def test_an_incident_closes_ten_minutes_past_the_deadline_once_the_old_one_ended_and_the_new_one_serves(world, shop):
    replica = world.replica(shop)
    uuid = world.interruption(shop)["incident_id"]
    world.serves(shop, replica.instance_id)
    gone(world, shop.primary.id)
    reconcile()
    assert world.incident(uuid).is_open

    world.jump(minutes=13)
    reconcile()

    closed = world.incident(uuid)
    assert (closed.is_open, closed.outcome) == (False, "promoted")


@pytest.mark.parametrize("missing", ["the old one's end", "the new one's service"])
def test_an_incident_stays_open_while_there_is_no_proof_of(world, shop, missing):
    replica = world.replica(shop)
    uuid = world.interruption(shop)["incident_id"]
    if missing == "the old one's end":
        world.serves(shop, replica.instance_id)
    else:
        gone(world, shop.primary.id)
    world.jump(hours=1)

    reconcile()

    assert world.incident(uuid).is_open


def test_a_notice_that_came_to_nothing_for_six_hours_is_a_false_alarm(world, shop):
    uuid = world.rebalance(shop)["incident_id"]
    world.jump(hours=5, minutes=59)
    reconcile()
    assert world.incident(uuid).is_open
    world.jump(minutes=2)

    reconcile()

    assert (world.incident(uuid).outcome, world.instance(shop.primary.id).notice_rank) == ("expired", 0)
    assert world.one("SELECT notice_status FROM agents") == {"notice_status": "none"}


def test_a_notice_after_a_false_alarm_opens_a_new_incident(world, shop):
    first = world.rebalance(shop)["incident_id"]
    world.jump(hours=7)
    reconcile()

    assert world.rebalance(shop)["incident_id"] != first


def test_a_late_copy_of_a_notice_belongs_to_the_closed_incident_and_changes_nothing(world, shop):
    replica = world.replica(shop)
    uuid = world.interruption(shop)["incident_id"]
    world.serves(shop, replica.instance_id)
    gone(world, shop.primary.id)
    world.execute("UPDATE instances SET role = 'TERMINATED' WHERE id = %(id)s", id=shop.primary.id)
    world.jump(minutes=13)
    reconcile()

    late = world.interruption(shop)

    assert (late["incident_id"], world.incident(uuid).is_open) == (uuid, False)
    assert world.one("SELECT disposition FROM notices ORDER BY id DESC LIMIT 1")["disposition"] == "record"


def test_a_rebalance_that_becomes_an_interruption_is_one_incident_with_a_higher_rank(world, shop):
    first, second = world.rebalance(shop), world.interruption(shop)

    assert first["incident_id"] == second["incident_id"]
    assert world.incident(first["incident_id"]).notice_rank == 2


def test_a_rank_never_falls_and_a_deadline_never_moves_later(world, shop):
    uuid = world.interruption(shop, lead_seconds=100)["incident_id"]
    early = world.incident(uuid).deadline_at
    world.interruption(shop, lead_seconds=200)
    world.rebalance(shop)

    assert (world.incident(uuid).deadline_at, world.incident(uuid).notice_rank) == (early, 2)


def test_what_the_handler_could_not_do_the_next_sweep_does(world, shop):
    """The replica becomes ready only after the notice."""
    replica = world.replica(shop, ready=False)
    assert world.interruption(shop)["action"] == "WAIT"
    world.beat(shop, replica.instance_id)
    world.execute("UPDATE replica_instances SET status = 'ready', ready_at = UTC_TIMESTAMP(6)")

    reconcile()

    assert world.agent(shop).primary_instance_id == replica.instance_id


def test_of_a_notice_and_a_sweep_and_a_sweep_at_once_one_promotes(world, shop):
    world.replica(shop)
    world.rebalance(shop)

    outcomes = at_once(lambda: world.interruption(shop), reconcile, reconcile)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert world.agent(shop).epoch == 1


def test_a_replica_that_is_given_up_while_its_promotion_is_decided_is_promoted_first_or_not_at_all(world, shop, monkeypatch):
    """Its own notice comes between the decision and the promotion: without the agent's lock it would be refused half-way."""
    replica = world.replica(shop)
    ec2_id, decided, situation = world.instance(replica.instance_id).ec2_instance_id, threading.Event(), emergency._situation

    def slow(tx, agent, incident):
        seen = situation(tx, agent, incident)
        if incident.instance_id == shop.primary.id:
            decided.set()
            time.sleep(0.2)
        return seen

    monkeypatch.setattr(emergency, "_situation", slow)
    outcomes = at_once(lambda: world.interruption(shop), lambda: (decided.wait(5), world.rebalance(shop, ec2_id)))

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert world.agent(shop).primary_instance_id == replica.instance_id


def test_two_notices_at_once_make_one_incident_and_one_order(world, shop):
    receipts = at_once(*[lambda: world.interruption(shop)] * 4)

    assert len({receipt["incident_id"] for receipt in receipts}) == 1
    assert world.one("SELECT COUNT(*) AS n FROM actions WHERE kind = 'launch'")["n"] == 1


def test_without_the_agents_lock_two_sweeps_at_once_collide_and_a_constraint_stops_the_second(world, shop, monkeypatch):
    """The naive variant: both see that no replica is left before either orders the next."""
    world.interruption(shop)
    world.execute("UPDATE replica_instances SET status = 'failed', ended_at = UTC_TIMESTAMP(6)")
    agent, incident = world.agent(shop), world.one("SELECT id FROM incidents")["id"]
    line, situation = FirstTimeOnly(2), emergency._situation
    monkeypatch.setattr(emergency, "_situation", lambda *args: (situation(*args), line.meet())[0])

    outcomes = at_once(*[lambda: world.db.run(lambda tx: reconciler.advance(tx, agent, False, incident))] * 2)

    assert [outcome.key for outcome in outcomes if isinstance(outcome, errors.Duplicate)] == ["uq_one_live_emergency"]


def test_with_the_agents_lock_two_sweeps_at_once_order_one_replica(world, shop, monkeypatch):
    world.interruption(shop)
    world.execute("UPDATE replica_instances SET status = 'failed', ended_at = UTC_TIMESTAMP(6)")
    situation = emergency._situation
    monkeypatch.setattr(emergency, "_situation", lambda *args: (situation(*args), time.sleep(0.1))[0])

    outcomes = at_once(reconcile, reconcile)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert world.one("SELECT COUNT(*) AS n FROM replica_instances WHERE ended_at IS NULL")["n"] == 1


@pytest.mark.parametrize("failure", [errors.Busy, errors.Refused, lambda: errors.Duplicate("uq_x")])
def test_an_incident_that_cannot_be_advanced_does_not_stop_the_others(world, shop, monkeypatch, failure):
    other = world.workload("other", shop.client)
    for workload in (shop, other):
        world.replica(workload, ready=False)
        world.interruption(workload)
    world.execute("UPDATE replica_instances SET status = 'ready', ready_at = UTC_TIMESTAMP(6)")
    for row in world.all("SELECT id, agent_id FROM instances WHERE role = 'REPLICA'"):
        world.beat(shop if row["agent_id"] == shop.id else other, row["id"])
    respond = reconciler.respond

    def fails_for_one(tx, agent, safe, incident):
        if agent.id == shop.id:
            raise failure()
        return respond(tx, agent, safe, incident)

    monkeypatch.setattr(reconciler, "respond", fails_for_one)
    reconcile()

    assert (world.agent(shop).epoch, world.agent(other).epoch) == (0, 1)


def test_a_stale_notice_waits_for_somebody_to_look_and_orders_nothing(world, shop):
    body = {"instance_id": shop.primary.ec2_instance_id, "time": "2026-01-01T00:00:00Z", "seen_age_ms": 301_000}
    world.db.run(lambda tx: emergency.handle_termination_notice(tx, shop.id, None, body))
    reconcile()

    assert world.all("SELECT * FROM actions") == []
    assert world.one("SELECT disposition, handled_at FROM notices") == {"disposition": "verify", "handled_at": None}


def test_commands_whose_time_is_over_are_given_up(world, shop):
    world.db.run(lambda tx: commands.give(tx, shop.id, "refresh_config", {}, actor="admin", request_id="request-1"))
    world.jump(minutes=16)

    assert reconcile()["commands_expired"] == 1
    assert world.one("SELECT status FROM commands")["status"] == "expired"
