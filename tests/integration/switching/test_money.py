"""Savings, ledger, bill and spend over HTTP."""


import pytest

from core.money import ledger
from tests.integration.conftest import ADMIN, data_of, error_of
from tests.integration.switching.conftest import Moving, table


@pytest.fixture
def booked(moving: Moving) -> None:
    """A few minutes of one workload in the ledger."""
    moving.world.jump(minutes=6)
    ledger.book()


def test_savings_are_told_per_period_with_their_lines(me, booked, paths):
    for granularity in ("hour", "day", "month"):
        told = data_of(me.get(paths["client"] + f"/savings?granularity={granularity}"))
        assert told["series"] and told["data_source"] == "simulator"
        assert sum(row["net"] for row in told["series"]) == pytest.approx(told["total"]["net"])
        assert told["total"]["net"] == pytest.approx(told["total"]["baseline"] - told["total"]["actual"])


@pytest.mark.parametrize("query", ["from=2026-02-30", "from=2026-05-02&to=2026-05-01", "from=2000-01-01", "granularity=year", "x=1"])
def test_a_span_that_makes_no_sense_is_refused(me, moving, paths, query):
    assert error_of(me.get(paths["client"] + f"/savings?{query}")) == (422, "VALIDATION_ERROR")


def test_savings_as_csv(me, booked, paths):
    rows = table(me.get(paths["client"] + "/export/savings"))

    assert sum(float(row["net"]) for row in rows) > 0


def test_the_ledger_shows_its_single_lines_page_by_page_and_its_parts(me, booked):
    first = data_of(me.get("/api/ledger?limit=1"))
    every = data_of(me.get("/api/ledger?limit=200&by=account"))

    assert first["next_cursor"] and len(first["lines"]) == 1
    assert {(line["debit"], line["credit"]) for line in every["lines"]} == {("on_demand_equivalent", "savings"), ("savings", "compute")}
    assert every["allocation"]["groups"][0]["name"] == "Simulated 123456789012"
    rest = data_of(me.get(f"/api/ledger?limit=200&cursor={first['next_cursor']}"))["lines"]
    assert [line["line_id"] for line in first["lines"] + rest] == [line["line_id"] for line in every["lines"]]


@pytest.mark.parametrize("by", ["nobody", "tag:", 'tag:a"b'])
def test_an_unknown_way_to_split_is_refused(me, booked, by):
    assert error_of(me.get("/api/ledger", query_string={"by": by})) == (422, "VALIDATION_ERROR")


def test_a_bill_is_imported_and_reconciled(me, moving, booked):
    day = moving.world.now().date().isoformat()
    line = {"instance_id": moving.workload.primary.ec2_instance_id, "day": day, "usd": 0.01}

    assert me.post("/api/ledger/bill-import", {"lines": [line]}).status_code == 201
    told = data_of(me.get("/api/ledger/reconciliation"))

    assert told["days"][-1]["billed_usd"] == 0.01 and told["gap_pct"] is not None
    assert error_of(me.post("/api/ledger/bill-import", {"lines": [{**line, "usd": -1}]})) == (422, "VALIDATION_ERROR")


def test_the_figures_of_the_home_page_follow_from_prices_and_the_ledger(me, moving, booked):
    told = data_of(me.get("/api/metrics/kpi"))

    assert told["monthly_spend"] == pytest.approx(730 * 0.032, abs=0.01)
    assert told["on_demand_equivalent"] == pytest.approx(730 * 0.096, abs=0.01)
    assert told["savings_month_to_date"] > 0 and (told["instances"], told["unpriced"]) == (1, 0)


def test_a_figure_without_a_price_is_null_and_counted(me, moving):
    moving.world.execute("UPDATE spot_pools SET price = NULL")

    told = data_of(me.get("/api/metrics/kpi"))

    assert (told["monthly_spend"], told["savings_month_to_date"], told["unpriced"]) == (None, None, 1)


def test_spend_is_told_by_type_place_and_purchase(me, moving, booked):
    told = data_of(me.get("/api/metrics/composition"))

    assert told["by_type"] == [{"name": "m5.large", "usd_per_hour": 0.032}]
    assert told["by_lifecycle"][0]["name"] == "spot" and told["by_az"][0]["name"] == "use1-az6"
    days = data_of(me.get("/api/metrics/cost/timeseries?days=2"))["days"]
    assert days and all(0 < day["actual"] < day["on_demand"] for day in days)


def test_the_charts_of_a_client_draw_savings_modes_switches_and_prices(me, moving, booked, paths):
    moving.order()

    told = data_of(me.get(paths["client"] + "/stats/charts"))

    assert told["savings"][0]["net"] > 0 and told["modes"] == [{"mode": "auto_switch", "agents": 1}]
    assert told["switch_frequency"][0]["switches"] == 1 and told["prices"]


def test_the_administrator_names_the_client_he_looks_at(api, moving, booked):
    other, admin = moving.world.client("Another"), api.by(ADMIN)

    mine, theirs = (data_of(admin.get("/api/ledger", headers={"X-Client-ID": uuid})) for uuid in (moving.workload.client.uuid, other.uuid))

    assert mine["lines"] and theirs["lines"] == []
    assert error_of(admin.get("/api/ledger", headers={"X-Client-ID": "nobody"})) == (404, "NOT_FOUND")


def test_a_client_sees_its_own_whatever_client_it_names(api, moving, booked):
    stranger = api.by(moving.world.client("Stranger").token)

    assert data_of(stranger.get("/api/ledger", headers={"X-Client-ID": moving.workload.client.uuid}))["lines"] == []
