"""Prices: fetched from AWS by our collector, and reported by hosts; keyed on the AZ's id."""

import pytest

from core.cloud.simulator.catalogue import TYPES
from core.prices.pricing import collect
from tests.integration.conftest import data_of, error_of
from tests.integration.shop import Shop
from tests.world import World

POOL = {
    "az": "us-east-1a",
    "az_id": "use1-az6",
    "instance_type": "m5.large",
    "spot_price": 0.03,
    "observed_at": "2026-01-01T00:00:00Z",
}


@pytest.fixture
def report(api, world: World):
    workload = world.workload()

    def post(*pools: dict):
        return api.by(workload.token).post(f"/api/agents/{workload.uuid}/pricing-report", {"pools": list(pools)})

    post.workload = workload
    return post


def test_the_collector_stores_every_pool_under_its_az_id_and_every_on_demand_price(shop: Shop):
    shop.world.execute("DELETE FROM spot_pools")
    shop.simulator.price("use1-az1", "m5.large", 0.0123)

    counts = collect(shop.clouds)

    pool = shop.world.one("SELECT * FROM spot_pools WHERE pool_id = 'use1-az1:m5.large:linux'")
    assert (pool["price"], pool["vcpus"], pool["memory_mib"], pool["arch"]) == (0.0123, 2, 8192, "x86_64")
    assert counts["pools"] == shop.world.one("SELECT COUNT(*) AS n FROM spot_pools")["n"] == 48
    assert shop.world.one("SELECT price FROM ondemand_prices WHERE instance_type = 'm5.large'")["price"] == 0.096


def test_the_collector_keeps_what_each_type_is_made_of(shop: Shop):
    collect(shop.clouds)

    told = {row["instance_type"]: row for row in shop.world.all("SELECT * FROM instance_types")}
    assert {name: row["ebs_mbps"] for name, row in told.items()} == {name: info.ebs_mbps for name, info in TYPES.items()}
    assert {(row["gpus"], row["instance_store_gib"]) for row in told.values()} == {(0, 0)}


def test_a_newer_price_replaces_an_older_one_and_never_the_other_way_round(shop: Shop):
    shop.simulator.price("use1-az1", "m5.large", 0.0123)
    collect(shop.clouds)
    shop.world.execute("UPDATE spot_pools SET price = 0.5, price_at = UTC_TIMESTAMP(6) + INTERVAL 1 DAY WHERE az_id = 'use1-az1'")

    collect(shop.clouds)

    assert shop.world.one("SELECT price FROM spot_pools WHERE pool_id = 'use1-az1:m5.large:linux'")["price"] == 0.5


def test_a_region_two_clients_share_is_fetched_once(shop: Shop):
    shop.world.workload("other", aws_account="210987654321")

    collect(shop.clouds)

    assert len(shop.calls("DescribeAvailabilityZones")) == 1


def test_a_region_that_cannot_be_asked_is_counted_and_loses_no_price(shop: Shop):
    before = shop.world.all("SELECT * FROM spot_pools")
    shop.simulator.fault("DescribeSpotPriceHistory", code="InternalError", http_status=500, share=1.0)

    assert collect(shop.clouds)["unreachable"] == 1
    assert shop.world.all("SELECT * FROM spot_pools") == before


def test_a_report_is_stored_once_and_says_who_saw_it(world: World, report):
    assert data_of(report(POOL)) == {"stored": 1, "duplicates": 0, "rejected": []}
    assert data_of(report(POOL)) == {"stored": 0, "duplicates": 1, "rejected": []}

    row = world.one("SELECT * FROM spot_price_snapshots")
    assert (row["source"], row["source_role"], row["pool_id"], row["client_id"]) == (
        "agent", "PRIMARY", "use1-az6:m5.large:linux", report.workload.client.id,
    )  # fmt: skip


@pytest.mark.parametrize(("field", "value", "why"), [
    ("spot_price", 0, "not a price"), ("spot_price", -0.1, "not a price"), ("spot_price", 1000, "not a price"),
    ("observed_at", "yesterday", "no time"), ("observed_at", "2999-01-01T00:00:00Z", "observed in the future"),
])  # fmt: skip
def test_an_impossible_price_is_named_and_the_possible_ones_are_stored(report, field, value, why):
    reply = data_of(report(POOL, {**POOL, "az_id": "use1-az1", field: value}))

    assert (reply["stored"], reply["rejected"]) == (1, [{"pool": "use1-az1:m5.large:linux", "why": why}])


@pytest.mark.parametrize(
    "pools", [[], [{**POOL, "spot_price": "cheap"}], [{**POOL, "az_id": "use1'--"}], [{**POOL, "colour": "red"}], [POOL] * 501]
)
def test_a_report_of_another_shape_is_refused_whole(world: World, report, pools):
    assert error_of(report(*pools)) == (422, "VALIDATION_ERROR")
    assert world.all("SELECT * FROM spot_price_snapshots") == []


def test_a_hosts_word_does_not_change_the_price_that_decisions_use(world: World, report):
    """One tenant must not lead another's launches."""
    world.prices()
    before = world.all("SELECT pool_id, price FROM spot_pools ORDER BY pool_id")

    report({**POOL, "spot_price": 0.0001})

    assert world.all("SELECT pool_id, price FROM spot_pools ORDER BY pool_id") == before
