"""How each pool stands is one row, kept up with every sighting, and all that risk is read from."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from core import database
from core.domain.sightings import LOOK_BACK, Seen
from core.forecast import risk, sightings, training_sets
from core.sql import risk as rows
from jobs import pool_risk
from tests.world import World

HERE = "use1-az6:m5.large:linux"


@pytest.fixture
def market(world: World) -> World:
    world.prices()
    return world


def kept(world: World) -> dict[str, Seen]:
    return world.db.run(lambda tx: sightings.of_region(tx, "us-east-1", whole=True))


def anew(world: World) -> dict[str, Seen]:
    told, _ = world.db.run(lambda tx: training_sets.read(tx, tx.now() - LOOK_BACK, tx.now()))
    return {pool_id: Seen.of(seen, world.now()) for pool_id, seen in told.items()}


def test_a_loss_counts_in_the_transaction_that_writes_it_down(market: World):
    workload = market.workload()

    def take(tx):
        risk.taken(tx, workload.primary, "state_reason")
        return sightings.of_region(tx, whole=False)[HERE].is_down

    assert market.db.run(take)


def test_what_the_job_derives_is_caught_up_with(market: World):
    workload = market.workload()
    market.jump(hours=2)
    market.beat(workload, workload.primary.id)

    told = pool_risk.run(None)

    assert told["standings"] == 1 and pool_risk.run(None)["standings"] == 0
    assert kept(market)[HERE].came_back_at is not None and not kept(market)[HERE].is_down


def test_a_pool_that_a_cut_left_behind_is_caught_up_with_at_the_next_run(market: World):
    now = market.now()
    market.db.run(lambda tx: rows.observe(tx, [(HERE, "lost", now, "cut here")]))
    assert kept(market) == {}

    assert sightings.catch_up() == 1
    assert kept(market)[HERE].is_down


def test_it_says_what_all_sightings_say_however_they_came_in(market: World):
    now = market.now()
    told = [(HERE, kind, now - timedelta(hours=ago), f"s{ago}") for kind, ago in (("available", 2), ("lost", 30), ("launched", 29), ("noticed", 3))]
    for row in told:
        market.db.run(lambda tx, row=row: sightings.observe(tx, [row]))

    mine, theirs = kept(market)[HERE], anew(market)[HERE]
    assert (mine.seen_at, mine.came_back_at, mine.losses, mine.notices) == (theirs.seen_at, theirs.came_back_at, theirs.losses, theirs.notices)


def test_two_who_see_the_same_pool_at_once_lose_nothing(market: World):
    gate, now = Barrier(2), market.now()

    def see(n: int) -> None:
        gate.wait(20)
        for k in range(5):
            database.run(lambda tx, k=k: sightings.observe(tx, [(HERE, "available", now - timedelta(minutes=10 * n + k), f"{n}-{k}")]))

    threads = [Thread(target=see, args=(n,)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert kept(market)[HERE].samples == 10


def test_the_risk_of_pools_reads_no_sightings(market: World):
    now = market.now()
    market.db.run(lambda tx: sightings.observe(tx, [(HERE, "lost", now - timedelta(minutes=5), "a")]))
    before = market.db.run(lambda tx: risk.risk_of_pools(tx, "us-east-1"))[HERE]
    market.execute("DELETE FROM pool_observations")

    assert market.db.run(lambda tx: risk.risk_of_pools(tx, "us-east-1"))[HERE] == before
    assert before.probability > 0.5
