"""What the risk model was trained on is written down with its hash; the same rows give the same one (TAB-15, JOB-10)."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from core import errors
from core.domain.risk_model import NAMES
from core.forecast import risk_training, sightings, training_sets
from core.operations.housekeeping import tidy
from core.prices import consolidation
from jobs import pricing_consolidation
from tests.integration.conftest import data_of
from tests.world import World

HERE, THERE = "use1-az6:m5.large:linux", "use1-az1:m5.large:linux"


def observe(world: World, *seen: tuple[str, str, float]) -> None:
    """Sightings of (pool, kind, hours ago)."""
    rows = [(pool, kind, world.now() - timedelta(hours=hours), f"test:{n}") for n, (pool, kind, hours) in enumerate(seen)]
    world.db.run(lambda tx: sightings.observe(tx, rows))


def sets(world: World) -> list[dict]:
    return world.all("SELECT * FROM ml_training_datasets ORDER BY id")


def read(world: World, *span):
    return world.db.run(lambda tx: training_sets.read(tx, *span))[1]


def test_each_training_names_the_set_it_was_trained_on(world):
    observe(world, (HERE, "available", 5), (HERE, "lost", 2), (THERE, "available", 1))

    counts = risk_training.run()

    [told] = sets(world)
    assert (told["name"], told["row_count"], json.loads(told["features"])) == (counts["training_set"], 3, list(NAMES))
    assert told["to_at"] - told["from_at"] == timedelta(days=90)
    assert world.one("SELECT dataset_id FROM risk_models")["dataset_id"] == told["id"]


def test_the_same_rows_give_the_same_hash_in_whatever_order_they_were_written(world):
    span = (world.now() - timedelta(days=90), world.now() + timedelta(seconds=1))
    rows = [(pool, kind, span[1] - timedelta(hours=hours), "test") for pool, kind, hours in ((HERE, "available", 5), (THERE, "lost", 2), (HERE, "lost", 3))]
    digests = set()
    for order in (rows, rows[::-1]):
        world.execute("DELETE FROM pool_observations")
        world.db.run(lambda tx, order=order: sightings.observe(tx, order))
        digests |= {read(world, *span).digest for _ in range(2)}

    assert len(digests) == 1


def test_a_row_that_comes_after_the_training_shows(world):
    observe(world, (HERE, "available", 5))
    name = risk_training.run()["training_set"]
    as_described = lambda: world.db.run(lambda tx: training_sets.is_as_described(tx, name))  # noqa: E731
    assert as_described()

    observe(world, (HERE, "lost", 4))

    assert not as_described()
    with pytest.raises(errors.NotFound):
        world.db.run(lambda tx: training_sets.is_as_described(tx, "risk-nothing"))


def test_what_is_seen_later_belongs_to_the_next_set(world):
    observe(world, (HERE, "available", 5), (HERE, "lost", -1))

    risk_training.run()
    world.jump(hours=2)
    risk_training.run()

    assert [one["row_count"] for one in sets(world)] == [1, 2]
    assert len({one["sha256"] for one in sets(world)}) == 2


def test_the_pages_show_the_newest_set_with_what_came_of_it(world, admin, api):
    shop = world.workload()
    assert data_of(admin.get("/api/admin/ml-models"))["training_set"] is None
    observe(world, (HERE, "available", 5))
    name = risk_training.run()["training_set"]

    told = data_of(admin.get("/api/admin/ml-models"))["training_set"]

    assert (told["name"], told["rows"], told["model_speaks"], len(told["sha256"])) == (name, 1, False, 64)
    assert told["sentence"].startswith("The table speaks")
    mine = data_of(api.by(shop.client.token).get("/api/models/scorecard"))
    assert mine == data_of(admin.get("/api/admin/ml-models")) and mine["training_set"] == told


def test_each_consolidation_is_followed_by_a_training_and_its_set(world, settings):
    observe(world, (HERE, "available", 5))
    world.db.run(lambda tx: consolidation.request(tx, "a test"))

    counts = pricing_consolidation.run(SimpleNamespace(settings=settings))

    assert [one["name"] for one in sets(world)] == [counts["risk"]["training_set"]]
    assert pricing_consolidation.run(SimpleNamespace(settings=settings)) == {}, "nothing is due"
    assert len(sets(world)) == 1


def test_a_set_is_kept_as_long_as_a_model_names_it(world):
    risk_training.run()
    world.jump(days=89)
    assert (tidy()["old_models"], tidy()["old_training_sets"]) == (0, 0)
    world.execute("UPDATE risk_models SET trained_at = UTC_TIMESTAMP(6)")
    world.jump(days=2)
    assert tidy()["old_training_sets"] == 0

    world.execute("DELETE FROM risk_models")

    assert tidy()["old_training_sets"] == 1
