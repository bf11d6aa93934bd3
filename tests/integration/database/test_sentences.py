"""Every decision, change of role and end carries its sentence (CON-19): by the schema where it must, by the rows of whole stories elsewhere.

Beside this, the fixture ``db`` looks at every audit row that any test of the suite made the product write.
"""

import pytest

from core.agents import farewell
from core.emergencies.reconciler import reconcile
from core.moves import plans
from core.sql import agents
from tests.world import Workload, World

TARGET = "use1-az2:m5.large:linux"
# Tables whose rows are decisions, and the column that says why; the database takes none without one.
DECIDED = {
    "actions": "why", "incidents": "sentence", "plans": "sentence", "switches": "sentence", "ml_decisions": "sentence", "group_exchanges": "sentence",
}  # fmt: skip
# What changes afterwards, and where its last reason stands.
CHANGED = {
    "instance_history": ("1 = 1", "sentence"), "instances": ("role IS NOT NULL", "role_reason"),
    "replica_instances": ("ended_at IS NOT NULL AND status <> 'promoted'", "end_reason"), "audit_logs": ("1 = 1", "why"),
}  # fmt: skip


@pytest.fixture
def shop(world: World) -> Workload:
    return world.at_work()


def speechless(world: World, since: int) -> dict[str, int]:
    """How many rows of each table do not say why they are as they are."""
    after = {"audit_logs": since}
    sql = "SELECT COUNT(*) AS n FROM {table} WHERE {where} AND COALESCE({column}, '') = '' AND id > {after}"
    counts = {
        table: world.one(sql.format(table=table, where=where, column=column, after=after.get(table, 0)))["n"]
        for table, (where, column) in CHANGED.items()
    }  # fmt: skip
    return {table: n for table, n in counts.items() if n}


def audited(world: World) -> int:
    return world.one("SELECT COALESCE(MAX(id), 0) AS id FROM audit_logs")["id"]


@pytest.mark.parametrize("table", DECIDED)
def test_the_database_takes_no_decision_without_a_sentence(world: World, table: str):
    column = world.one(
        "SELECT is_nullable AS nullable, column_default AS said FROM information_schema.columns WHERE table_schema = DATABASE()"
        " AND table_name = %(table)s AND column_name = %(column)s",
        table=table, column=DECIDED[table],
    )  # fmt: skip

    assert column == {"nullable": "NO", "said": None}


def an_interruption(world: World, shop: Workload) -> None:
    replica = world.replica(shop)
    world.rebalance(shop), world.interruption(shop)
    world.serves(shop, shop.primary.id, serving=False), world.serves(shop, replica.instance_id)
    world.jump(hours=1), reconcile()


def a_false_alarm(world: World, shop: Workload) -> None:
    world.rebalance(shop)
    world.replica(shop)
    world.jump(hours=7), reconcile()


def a_late_launch(world: World, shop: Workload) -> None:
    world.rebalance(shop)
    world.execute("UPDATE instances SET ec2_instance_id = 'i-late' WHERE role = 'REPLICA'")
    world.execute("UPDATE replica_instances SET status = 'syncing', launched_at = UTC_TIMESTAMP(6)")
    world.jump(minutes=6), reconcile()


def a_switch(world: World, shop: Workload) -> None:
    world.db.run(lambda tx: plans.order_switch(tx, shop.id, TARGET, actor="client:1", request_id="request-0001"))


def the_end_of_care(world: World, shop: Workload) -> None:
    world.db.run(lambda tx: farewell.delete(tx, agents.get(tx, shop.id), actor="client:1", request_id="request-0001"))
    world.jump(minutes=30), reconcile()


@pytest.mark.parametrize("story", [an_interruption, a_false_alarm, a_late_launch, a_switch, the_end_of_care], ids=lambda story: story.__name__)
def test_a_whole_story_leaves_nothing_without_its_sentence(world: World, shop: Workload, story):
    since = audited(world)

    story(world, shop)

    assert speechless(world, since) == {}
    assert audited(world) > since, "something happened"


def test_a_change_without_a_sentence_is_noticed(world: World, shop: Workload):
    """The naive twin: the role moves, and nobody says why."""
    replica = world.replica(shop)
    since = audited(world)
    world.execute("UPDATE instances SET role = 'TERMINATED', role_reason = '' WHERE id = %(id)s", id=replica.instance_id)
    world.execute("UPDATE replica_instances SET ended_at = UTC_TIMESTAMP(6), status = 'failed', end_reason = NULL")

    assert speechless(world, since) == {"instance_history": 1, "instances": 1, "replica_instances": 1}
