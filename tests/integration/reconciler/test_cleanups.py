"""What a replica that nobody needed cost, and what its end spared: from booked lines, never from a constant (FLOW-11, MET-13, K-34)."""

from datetime import timedelta

import pytest

from core.emergencies.emergency import retire
from core.emergencies.reconciler import reconcile
from core.money import cleanups, ledger
from core.sql import agents, instances
from tests.integration.conftest import data_of
from tests.world import Workload, World


@pytest.fixture
def shop(world: World) -> Workload:
    world.prices()
    return world.workload()


@pytest.fixture
def replica(world: World, shop: Workload):
    return world.replica(shop)


def booked(world: World, instance_id: int) -> int:
    return int(world.one("SELECT COALESCE(SUM(micros), 0) AS n FROM savings_ledger WHERE instance_id = %(id)s", id=instance_id)["n"])


def told(world: World, client_id: int | None) -> dict:
    return world.db.run(lambda tx: cleanups.of_client(tx, client_id, tx.now() - timedelta(days=1), tx.now() + timedelta(seconds=1)))


def end_early(world: World, shop: Workload, instance_id: int, status: str = "terminated") -> None:
    world.db.run(lambda tx: retire(tx, agents.get(tx, shop.id), False, instances.get(tx, instance_id), status, "a test"))


def test_the_timeline_says_what_a_needless_replica_cost_as_it_is_booked(world, shop, replica):
    world.jump(hours=6, minutes=1)
    ledger.book()

    reconcile()

    row = world.one("SELECT why FROM audit_logs WHERE action = 'false_rebalance_cleanup' ORDER BY id DESC LIMIT 1")
    cost = booked(world, replica.instance_id)
    assert cost == pytest.approx(6.017 * 0.033 * 1.1 * 1e6, rel=0.01), "its pool's last known price and a tenth, for its own hours"
    assert f"it stood by for 6.0 h and cost ${cost / 1e6:.3f}; its end saves $0.0363 an hour" in row["why"]


def test_one_that_lived_its_six_hours_spared_nothing_and_cost_what_is_booked(world, api, shop, replica):
    world.jump(hours=6)
    ledger.book()
    reconcile()

    found = told(world, shop.client.id)

    assert (found["replicas"], found["unpriced"], found["spared_usd"]) == (1, 0, 0)
    assert found["cost_usd"] == booked(world, replica.instance_id) / 1e6 > 0
    assert data_of(api.by(shop.client.token).get(f"/api/client/{shop.client.uuid}/savings"))["needless_replicas"] == found


def test_one_that_ended_before_spared_the_price_of_the_hours_that_were_left(world, shop, replica):
    world.jump(hours=2)
    ledger.book()

    end_early(world, shop, replica.instance_id)

    assert told(world, shop.client.id)["spared_usd"] == pytest.approx(4 * 0.033 * 1.1, rel=0.01)


def test_one_that_was_promoted_or_failed_or_is_anothers_is_none_of_them(world, shop, replica):
    other = world.workload("other", aws_account="210987654321")
    failed = world.replica(other)
    end_early(world, other, failed.instance_id, "failed")
    world.interruption(shop)
    world.jump(hours=1)
    ledger.book()

    assert world.instance(replica.instance_id).role == "PRIMARY"
    assert told(world, None)["replicas"] == 0


def test_without_a_known_price_nothing_is_claimed(world):
    shop = world.workload()
    replica = world.replica(shop)
    world.jump(hours=6)
    reconcile()

    assert {name: told(world, shop.client.id)[name] for name in ("replicas", "unpriced", "cost_usd", "spared_usd")} == {
        "replicas": 1, "unpriced": 1, "cost_usd": None, "spared_usd": None,
    }  # fmt: skip
    assert "$" not in world.one("SELECT why FROM audit_logs WHERE action = 'false_rebalance_cleanup' ORDER BY id DESC LIMIT 1")["why"]
    assert replica
