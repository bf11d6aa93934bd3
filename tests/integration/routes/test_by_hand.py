"""What people do with replicas by hand: launch, promote, keep, end."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.emergencies.reconciler import reconcile
from core.forecast.risk import RiskManager
from core.operations import safe_mode
from tests.integration.conftest import data_of, error_of
from tests.world import World


@pytest.fixture
def shop(world: World):
    """A workload in the mode manual replica."""
    world.prices()
    made = world.workload()
    world.beat(made, made.primary.id, serving=True)
    world.execute("UPDATE agent_configs SET auto_switch_enabled = 0, manual_replica_enabled = 1")
    return made


@pytest.fixture
def me(api, shop):
    return api.by(shop.client.token)


@pytest.fixture
def base(shop) -> str:
    return f"/api/agents/{shop.uuid}/replicas"


def told(world: World) -> list[str]:
    return [row["why"] for row in world.all("SELECT why FROM audit_logs ORDER BY id DESC LIMIT 5")]


def by_hand(world: World, shop):
    """A ready replica that a person launched."""
    replica = world.replica(shop)
    world.execute("UPDATE replica_instances SET mode = 'manual', expires_at = NULL WHERE id = %(id)s", id=replica.id)
    return replica


def test_a_replica_is_launched_by_hand_and_waits_without_an_end(world, me, base):
    reply = me.post(base, {"mode": "manual"})

    made = data_of(reply)
    assert (reply.status_code, made["status"], made["expires_at"]) == (202, "launching", None)
    intent = world.one("SELECT kind, state, incident_id FROM actions")
    assert intent == {"kind": "launch", "state": "pending", "incident_id": None}
    assert "Ordered a replica by hand" in told(world)[0]
    world.jump(days=3)
    reconcile()
    assert world.one("SELECT ended_at FROM replica_instances")["ended_at"] is None


def test_the_same_order_twice_is_one_replica(world, me, base):
    first, again = (me.post(base, {"mode": "manual"}, "order-by-hand-1") for _ in range(2))

    assert first.get_data() == again.get_data()
    assert world.one("SELECT COUNT(*) AS n FROM actions")["n"] == 1
    assert error_of(me.post(base, {"mode": "manual"})) == (409, "CONFLICT")


def test_a_pool_is_chosen_by_hand_unless_it_is_unknown_or_flagged(world, me, base):
    world.execute(
        "INSERT INTO pool_memory (pool_id, danger_until, last_seen)"
        " VALUES ('use1-az1:m5.large:linux', UTC_TIMESTAMP(6) + INTERVAL 9 MINUTE, UTC_TIMESTAMP(6))"
    )

    assert error_of(me.post(base, {"mode": "manual", "pool": "use1-az9:m5.large:linux"})) == (422, "VALIDATION_ERROR")
    assert error_of(me.post(base, {"mode": "manual", "pool": "use1-az1:m5.large:linux"})) == (409, "POOL_FLAGGED")
    assert data_of(me.post(base, {"mode": "manual", "pool": "use1-az2:m5.large:linux"}))["pool_id"] == "use1-az2:m5.large:linux"


def test_a_pool_that_this_client_alone_reported_is_flagged_for_it_and_for_nobody_else(world, me, api, base, shop):
    other = world.workload("other", aws_account="210987654321")
    world.execute("UPDATE agent_configs SET manual_replica_enabled = 1, auto_switch_enabled = 0")
    pool = {"mode": "manual", "pool": "use1-az1:m5.large:linux"}
    world.db.run(lambda tx: RiskManager(tx, shop.client.id).register_risk_event(pool["pool"], "rebalance_notice"))

    theirs = api.by(other.client.token).post(f"/api/agents/{other.uuid}/replicas", pool)

    assert error_of(me.post(base, pool)) == (409, "POOL_FLAGGED")
    assert data_of(theirs)["pool_id"] == pool["pool"]


def test_in_auto_switch_nothing_is_launched_by_hand(world, me, base):
    world.execute("UPDATE agent_configs SET manual_replica_enabled = 0, auto_switch_enabled = 1")

    assert error_of(me.post(base, {"mode": "manual"})) == (409, "MODE_CONFLICT")
    assert world.one("SELECT COUNT(*) AS n FROM actions")["n"] == 0


def test_in_safe_mode_the_order_is_a_dry_run(world, me, base):
    world.db.run(lambda tx: safe_mode.switch(tx, True, actor="admin", reason="a test"))

    made = data_of(me.post(base, {"mode": "manual"}))

    assert (made["replica_id"], made["status"]) == (None, "dry_run")
    assert (made["dry_run"], made["action"]) == (True, "launch")
    assert world.one("SELECT state FROM actions")["state"] == "dry_run"
    assert world.one("SELECT COUNT(*) AS n FROM replica_instances")["n"] == 0


def test_an_emergency_has_one_live_replica_whoever_asks(world, me, base, shop):
    assert error_of(me.post(base, {"mode": "emergency"})) == (409, "CONFLICT")
    world.interruption(shop)
    assert error_of(me.post(base, {"mode": "emergency"})) == (409, "CONFLICT")
    world.execute("UPDATE replica_instances SET status = 'failed', ended_at = UTC_TIMESTAMP(6)")

    assert me.post(base, {"mode": "emergency"}).status_code == 202
    assert world.one("SELECT COUNT(*) AS n FROM replica_instances WHERE ended_at IS NULL")["n"] == 1


def test_a_promotion_by_hand_names_both_machines_and_the_next_epoch(world, me, base, shop):
    replica = by_hand(world, shop)

    moved = data_of(me.post(f"{base}/{replica.uuid}/promote", {"epoch": 0}))

    successor = world.instance(replica.instance_id)
    assert (moved["new_primary"], moved["old_primary"], moved["epoch"]) == (
        successor.ec2_instance_id, shop.primary.ec2_instance_id, 1,
    )  # fmt: skip
    assert moved["downtime_seconds"] is None
    assert (successor.role, world.instance(shop.primary.id).role) == ("PRIMARY", "ZOMBIE")
    actor = world.one("SELECT actor_id, why FROM audit_logs WHERE action = 'promote' ORDER BY id DESC LIMIT 1")
    assert actor["actor_id"].startswith("client:") and "by hand" in actor["why"]


def test_a_handover_by_hand_is_measured_and_lets_the_old_one_go(world, me, base, shop):
    replica = by_hand(world, shop)
    me.post(f"{base}/{replica.uuid}/promote", {"epoch": 0})
    world.serves(shop, shop.primary.id, serving=False)
    world.one("SELECT SLEEP(0.05)")

    world.serves(shop, replica.instance_id)

    booked = world.one("SELECT cause, method, duration_seconds FROM downtime_logs")
    assert (booked["cause"], booked["method"]) == ("planned", "serving_reports") and booked["duration_seconds"] > 0
    assert world.instance(shop.primary.id).terminate_after is not None
    world.jump(hours=2)
    assert reconcile()["zombies_due"] == 1


def test_a_move_by_hand_blocks_no_later_rescue(world, me, base, shop):
    replica = by_hand(world, shop)
    me.post(f"{base}/{replica.uuid}/promote", {"epoch": 0})

    assert world.agent(shop).last_failover_at is None


@pytest.mark.parametrize(("change", "code"), [
    ("UPDATE replica_instances SET status = 'syncing'", "NOT_PROMOTABLE"),
    ("UPDATE instances SET notice_rank = 1 WHERE role = 'REPLICA'", "NOT_PROMOTABLE"),
    ("UPDATE instances SET terminate_requested_at = UTC_TIMESTAMP(6) WHERE role = 'REPLICA'", "NOT_PROMOTABLE"),
    ("UPDATE agent_heartbeats SET contact_at = UTC_TIMESTAMP(6) - INTERVAL 5 MINUTE", "NOT_PROMOTABLE"),
    ("UPDATE replica_instances SET status = 'failed', ended_at = UTC_TIMESTAMP(6)", "NOT_PROMOTABLE"),
    ("INSERT INTO pool_memory (pool_id, danger_until, last_seen) SELECT pool_id, UTC_TIMESTAMP(6) + INTERVAL 9 MINUTE, UTC_TIMESTAMP(6)"
     " FROM instances WHERE role = 'REPLICA'", "POOL_FLAGGED"),
    ("UPDATE agents SET epoch = 5", "STALE_EPOCH"),
])  # fmt: skip
def test_a_replica_that_should_not_take_over_is_refused_by_name(world, me, base, shop, change, code):
    replica = by_hand(world, shop)
    world.execute(change)

    assert error_of(me.post(f"{base}/{replica.uuid}/promote", {"epoch": 0})) == (409, code)
    assert world.instance(shop.primary.id).role == "PRIMARY"


def test_a_replica_in_a_pool_that_its_own_client_reported_is_not_promoted_by_hand(world, me, base, shop):
    replica = by_hand(world, shop)
    pool = world.instance(replica.instance_id).pool_id
    world.db.run(lambda tx: RiskManager(tx, shop.client.id).register_risk_event(pool, "rebalance_notice"))

    assert error_of(me.post(f"{base}/{replica.uuid}/promote", {"epoch": 0})) == (409, "POOL_FLAGGED")


def test_a_replica_is_ended_by_hand_and_a_promoted_one_is_not(world, me, base, shop):
    first = by_hand(world, shop)
    ended = data_of(me.delete(f"{base}/{first.uuid}"))
    assert ended["status"] == "terminated"
    assert world.one("SELECT COUNT(*) AS n FROM actions WHERE kind = 'terminate'")["n"] == 1
    assert error_of(me.delete(f"{base}/{first.uuid}")) == (409, "CONFLICT")

    second = by_hand(world, shop)
    me.post(f"{base}/{second.uuid}/promote", {"epoch": 0})
    assert error_of(me.delete(f"{base}/{second.uuid}")) == (409, "CONFLICT")


def test_a_replica_that_is_only_ordered_is_withdrawn(world, me, base):
    made = data_of(me.post(base, {"mode": "manual"}))

    me.delete(f"{base}/{made['replica_id']}")

    assert world.one("SELECT state FROM actions")["state"] == "superseded"
    assert world.one("SELECT role FROM instances ORDER BY id DESC LIMIT 1")["role"] == "TERMINATED"


def test_a_replica_stands_by_longer_within_a_day_and_no_longer(world, me, base, shop):
    replica = by_hand(world, shop)
    soon, late = (world.now() + timedelta(hours=h) for h in (20, 25))

    kept = data_of(me.put(f"{base}/{replica.uuid}", {"expires_at": soon.isoformat()}))

    assert kept["expires_at"][:16] == soon.isoformat()[:16]
    assert world.instance(replica.instance_id).replica_expiry == soon
    assert error_of(me.put(f"{base}/{replica.uuid}", {"expires_at": late.isoformat()})) == (422, "VALIDATION_ERROR")
    assert error_of(me.put(f"{base}/{uuid4()}", {"expires_at": soon.isoformat()})) == (404, "NOT_FOUND")


def test_a_launch_goes_to_another_pool_only_until_it_begins(world, me, base):
    made = data_of(me.post(base, {"mode": "manual", "pool": "use1-az1:m5.large:linux"}))
    path = f"{base}/{made['replica_id']}"

    assert data_of(me.put(path, {"pool": "use1-az2:m5.large:linux"}))["pool_id"] == "use1-az2:m5.large:linux"
    assert '"az_id":"use1-az2"' in world.one("SELECT params FROM actions")["params"]
    world.execute("UPDATE actions SET tries = 1")
    assert error_of(me.put(path, {"pool": "use1-az1:m5.large:linux"})) == (409, "CONFLICT")


def test_a_replica_says_how_far_it_has_caught_up(world, me, base, shop):
    replica = by_hand(world, shop)

    me.post(f"{base}/{replica.uuid}/sync-status", {"progress_pct": 40, "lag_seconds": 3.5})

    row = data_of(me.get(base))["replicas"][0]
    assert (row["progress_pct"], row["lag_seconds"], row["mode"]) == (40, 3.5, "manual")
    assert error_of(me.post(f"{base}/{replica.uuid}/sync-status", {"progress_pct": 140, "lag_seconds": 1})) == (422, "VALIDATION_ERROR")


def test_of_two_replicas_the_one_in_a_calm_pool_takes_over_though_the_other_was_ready_first(world, shop):
    flagged, calm = world.replica(shop, az_id="use1-az1"), world.replica(shop, az_id="use1-az2")
    world.execute(
        "INSERT INTO pool_memory (pool_id, danger_until, last_seen)"
        " VALUES ('use1-az1:m5.large:linux', UTC_TIMESTAMP(6) + INTERVAL 9 MINUTE, UTC_TIMESTAMP(6))"
    )

    world.interruption(shop)

    assert (world.instance(calm.instance_id).role, world.instance(flagged.instance_id).role) == ("PRIMARY", "REPLICA")


def test_a_replica_in_a_flagged_pool_takes_over_where_there_is_no_other(world, shop):
    only = world.replica(shop, az_id="use1-az1")
    world.execute(
        "INSERT INTO pool_memory (pool_id, danger_until, last_seen)"
        " VALUES ('use1-az1:m5.large:linux', UTC_TIMESTAMP(6) + INTERVAL 9 MINUTE, UTC_TIMESTAMP(6))"
    )

    world.interruption(shop)

    assert world.instance(only.instance_id).role == "PRIMARY"
