"""Prices and pools as people ask for them: every figure with its source, every mistake answered clearly."""

from datetime import datetime, timedelta
from statistics import fmean, pstdev

import pytest

from core import database
from core.domain.price_series import BUCKET_US
from core.prices import consolidation
from tests.integration.conftest import data_of, error_of
from tests.integration.market.staging import horizon_of, stage
from tests.world import World

HERE = "use1-az6:m5.large:linux"
SECOND = timedelta(seconds=1)


@pytest.fixture
def workload(world: World):
    world.prices()
    return world.workload()


@pytest.fixture
def me(api, workload):
    return api.by(workload.client.token)


@pytest.fixture
def consolidated(world: World, settings, workload):
    """Two hosts' prices three hours ago with a hole of ten minutes, AWS's price before; one minute-old price after."""
    first = horizon_of(world.now() - timedelta(hours=3)) * BUCKET_US
    stage(world, {HERE: [(first, 30_000, 1), (first + 3 * BUCKET_US, 33_000, 1), (first - 12 * BUCKET_US, 29_000, 4)]}, world.now() - timedelta(minutes=5))
    world.db.run(lambda tx: consolidation.request(tx, "admin"))
    connected = database.connect(settings, job=True)
    consolidation.run()
    connected.pool.close()
    database._current = world.db
    return workload


def history(me, **asked) -> dict:
    return data_of(me.get("/api/client/pricing-history", query_string={"pool": HERE, **asked}))


def test_every_price_of_a_history_says_where_it_comes_from(me, consolidated):
    told = [(round(point["price"], 6), point["data_source"]) for point in history(me)["points"]]

    assert told[:12] == [(0.029, "backfilled")] * 12
    assert told[12:16] == [(0.03, "agent"), (0.031, "interpolated"), (0.032, "interpolated"), (0.033, "agent")]
    assert {source for _, source in told[16:]} == {"backfilled"}


def test_a_price_is_on_the_chart_as_soon_as_it_came_in(world, me, api, consolidated):
    """MET-04: nobody waits for the consolidation."""
    seen = {"az": "us-east-1a", "az_id": "use1-az6", "instance_type": "m5.large", "spot_price": 0.0377, "observed_at": world.now().isoformat()}
    api.by(consolidated.token).post(f"/api/agents/{consolidated.uuid}/pricing-report", {"pools": [seen]})

    last = history(me)["points"][-1]

    assert (last["price"], last["data_source"]) == (0.0377, "agent")


def test_a_pool_may_be_named_by_the_accounts_own_az(me, consolidated):
    assert history(me, pool="us-east-1a:m5.large")["pool_id"] == HERE


@pytest.mark.parametrize("asked", [
    {"pool": "eu-west-9z:m5.large"}, {"pool": "m5.large"}, {"pool": ""}, {"pool": HERE, "hours": "0"}, {"pool": HERE, "hours": "many"},
    {"pool": HERE, "colour": "red"}, {"pool": "use1-az6:m5.large'--"},
])  # fmt: skip
def test_a_question_that_cannot_be_answered_is_refused(me, consolidated, asked):
    assert error_of(me.get("/api/client/pricing-history", query_string=asked)) == (422, "VALIDATION_ERROR")


def test_beyond_a_week_there_is_one_price_per_hour(me, consolidated):
    told = history(me, hours=24 * 30)

    assert told["step_seconds"] == 3600
    assert all(point["ts"][14:16] == "00" for point in told["points"])


def test_notices_and_switches_of_ones_own_machines_are_marked_and_nobody_elses(world, me, api, consolidated):
    other = world.workload("other", aws_account="210987654321")
    world.interruption(consolidated)

    mine = [(marker["kind"], marker["sentence"]) for marker in history(me)["markers"]]
    theirs = data_of(api.by(other.client.token).get("/api/client/pricing-history", query_string={"pool": HERE}))["markers"]

    assert mine == [("arrived", "web-shop came here"), ("termination", "web-shop: termination announced")]
    assert [marker["kind"] for marker in theirs] == ["arrived"]


def test_the_price_of_an_instance_stands_beside_on_demand_and_the_best(me, workload):
    told = data_of(me.get(f"/api/client/instances/{workload.primary.uuid}/pricing"))

    assert (told["current"], told["on_demand"], told["stale"], told["data_source"]) == (0.032, 0.096, False, "collector")
    assert told["best"]["pool"] == "use1-az6:c5.large:linux"


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_price_says_as_of_when_it_was_read_and_one_of_on_demand_as_of_the_list(world, me, workload):
    dear = world.workload("dear", workload.client, lifecycle="on-demand")
    world.execute("UPDATE ondemand_prices SET updated_at = UTC_TIMESTAMP(6) - INTERVAL 3 HOUR")
    [read] = world.all("SELECT updated_at FROM spot_pools WHERE pool_id = %(id)s", id=HERE)
    [listed] = world.all("SELECT updated_at FROM ondemand_prices WHERE instance_type = 'm5.large'")

    spot, on_demand = (data_of(me.get(f"/api/client/instances/{one.primary.uuid}/pricing")) for one in (workload, dear))

    assert abs(when(spot["as_of"]) - read["updated_at"]) < SECOND and abs(when(on_demand["as_of"]) - listed["updated_at"]) < SECOND
    assert (on_demand["current"], on_demand["stale"], on_demand["data_source"]) == (0.096, False, "collector")
    world.jump(days=1)
    assert data_of(me.get(f"/api/client/instances/{dear.primary.uuid}/pricing"))["stale"] is True


def test_a_stale_price_is_ten_per_cent_up_and_says_so(world, me, workload):
    world.jump(seconds=301)

    told = data_of(me.get(f"/api/client/instances/{workload.primary.uuid}/pricing"))

    assert (told["current"], told["stale"], told["data_source"]) == (pytest.approx(0.0352), True, "last_known_plus_10_pct")


def last_known(me) -> float:
    """What stands after the last sighting until now."""
    return history(me)["points"][-1]["price"]


def test_volatility_is_told_with_its_sources_and_is_no_risk(me, consolidated):
    told = data_of(me.get(f"/api/client/instances/{consolidated.primary.uuid}/pool-volatility", query_string={"hours": 6}))

    assert (told["min"], told["max"], told["changes"], told["is_risk"]) == (0.029, 0.033, 5, False)
    assert told["data_sources"]["interpolated"] == 2
    known = [0.029] * 12 + [0.03, 0.031, 0.032, 0.033] + [last_known(me)] * (told["samples"] - 16)
    assert (told["mean"], told["sigma"]) == (pytest.approx(fmean(known), abs=1e-6), pytest.approx(pstdev(known), abs=1e-6))
    assert told["samples"] == len(data_of(me.get(f"/api/client/instances/{consolidated.primary.uuid}/price-history", query_string={"hours": 6})))


def test_nothing_known_is_null_and_not_zero(me, workload):
    told = data_of(me.get(f"/api/client/instances/{workload.primary.uuid}/pool-volatility"))

    assert (told["mean"], told["sigma"], told["samples"]) == (None, None, 0)


def pool_of(told: dict, pool_id: str = HERE) -> dict:
    return next(pool for pool in told["pools"] if pool["pool_id"] == pool_id)


def test_the_pools_of_a_region_tell_price_risk_and_who_runs_there(me, workload):
    told = data_of(me.get("/api/client/pools"))

    assert (told["region"], len(told["pools"]), told["pools"][0]["data_source"]) == ("us-east-1", 9, "collector")
    assert pool_of(told)["workloads"] == ["web-shop"]
    assert 0 < pool_of(told)["risk"] < 1 and pool_of(told)["evidence"]


def test_an_avoided_pool_says_why_and_until_when_to_its_own_client_alone(world, me, api, admin, workload):
    other = world.workload("other", aws_account="210987654321")
    world.interruption(workload)

    mine, theirs = (pool_of(data_of(one.get("/api/client/pools"))) for one in (me, api.by(other.client.token)))

    assert (mine["flag"], mine["why_avoided"]) == ("danger", "a notice there within 30 minutes")
    assert mine["avoided_until"] and theirs["flag"] is None
    assert pool_of(data_of(admin.get("/api/admin/pools/statistics")))["flag"] is None


def test_a_client_without_machines_has_no_region_yet(world, api):
    told = data_of(api.by(world.client().token).get("/api/client/pools"))

    assert (told["region"], told["pools"]) == (None, [])


def test_the_trend_is_against_yesterday(world, me, settings, workload):
    yesterday = horizon_of(world.now() - timedelta(hours=24)) * BUCKET_US
    stage(world, {HERE: [(yesterday, 16_000, 1)]}, world.now() - timedelta(minutes=5))
    world.db.run(lambda tx: consolidation.request(tx, "admin"))
    consolidation.run()

    assert pool_of(data_of(me.get("/api/client/pools")))["trend_24h"] == 1.0


def test_statistics_can_be_narrowed(admin, workload):
    told = data_of(admin.get("/api/admin/pools/statistics", query_string={"region": "us-east-1", "type": "m5.large"}))["pools"]

    assert {pool["instance_type"] for pool in told} == {"m5.large"}
    assert [pool["agents"] for pool in told if pool["pool_id"] == HERE] == [1]


def test_the_administrator_begins_a_run_once_and_sees_it_listed(world, admin):
    first = admin.post("/api/admin/consolidation-jobs", {}, request_id="run-it-now-1")
    again = admin.post("/api/admin/consolidation-jobs", {}, request_id="run-it-now-1")

    assert (first.status_code, data_of(first)["status"]) == (202, "queued")
    assert data_of(first) == data_of(again)
    consolidation.run()
    listed = data_of(admin.get("/api/admin/consolidation-jobs"))["jobs"]
    assert [(job["job_id"], job["status"], job["requested_by"]) for job in listed] == [(data_of(first)["job_id"], "done", "admin")]
    assert listed[0]["duration_seconds"] is not None
    assert world.one("SELECT why FROM audit_logs WHERE action = 'consolidate'")


@pytest.mark.parametrize("path", ["/api/admin/consolidation-jobs?days=0", "/api/admin/pools/statistics?region=x", "/api/client/pools?region='"])
def test_odd_questions_are_refused(admin, me, path):
    assert error_of((admin if "admin" in path else me).get(path)) == (422, "VALIDATION_ERROR")
