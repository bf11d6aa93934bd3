"""How long AWS left, pool by pool, and what an emergency may say of it (L-24, MET-12, UI-03)."""

from datetime import timedelta

import pytest

from core.emergencies import story
from core.emergencies.reconciler import reconcile
from tests.integration.conftest import ADMIN, data_of
from tests.world import Workload, World

HERE, THERE = "use1-az6:m5.large:linux", "use1-az1:m5.large:linux"


@pytest.fixture
def shop(world: World) -> Workload:
    world.prices()
    return world.workload()


def past(world: World, workload: Workload, minutes: float | None, *, verified: bool = True) -> None:
    """A recommendation for the workload's machine, three days ago; AWS took the machine so many minutes later, or never."""
    world.execute(
        "INSERT INTO incidents (uuid, client_id, agent_id, instance_id, aws_account, region, ec2_instance_id, cause, notice_rank, deadline_at,"
        " sentence, opened_at, gone_at, verified_at, open_slot, closed_at, outcome) SELECT UUID(), %(client)s, %(agent)s, %(instance)s,"
        " '123456789012', 'us-east-1', CONCAT('i-', LEFT(SHA2(RAND(), 256), 17)), 'rebalance', IF(%(s)s IS NULL, 1, 2), at + INTERVAL %(s)s SECOND,"
        " 'a test', at, at + INTERVAL %(s)s SECOND, IF(%(verified)s, at, NULL), NULL, at, IF(%(s)s IS NULL, 'expired', 'promoted')"
        " FROM (SELECT UTC_TIMESTAMP(6) - INTERVAL 3 DAY AS at) AS moment",
        client=workload.client.id, agent=workload.id, instance=workload.primary.id, s=None if minutes is None else int(60 * minutes),
        verified=int(verified and minutes is not None),
    )  # fmt: skip


def told(api, token: str) -> dict[str, dict]:
    return {row["pool_id"]: row for row in data_of(api.by(token).get("/api/pools/lead-times"))["pools"]}


def learned(world: World, workload: Workload) -> dict | None:
    return world.db.run(lambda tx: story.of_agent(tx, world.agent(workload)))["incident"]["learned_lead"]


def test_each_pool_tells_what_became_of_its_warnings_with_how_many_were_seen(world, api, shop):
    for minutes in (30, 10, None, None):
        past(world, shop, minutes)

    row = told(api, shop.client.token)[HERE]

    assert row["rebalances"] == {"ended": 4, "false_alarms": 2, "false_alarm_share": 0.5}
    assert row["rebalance_to_end_seconds"] == {"samples": 2, "p10": 600, "p50": 600, "shortest": 600}
    assert row["notice_to_end_seconds"]["samples"] == 0


def test_a_client_learns_from_others_what_aws_proved_and_nothing_else_of_them(world, api, shop):
    other = world.workload("other", aws_account="210987654321", az_id="use1-az1")
    past(world, other, 10)
    past(world, other, 20, verified=False)
    past(world, other, None)

    mine, theirs, everybodys = (told(api, token)[THERE] for token in (shop.client.token, other.client.token, ADMIN))

    assert (mine["rebalance_to_end_seconds"]["samples"], mine["rebalances"]["ended"]) == (1, 0)
    assert (theirs["rebalance_to_end_seconds"]["samples"], theirs["rebalances"]["false_alarm_share"]) == (2, 0.3333)
    assert everybodys["rebalances"]["ended"] == 3


def test_an_emergency_tells_the_lead_of_its_pool_once_enough_was_seen_and_not_before(world, shop):
    for _ in range(4):
        past(world, shop, 10)
    world.rebalance(shop)
    assert learned(world, shop) is None

    past(world, shop, 5)

    assert learned(world, shop) == {"scope": "pool", "samples": 5, "p10": 300, "p50": 600, "shortest": 300}


def test_where_its_own_pool_was_seen_too_little_pools_of_its_type_speak(world, shop):
    elsewhere = world.workload("elsewhere", shop.client, az_id="use1-az1")
    unlike = world.workload("unlike", shop.client, az_id="use1-az1", instance_type="c5.large")
    for workload, minutes in ((elsewhere, 20), (unlike, 1)):
        for _ in range(5):
            past(world, workload, minutes)
    world.rebalance(shop)

    assert learned(world, shop)["scope"] == "type"
    assert learned(world, shop)["shortest"] == 1200


def test_what_is_over_and_what_was_never_announced_tells_none(world, shop):
    for _ in range(5):
        past(world, shop, 10)
    world.rebalance(shop)
    world.jump(hours=7)
    reconcile()

    assert world.db.run(lambda tx: story.of_agent(tx, world.agent(shop)))["incident"]["closed_at"]
    assert learned(world, shop) is None


def test_what_is_older_than_ninety_days_is_forgotten(world, api, shop):
    past(world, shop, 10)
    assert HERE in told(api, shop.client.token)

    world.jump(days=88, seconds=timedelta(hours=1).total_seconds())

    assert told(api, shop.client.token) == {}
