"""Reports of risk: one's own at once, everybody's once verified, twenty an hour, nobody named (INV-60); and what is learned."""

from datetime import timedelta

import pytest

from core.child import run_in_child
from core.domain.risk import PRIOR
from core.emergencies import emergency
from core.execution import watch
from core.forecast import risk, risk_training, sightings
from core.forecast.risk import RiskManager, risk_of_pools
from tests.integration.shop import Shop
from tests.unit.test_risk import market
from tests.world import World

HERE = "use1-az6:m5.large:linux"


@pytest.fixture
def two(world: World):
    """Two tenants with a workload each in the same pool."""
    world.prices()
    return world.workload(), world.workload("other", aws_account="210987654321")


def in_danger(world: World, client_id: int, pool_id: str = HERE) -> bool:
    found = world.db.run(lambda tx: emergency.pools.in_region(tx, "us-east-1", client_id))
    return next(pool for pool in found if pool.pool_id == pool_id).danger_until > world.now()


def report(world: World, client_id: int, pool_id: str = HERE, event: str = "termination_notice", **more) -> bool:
    return world.db.run(lambda tx: RiskManager(tx, client_id).register_risk_event(pool_id, event, **more))


def test_a_report_flags_ones_own_view_at_once_and_nobody_elses(world, two):
    mine, other = two
    world.interruption(mine)

    assert in_danger(world, mine.client.id)
    assert not in_danger(world, other.client.id)


def test_a_second_tenants_report_verifies_the_first(world, two):
    mine, other = two
    third = world.client("third")
    world.interruption(mine)
    world.interruption(other)

    assert in_danger(world, third.id)
    assert {row["verified_by"] for row in world.all("SELECT * FROM global_risk_events")} == {"two_tenants"}


def test_awss_own_word_verifies_and_the_next_choice_of_others_avoids_the_pool(shop: Shop):
    """FLOW-15, on the simulated AWS: notice, the machine is taken, another tenant chooses elsewhere."""
    world, machine = shop.world, shop.workload.primary
    other = world.workload("other", aws_account="210987654321")
    world.execute("UPDATE spot_pools SET price = 0.001 WHERE pool_id = %(id)s", id=HERE)
    world.interruption(shop.workload)
    choose = lambda: world.db.run(lambda tx: emergency.choose_pool(tx, other.primary, True)).pool_id  # noqa: E731
    assert choose() == HERE

    shop.simulator.kill(machine.ec2_instance_id)
    watch.watch(shop.clouds)

    assert choose() != HERE
    assert world.one("SELECT kind FROM pool_observations WHERE kind = 'lost'")
    assert world.one("SELECT verified_by FROM global_risk_events WHERE pool_id = %(id)s", id=HERE)["verified_by"] == "state_reason"
    assert shop.workload.client.uuid not in str(world.one("SELECT * FROM pool_memory WHERE pool_id = %(id)s", id=HERE))


def test_a_machine_its_owner_ended_proves_nothing(shop: Shop):
    shop.simulator.ec2().terminate_instances(InstanceIds=[shop.workload.primary.ec2_instance_id])
    watch.watch(shop.clouds)

    assert shop.world.all("SELECT * FROM global_risk_events WHERE event_type <> 'capacity_error'") == []


def test_a_tenant_flags_twenty_pools_an_hour_and_every_report_is_written_down(world, two):
    mine, _ = two
    for n in range(22):
        report(world, mine.client.id, f"use1-az1:t{n}.large:linux")

    assert world.one("SELECT COUNT(*) AS n FROM pool_reports")["n"] == 20
    assert world.one("SELECT COUNT(*) AS n FROM global_risk_events")["n"] == 22


def test_times_are_clamped_to_the_last_two_hours(world, two):
    mine, _ = two
    now = world.now()
    report(world, mine.client.id, event_at=now - timedelta(days=1))
    report(world, mine.client.id, event_at=now + timedelta(days=1))

    early, late = (row["event_at"] for row in world.all("SELECT event_at FROM global_risk_events ORDER BY id"))
    assert timedelta(0) <= early - (now - timedelta(hours=2)) < timedelta(seconds=5)
    assert timedelta(0) <= late - now < timedelta(seconds=5)


def test_a_flag_ends_after_thirty_minutes(world, two):
    mine, _ = two
    world.interruption(mine)
    world.jump(minutes=30, seconds=1)

    assert not in_danger(world, mine.client.id)


def test_an_expired_report_verifies_nothing(world, two):
    mine, other = two
    report(world, mine.client.id)
    world.jump(minutes=31)

    assert report(world, other.client.id) is False


def test_a_report_that_has_expired_is_tidied_away_a_week_later_and_its_flag_speaks_no_more(world, two):
    mine, _ = two
    report(world, mine.client.id)
    world.jump(days=7, minutes=29)
    assert world.db.run(risk.derive)["expired_events"] == 0

    world.jump(minutes=2)

    assert not in_danger(world, mine.client.id)
    assert (world.db.run(risk.derive)["expired_events"], world.db.run(risk.derive)["expired_events"]) == (1, 0)
    assert world.one("SELECT COUNT(*) AS n FROM global_risk_events")["n"] == 0


def test_a_refused_launch_is_an_observation_and_everybodys(shop: Shop, executor):
    shop.simulator.capacity("use1-az1", "m5.large", 0)
    shop.order()
    executor.drain()

    seen = shop.world.one("SELECT * FROM pool_observations WHERE kind = 'refused'")
    assert seen["pool_id"] == "use1-az1:m5.large:linux"
    assert shop.world.one("SELECT verified FROM global_risk_events WHERE event_type = 'capacity_error'")["verified"] == 1


def test_observations_follow_from_the_fleets_rows_however_often_they_are_derived(shop: Shop, executor):
    shop.order()
    executor.drain()
    shop.world.beat(shop.workload, shop.workload.primary.id)
    counts = [shop.world.db.run(risk.derive) for _ in range(2)]

    assert (counts[0]["derive_launches"], counts[0]["derive_notices"]) == (1, 1)
    assert [counts[1][name] for name in ("derive_launches", "derive_notices")] == [0, 0]
    assert {row["kind"] for row in shop.world.all("SELECT kind FROM pool_observations")} >= {"launched", "noticed"}


def test_a_rebalance_that_nothing_followed_is_a_false_alarm(world, two):
    mine, _ = two
    notice = world.rebalance(mine)
    world.execute(
        "UPDATE incidents SET open_slot = NULL, outcome = 'expired', closed_at = UTC_TIMESTAMP(6) WHERE uuid = %(id)s", id=notice["incident_id"]
    )

    assert world.db.run(risk.derive)["derive_false_alarms"] == 1


def risks(world: World) -> dict:
    return world.db.run(lambda tx: risk_of_pools(tx, "us-east-1"))


def observe(world: World, *seen: tuple[str, timedelta], pool: str = HERE) -> None:
    now = world.now()
    world.db.run(lambda tx: sightings.observe(tx, [(pool, kind, now - ago, f"test:{n}") for n, (kind, ago) in enumerate(seen)]))


def test_every_pool_has_a_risk_and_nobody_watched_is_said(world, two):
    told = risks(world)

    assert set(told) == {row["pool_id"] for row in world.all("SELECT pool_id FROM spot_pools")}
    assert told[HERE].probability == pytest.approx(PRIOR[-1])
    assert told[HERE].evidence == "Nobody has watched this pool yet; the Spot Advisor does not rank it"


def test_a_pool_that_just_came_back_is_the_worst(world, two):
    observe(world, ("lost", timedelta(hours=2)), ("launched", timedelta(minutes=3)))
    observe(world, ("launched", timedelta(hours=30)), ("available", timedelta(hours=1)), pool="use1-az1:m5.large:linux")

    told = risks(world)

    assert told[HERE].probability == pytest.approx(0.64, abs=0.01)
    assert told["use1-az1:m5.large:linux"].probability < 0.03
    assert told[HERE].evidence.startswith("Up for 3 min")


def test_a_notice_raises_the_risk_in_the_view_of_who_knows_of_it(world, two):
    mine, other = two
    world.interruption(mine)

    own, others = (world.db.run(lambda tx, c=c: risk_of_pools(tx, "us-east-1", c.client.id))[HERE] for c in two)

    assert own.probability == pytest.approx(0.64, abs=0.01) and own.evidence.startswith("A notice there within 30 minutes")
    assert others.probability < 0.03


def test_the_advisor_ranks_pools_nobody_watched_and_price_does_not_matter(world, two):
    world.execute("INSERT INTO interruption_rates VALUES ('us-east-1', 'Linux', 'm5.large', 4, 60, '2024-02-28'), ('us-east-1', 'Linux', 'c5.large', 0, 60, '2024-02-28')")
    before = risks(world)
    world.execute("UPDATE spot_pools SET price = price * 7")

    assert before["use1-az6:m5.large:linux"].probability > before["use1-az6:m6i.large:linux"].probability > before["use1-az6:c5.large:linux"].probability
    assert risks(world) == before


def test_training_keeps_the_table_until_there_are_two_weeks(world, two, settings):
    observe(world, ("available", timedelta(days=3)), ("lost", timedelta(days=2)), ("available", timedelta(days=1)))

    counts = run_in_child("risk", settings)

    assert (counts["model_speaks"], counts["pools"]) == (False, 1)
    assert world.one("SELECT why FROM risk_models")["why"] == "The table speaks: 3 days of history, a model needs 14"
    assert "1 loss on record" in risks(world)[HERE].evidence


def test_a_model_that_won_speaks_for_pools_that_are_up_and_the_table_for_the_rest(world, two):
    """Forty days in which losses come at night alone."""
    night = market(lambda pool, hour: 0.5 if hour < 6 else 0.01, world.now())
    pools_of = ["use1-az6:m5.large:linux", "use1-az1:m5.large:linux", "use1-az2:m5.large:linux", "use1-az6:c5.large:linux"]
    for pool_id, told in zip(pools_of, night.values(), strict=False):
        world.db.run(lambda tx, p=pool_id, t=told: sightings.observe(tx, [(p, s.kind, s.at, f"test:{n}") for n, s in enumerate(t)]))
    observe(world, ("available", timedelta(seconds=1)))  # whatever the hour, this one is up

    counts = risk_training.run()

    spoken = {pool_id: one.evidence.endswith("by the model") for pool_id, one in risks(world).items()}
    assert counts["model_speaks"]
    assert any(spoken[pool_id] for pool_id in pools_of)
    assert not any(yes for pool_id, yes in spoken.items() if pool_id not in pools_of)


def test_features_stand_beside_the_prices_they_belong_to(world, two):
    hour = (world.now() - timedelta(hours=5)).replace(minute=0, second=0, microsecond=0)
    world.execute("INSERT INTO price_series (pool_no, pool_id) VALUES (1, %(id)s)", id=HERE)
    world.execute(
        "INSERT INTO pricing_canonical (pool_no, hour_at, price, data_source, hour, weekday, volatility, run_id)"
        " VALUES (1, %(at)s, 0.03, 'agent', 1, 1, 0, 1)", at=hour)  # fmt: skip
    observe(world, ("available", timedelta(hours=20)), ("lost", world.now() - hour - timedelta(minutes=30)))

    risk_training.run()

    row = world.one("SELECT * FROM pricing_canonical")
    assert (row["share_1h"], row["losses_24h"], row["lost_within_1h"]) == (1.0, 0, 1)
    assert row["age_seconds"] == pytest.approx((hour - (world.now() - timedelta(hours=20))).total_seconds(), abs=5)
