"""What is remembered of pools: times that only move later, and where a replacement goes because of them."""

from datetime import timedelta

import pytest

from core.emergencies import emergency
from core.sql import pools
from tests.integration.together import at_once
from tests.world import World

HERE = "use1-az6:m5.large:linux"


@pytest.fixture
def shop(world: World):
    world.prices()
    return world.workload()


def memory(world: World, pool: str = HERE) -> dict:
    return world.one("SELECT * FROM pool_memory WHERE pool_id = %(pool)s", pool=pool)


def reported(world: World, pool: str = HERE) -> dict:
    """What the shop's client alone knows."""
    return world.one("SELECT * FROM pool_reports WHERE pool_id = %(pool)s", pool=pool)


def chosen(world: World, shop):
    return world.db.run(lambda tx: emergency.choose_pool(tx, shop.primary, True))


def remember(world: World, pool: str, **until: timedelta) -> None:
    now = world.now()
    world.db.run(lambda tx: pools.remember(tx, pool, now=now, **{name: now + span for name, span in until.items()}))


def about(span: timedelta, expected: timedelta) -> bool:
    return expected - timedelta(seconds=5) < span <= expected


def test_after_a_rebalance_a_pool_is_in_danger_for_thirty_minutes_and_not_poisoned(world, shop):
    world.rebalance(shop)

    assert about(reported(world)["danger_until"] - world.now(), timedelta(minutes=30))
    assert reported(world)["poisoned_until"].year == 2000


def test_after_an_interruption_a_pool_is_poisoned_for_fifteen_days(world, shop):
    world.interruption(shop)

    assert about(reported(world)["poisoned_until"] - world.now(), timedelta(days=15))


def test_an_on_demand_machines_notice_says_nothing_of_the_spot_pool(world):
    world.prices()
    world.rebalance(world.workload(lifecycle="on-demand"))

    assert reported(world) is None


def test_a_notice_twice_is_one_experience(world, shop):
    notice = {"instance_id": shop.primary.ec2_instance_id, "notice_time": "2026-01-01T00:00:00Z"}
    for _ in range(2):
        world.db.run(lambda tx: emergency.handle_rebalance_notice(tx, shop.id, None, notice))

    assert reported(world)["notices"] == 1


def test_remembered_times_only_move_later(world, shop):
    remember(world, HERE, ice_until=timedelta(minutes=3), danger_until=timedelta(minutes=30))
    before = memory(world)
    remember(world, HERE, ice_until=timedelta(minutes=1))

    assert [memory(world)[name] for name in ("ice_until", "danger_until")] == [before["ice_until"], before["danger_until"]]
    assert memory(world)["capacity_errors"] == 2


def test_experiences_made_at_once_are_all_counted(world, shop):
    at_once(*[lambda: remember(world, HERE, ice_until=timedelta(minutes=3))] * 6)

    assert memory(world)["capacity_errors"] == 6


def test_a_replacement_keeps_its_type_in_another_zone_where_it_is_cheapest_and_calm(world, shop):
    """Though another type would have cost less all the time."""
    world.rebalance(shop)
    by_price = world.all("SELECT pool_id FROM spot_pools WHERE instance_type = 'm5.large' AND pool_id <> %(here)s ORDER BY price, pool_id", here=HERE)

    for pool in by_price:
        assert (chosen(world, shop).pool_id, chosen(world, shop).why) == (pool["pool_id"], "a clean pool")
        remember(world, pool["pool_id"], danger_until=timedelta(minutes=30))

    assert chosen(world, shop).pool_id == "use1-az6:c5.large:linux"


def test_a_pool_that_is_too_small_or_of_another_architecture_is_no_replacement(world, shop):
    world.execute("UPDATE spot_pools SET memory_mib = 4096 WHERE instance_type = 'c5.large'")
    world.execute("UPDATE spot_pools SET arch = 'arm64' WHERE az_id = 'use1-az6'")

    assert chosen(world, shop).pool_id == "use1-az1:m5.large:linux"


def test_a_poisoned_pool_comes_after_every_clean_one_and_before_on_demand(world, shop):
    for pool in world.all("SELECT pool_id FROM spot_pools"):
        remember(world, pool["pool_id"], poisoned_until=timedelta(days=15))

    assert (chosen(world, shop).lifecycle, chosen(world, shop).why) == ("spot", "an interruption there within 15 days")


def test_when_every_pool_is_in_danger_it_is_on_demand(world, shop):
    for pool in world.all("SELECT pool_id FROM spot_pools"):
        remember(world, pool["pool_id"], danger_until=timedelta(minutes=30))

    assert (chosen(world, shop).lifecycle, chosen(world, shop).az_id) == ("on-demand", "use1-az1")


def test_what_refused_is_asked_last_and_three_minutes_later_first_again(world, shop):
    best = chosen(world, shop).pool_id
    remember(world, best, ice_until=timedelta(minutes=3))
    assert chosen(world, shop).pool_id != best

    world.jump(minutes=3, seconds=1)

    assert chosen(world, shop).pool_id == best


def test_a_pool_dearer_than_on_demand_is_never_chosen(world, shop):
    world.execute("UPDATE spot_pools SET price = 0.2")

    assert chosen(world, shop).lifecycle == "on-demand"


def test_with_no_pool_known_at_all_there_is_still_a_place(world, shop):
    world.execute("DELETE FROM spot_pools")

    assert (chosen(world, shop).lifecycle, chosen(world, shop).instance_type) == ("on-demand", "m5.large")


def test_the_pool_that_boots_soonest_leads_the_clean_ones_after_three_boots(world, shop):
    fast = "use1-az2:m5.large:linux"
    for _ in range(3):
        assert chosen(world, shop).pool_id != fast
        replica = world.replica(shop, az_id="use1-az2")
        world.execute(
            "UPDATE replica_instances SET ended_at = UTC_TIMESTAMP(6), status = 'terminated' WHERE id = %(id)s", id=replica.id
        )

    assert chosen(world, shop).pool_id == fast
