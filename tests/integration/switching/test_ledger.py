"""The savings ledger on a real database: booked from what machines were, never from what anybody reported (D3)."""

from datetime import timedelta

import pytest

from core.domain.savings import hour_of
from core.emergencies.reconciler import reconcile
from core.money import ledger, savings
from tests.integration.switching.conftest import Moving
from tests.world import new_ec2_id


@pytest.fixture
def early(moving: Moving) -> Moving:
    """The database's clock stands at the tenth minute of an hour, and the workload has just enrolled."""
    world = moving.world
    now = world.now()
    world.jump(seconds=(hour_of(now) + timedelta(hours=1, minutes=10) - now).total_seconds())
    start = world.now()
    world.execute("UPDATE instance_history SET at = %(at)s", at=start)
    world.execute("UPDATE instances SET created_at = %(at)s", at=start)
    world.execute("UPDATE agents SET created_at = %(at)s", at=start)
    world.prices()
    return moving


def sums(moving: Moving) -> dict[str, int]:
    rows = moving.world.all("SELECT line, SUM(micros) AS micros FROM savings_ledger GROUP BY line")
    return {row["line"]: int(row["micros"]) for row in rows}


def seconds(moving: Moving, instance_id: int) -> dict[str, float]:
    rows = moving.world.all("SELECT line, SUM(seconds) AS s FROM savings_ledger WHERE instance_id = %(id)s GROUP BY line", id=instance_id)
    return {row["line"]: row["s"] for row in rows}


def lines(moving: Moving) -> list[dict]:
    return moving.world.all("SELECT instance_id, hour, line, seconds, usd_per_hour, micros, data_source, stale FROM savings_ledger ORDER BY 1, 2, 3")


def test_ten_minutes_book_ten_minutes(early: Moving):
    early.world.jump(minutes=10)

    ledger.book()

    booked = seconds(early, early.workload.primary.id)
    assert booked["baseline"] == booked["actual"] == pytest.approx(600, abs=3)
    assert sums(early)["actual"] == pytest.approx(600 / 3600 * 32_000, abs=30)


def test_closed_hours_are_summed_once_and_the_total_is_that_of_all_lines(early: Moving):
    for _ in range(3):
        early.world.jump(hours=1)
        for _ in range(2):
            ledger.book()
    closed = early.world.one("SELECT MAX(hour) AS hour FROM ledger_hours")["hour"]

    def total(source: str, until=None) -> dict:
        rows = early.world.all(f"SELECT line, SUM(micros) AS micros FROM {source} {'WHERE hour <= %(until)s' if until else ''} GROUP BY line", until=until)
        return {row["line"]: row["micros"] for row in rows}

    assert total("ledger_months") == total("savings_ledger", closed) != {}
    assert total("v_ledger_sums") == total("savings_ledger") != total("ledger_months")


def test_a_run_too_many_changes_nothing(early: Moving):
    early.world.jump(hours=2)
    ledger.book()
    early.world.jump(hours=1)
    ledger.book()
    closed = early.world.all("SELECT hour FROM ledger_hours")
    before = [row for row in lines(early) if row["hour"] in {c["hour"] for c in closed}]
    early.world.execute("DELETE FROM ledger_hours")

    ledger.book()

    assert before and [row for row in lines(early) if row["hour"] in {c["hour"] for c in closed}] == before


def test_a_price_that_moves_later_does_not_rewrite_an_hour(early: Moving):
    early.world.jump(minutes=10)
    ledger.book()
    early.world.execute("UPDATE spot_pools SET price = price * 3")
    early.world.execute("UPDATE ondemand_prices SET price = price * 3")
    early.world.jump(minutes=10)

    ledger.book()

    assert {row["usd_per_hour"] for row in lines(early)} == {0.032, 0.096}


def test_a_switch_books_overlap_then_burn_and_the_new_price_and_keeps_the_baseline(early: Moving):
    early.order()
    new = early.launched()
    early.world.jump(minutes=5)
    early.ready(new)
    early.world.beat(early.workload, early.workload.primary.id, serving=True)
    reconcile()
    early.world.jump(minutes=10)

    ledger.book()

    assert seconds(early, new) == {
        "overlap": pytest.approx(300, abs=3), "actual": pytest.approx(600, abs=3), "baseline": pytest.approx(600, abs=3),
    }  # fmt: skip
    assert seconds(early, early.workload.primary.id)["zombie_burn"] == pytest.approx(600, abs=3)
    prices = early.world.all("SELECT DISTINCT usd_per_hour FROM savings_ledger WHERE line = 'baseline'")
    assert [row["usd_per_hour"] for row in prices] == [0.096]
    assert early.world.one("SELECT COUNT(*) AS n FROM savings_baselines")["n"] == 2


def test_a_move_to_a_larger_type_does_not_raise_the_baseline(early: Moving):
    """The naive twin would take the price of whatever runs now, and call the growth a saving."""
    early.world.execute("UPDATE ondemand_prices SET price = 0.5 WHERE instance_type = 'm6i.large'")
    early.order("use1-az2:m6i.large:linux")
    new = early.launched()
    early.ready(new)
    reconcile()
    early.world.jump(minutes=10)

    ledger.book()

    row = early.world.one("SELECT usd_per_hour FROM savings_ledger WHERE instance_id = %(id)s AND line = 'baseline'", id=new)
    assert row["usd_per_hour"] == 0.096


def test_duplicated_reports_of_hosts_change_nothing(early: Moving):
    new = early.promoted()
    early.world.jump(minutes=10)
    ledger.book()
    before = lines(early)
    for _ in range(3):
        early.world.serves(early.workload, new)
        early.world.serves(early.workload, early.workload.primary.id, serving=False)

    ledger.book()

    assert [(row["instance_id"], row["line"], round(row["seconds"] / 5)) for row in lines(early)] == [
        (row["instance_id"], row["line"], round(row["seconds"] / 5)) for row in before
    ]


def test_a_machine_that_ended_costs_nothing_afterwards(early: Moving):
    early.world.jump(minutes=10)
    early.world.execute("UPDATE instances SET status = 'lost', ended_at = UTC_TIMESTAMP(6)")
    early.world.jump(minutes=30)

    ledger.book()

    assert seconds(early, early.workload.primary.id)["actual"] == pytest.approx(600, abs=3)


def test_a_loss_lowers_the_total(early: Moving):
    early.world.execute("UPDATE spot_pools SET price = 0.2")
    early.world.jump(minutes=20)

    ledger.book()

    told = total(early)
    assert told["net"] == pytest.approx((0.096 - 0.2) / 3, abs=0.001)


def test_a_fallback_shows_what_it_cost_above_spot(early: Moving):
    early.world.execute("UPDATE instances SET lifecycle = 'on-demand', replica_of_id = id")
    early.world.jump(minutes=20)

    ledger.book()

    told = total(early)
    assert told["fallback_premium"] == pytest.approx((0.096 - 0.032) / 3, abs=0.001)
    assert told["net"] == pytest.approx(0, abs=0.0001)


def test_a_price_feed_that_fell_silent_is_booked_dearer_and_marked(early: Moving):
    early.world.jump(minutes=40)

    ledger.book()

    row = next(row for row in lines(early) if row["line"] == "actual")
    assert (row["usd_per_hour"], row["stale"]) == (0.0352, 1)
    assert total(early, "series")[0]["stale"] is True


def test_without_a_price_nothing_is_booked_and_the_hour_stays_open(early: Moving):
    early.world.execute("DELETE FROM ondemand_prices")
    early.world.jump(hours=1)

    counts = ledger.book()

    assert (counts["lines"], counts["unpriced"]) == (0, 2)
    assert early.world.all("SELECT * FROM ledger_hours") == []
    early.world.prices()
    ledger.book()
    assert sums(early)["baseline"] > 0


def test_every_amount_leaves_one_account_and_enters_another(early: Moving):
    early.served()
    early.world.jump(minutes=30)
    ledger.book()

    rows = early.world.all("SELECT debit, credit, SUM(micros) AS micros FROM savings_ledger GROUP BY debit, credit")
    into = sum(int(row["micros"]) for row in rows if row["credit"] == "savings")
    out = sum(int(row["micros"]) for row in rows if row["debit"] == "savings")
    assert (into - out) / 1e6 == total(early)["net"]


@pytest.mark.parametrize("by", ["agent", "account", "tag:team"])
def test_the_parts_equal_the_total_to_the_cent_and_what_bears_no_tag_is_a_part_of_its_own(early: Moving, by: str):
    for n in range(3):
        other = early.world.workload(f"w-{n}", early.workload.client, ec2_id=new_ec2_id())
        early.world.execute("UPDATE instances SET tags = %(tags)s WHERE agent_id = %(id)s", tags=f'{{"team":"t{n % 2}"}}', id=other.id)
    early.world.jump(minutes=37)
    ledger.book()

    told = early.world.db.run(lambda tx: savings.allocation(tx, early.workload.client.id, *savings.span(tx, None, None), by))

    assert round(sum(100 * group["net"] for group in told["groups"])) == round(100 * total(early)["net"])
    if by == "tag:team":
        assert {group["name"] for group in told["groups"]} == {"t0", "t1", None}


def test_the_bill_of_an_hour_is_compared_with_what_was_booked(early: Moving):
    early.world.jump(minutes=30)
    ledger.book()
    booked = sums(early)["actual"] / 1e6
    day = early.world.now().date()
    bill = [{"instance_id": early.workload.primary.ec2_instance_id, "day": day, "usd": booked / 1.004}, {"instance_id": "i-00000000", "day": day, "usd": 9}]

    told = early.world.db.run(lambda tx: savings.import_bill(tx, early.workload.client.id, "cur", bill))
    found = early.world.db.run(lambda tx: savings.reconciliation(tx, early.workload.client.id, *savings.span(tx, None, None)))

    assert told == {"imported": 1, "unknown": 1}
    assert found["gap_pct"] == pytest.approx(0.4, abs=0.05)
    assert found["days"][-1]["gap_usd"] > 0


def total(moving: Moving, what: str = "total"):
    client = moving.workload.client.id
    return moving.world.db.run(lambda tx: savings.series(tx, client, *savings.span(tx, None, None), "day"))[what]


def test_five_hours_with_a_switch_differ_from_an_independent_bill_by_less_than_one_per_cent(early: Moving):
    """The bill is made as AWS makes it: seconds of each machine from its launch to its end, times its price."""
    _hour(early)
    new = early.served()
    _hour(early)
    early.world.jump(seconds=1)
    reconcile()
    early.world.execute("UPDATE instances SET role = 'TERMINATED', ended_at = UTC_TIMESTAMP(6) WHERE role = 'ZOMBIE'")
    for _ in range(3):
        _hour(early)
    prices = {early.workload.primary.id: 0.032, new: 0.033}
    machines = early.world.all("SELECT id, ec2_instance_id, COALESCE(launched_at, created_at) AS begin_at, ended_at FROM instances")
    now = early.world.now()
    cost = {m["ec2_instance_id"]: ((m["ended_at"] or now) - m["begin_at"]).total_seconds() / 3600 * prices[m["id"]] for m in machines}

    day = now.date()
    bill = [{"instance_id": name, "day": day, "usd": usd} for name, usd in cost.items()]
    early.world.db.run(lambda tx: savings.import_bill(tx, early.workload.client.id, "cur", bill))
    found = early.world.db.run(lambda tx: savings.reconciliation(tx, early.workload.client.id, *savings.span(tx, day - timedelta(days=1), day)))

    booked = sum(row["booked_usd"] or 0 for row in found["days"])
    assert booked == pytest.approx(sum(cost.values()), rel=0.01)
    assert early.world.one("SELECT MAX(stale) AS stale FROM savings_ledger")["stale"] == 0


def _hour(early: Moving) -> None:
    """An hour in which the price feed keeps speaking and the job runs as it should."""
    for _ in range(3):
        early.world.jump(minutes=20)
        early.world.prices()
        ledger.book()
