"""Feeds that arrive, fall silent, stand still and come back: stale is a mark, ten per cent, and a word to people (INV-21)."""

from datetime import timedelta

import pytest

from core.prices import feeds
from core.prices.pricing import collect, score_placements
from core.sql import pools
from tests.integration.conftest import data_of
from tests.integration.shop import Shop

POOL = "use1-az1:m5.large:linux"


@pytest.fixture
def fed(shop: Shop):
    """A shop whose prices were fetched once."""
    shop.world.execute("DELETE FROM spot_pools")
    collect(shop.clouds)
    return shop


def pool(shop: Shop):
    return next(one for one in shop.world.db.run(lambda tx: pools.in_region(tx, "us-east-1")) if one.pool_id == POOL)


def told(shop: Shop) -> list[tuple]:
    rows = shop.world.all("SELECT severity, title FROM notifications WHERE dedupe_key LIKE 'feed:%%' ORDER BY id")
    return [(row["severity"], row["title"]) for row in rows]


def break_feed(shop: Shop) -> None:
    shop.simulator.fault("DescribeSpotPriceHistory", code="InternalError", http_status=500, share=1.0)


def published(shop: Shop) -> float:
    return shop.world.one("SELECT price FROM spot_pools WHERE pool_id = %(id)s", id=POOL)["price"]


def test_a_week_of_changes_is_staged_at_the_first_look_and_only_news_after_it(fed):
    first = fed.world.one("SELECT COUNT(*) AS n, MIN(observed_at) AS oldest FROM spot_price_snapshots WHERE source = 'collector'")
    fed.simulator.price("use1-az1", "m5.large", 0.045671)

    counts = collect(fed.clouds)

    assert first["n"] > 48 * 40
    assert timedelta(days=6.9) < fed.world.now() - first["oldest"] < timedelta(days=7.2)
    assert counts["changes"] < 150
    assert fed.world.one("SELECT COUNT(*) AS n FROM spot_price_snapshots WHERE price = 0.045671")["n"] == 1
    assert published(fed) == 0.045671


def test_every_page_of_a_long_answer_is_read(fed):
    calls = fed.calls("DescribeSpotPriceHistory")

    assert len(calls) > 2


def test_a_price_is_stale_after_three_hundred_seconds_and_counts_ten_per_cent_more(fed):
    fed.world.jump(seconds=240)
    assert (pool(fed).is_stale, pool(fed).price) == (0, pytest.approx(published(fed)))

    fed.world.jump(seconds=61)

    assert (pool(fed).is_stale, pool(fed).price) == (1, pytest.approx(1.1 * published(fed)))


def test_a_feed_that_does_not_arrive_is_told_once_and_its_return_too(fed):
    break_feed(fed)
    fed.world.jump(seconds=301)

    assert (collect(fed.clouds)["stale"], collect(fed.clouds)["stale"]) == (1, 0)
    assert told(fed) == [("warning", "Spot prices of us-east-1 are stale")]
    assert "InternalError" in fed.world.one("SELECT text FROM notifications WHERE dedupe_key LIKE 'feed:%%'")["text"]

    fed.simulator.clear_faults()
    assert collect(fed.clouds)["back"] == 1
    assert told(fed)[-1] == ("info", "Spot prices of us-east-1 arrive again")
    assert pool(fed).is_stale == 0


def test_a_feed_that_arrives_and_never_changes_is_stale_too(fed):
    """The database's clock goes on for 26 hours, the market's does not."""
    fed.world.jump(hours=26)

    counts = collect(fed.clouds)

    assert (counts["unreachable"], counts["stale"]) == (0, 1)
    assert pool(fed).is_stale == 1
    assert fed.world.db.run(lambda tx: feeds.of_region(tx, "us-east-1"))["stale"] is True


def test_the_fleet_shows_a_stale_price_as_stale(fed, api):
    fed.world.jump(seconds=400)

    shown = data_of(api.by(fed.workload.client.token).get(f"/api/client/{fed.workload.client.uuid}/agents"))["agents"][0]["primary"]

    here = fed.world.one("SELECT price FROM spot_pools WHERE pool_id = 'use1-az6:m5.large:linux'")["price"]
    assert (shown["price_is_stale"], shown["price_usd_per_hour"]) == (True, pytest.approx(1.1 * here))


def test_on_demand_prices_may_fail_alone(fed):
    fed.simulator.fault("GetProducts", code="InternalError", http_status=500, share=1.0)
    fed.world.jump(seconds=400)

    collect(fed.clouds)

    assert pool(fed).is_stale == 0
    assert told(fed) == []


def test_placement_scores_of_the_types_in_use_are_kept(fed):
    assert score_placements(fed.clouds) == {"placement_scores": 4}

    scores = fed.world.all("SELECT * FROM placement_scores")
    assert {row["instance_type"] for row in scores} == {"m5.large"}
    assert all(1 <= row["score"] <= 10 for row in scores)


def test_a_region_whose_first_account_does_not_answer_is_asked_for_through_the_next(shop: Shop):
    shop.world.workload("other", aws_account="210987654321")
    shop.simulator.fault("*", code="ServiceUnavailable", share=1.0, account_id="123456789012")

    counts = collect(shop.clouds)

    assert counts["unreachable"] == 1 and counts["changes"] > 0
    assert {call["account_id"] for call in shop.calls("DescribeSpotPriceHistory") if call["outcome"] == "ok"} == {"210987654321"}
