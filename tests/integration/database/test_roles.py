"""Roles: the arrows the database accepts are those of the code, each leaves its sentence, and versions rise by themselves."""

from itertools import permutations
from uuid import uuid4

import pytest

from core import errors
from core.domain.lifecycle import ARROWS, NONE, Role

ROLES = (NONE, *Role)


@pytest.fixture
def machine(world):
    """A machine in the given role, brought there past the arrows; its id."""
    shop = world.workload()
    world.execute("UPDATE agents SET status = 'deregistered', primary_instance_id = NULL")
    world.execute("UPDATE instances SET role = NULL, agent_id = NULL WHERE id = %(id)s", id=shop.primary.id)

    def make(role: str) -> int:
        def insert(tx):
            tx.execute("SET foreign_key_checks = 0")
            made = tx.insert(
                "INSERT INTO instances (uuid, client_id, account_id, agent_id, ec2_instance_id, instance_type, region, lifecycle,"
                " role, status, created_at) VALUES (%(uuid)s, %(client)s, %(account)s, %(agent)s, 'i-1', 'm5.large', 'us-east-1',"
                " 'spot', %(role)s, 'x', UTC_TIMESTAMP(6))",
                uuid=str(uuid4()), client=shop.client.id, account=shop.account_id, agent=None if role == NONE else shop.id,
                role=None if role == NONE else role,
            )  # fmt: skip
            tx.execute("SET foreign_key_checks = 1")
            return made

        return world.db.run(insert)

    make.agent_id = shop.id
    return make


@pytest.mark.parametrize(("before", "after"), list(permutations(ROLES, 2)))
def test_exactly_the_drawn_arrows_are_accepted_by_a_raw_update(world, machine, before, after):
    subject = machine(before)

    def change() -> bool:
        world.execute(
            "UPDATE instances SET role = %(role)s, agent_id = %(agent)s WHERE id = %(id)s",
            role=None if after == NONE else after, agent=None if after == NONE else machine.agent_id, id=subject,
        )  # fmt: skip
        return True

    assert accepted(change) == (after in ARROWS.get(before, set()))


@pytest.mark.parametrize("role", list(Role))
def test_an_instance_is_born_only_in_a_role_that_an_arrow_leads_to(world, machine, role):
    world.execute("DELETE FROM instance_history")

    def born() -> bool:
        world.execute(
            "INSERT INTO instances (uuid, client_id, account_id, agent_id, ec2_instance_id, instance_type, region, lifecycle,"
            " role, status, created_at) SELECT UUID(), client_id, account_id, %(agent)s, 'i-2', 'm5.large', 'us-east-1', 'spot',"
            " %(role)s, 'x', UTC_TIMESTAMP(6) FROM instances LIMIT 1",
            agent=machine.agent_id, role=role,
        )  # fmt: skip
        return True

    assert accepted(born) == (role in ARROWS[NONE])


def test_each_change_of_role_is_written_down_with_its_sentence(world):
    shop = world.workload()
    replica = world.replica(shop)
    receipt = world.interruption(shop)

    rows = world.all(
        "SELECT from_role, to_role, sentence FROM instance_history WHERE instance_id = %(id)s ORDER BY id", id=replica.instance_id
    )

    assert [(row["from_role"], row["to_role"]) for row in rows] == [("NONE", "REPLICA"), ("REPLICA", "PRIMARY")]
    assert rows[1]["sentence"] == receipt["reason"]


def test_a_change_that_is_no_change_of_role_leaves_no_line(world):
    shop = world.workload()
    world.execute("UPDATE instances SET status = 'lost' WHERE id = %(id)s", id=shop.primary.id)

    assert world.one("SELECT COUNT(*) AS n FROM instance_history WHERE instance_id = %(id)s", id=shop.primary.id)["n"] == 1


@pytest.mark.parametrize("table", ["agents", "instances", "clients", "accounts", "commands"])
def test_the_version_rises_by_one_whatever_the_statement_says(world, table):
    shop = world.workload()
    world.execute(
        "INSERT INTO commands (uuid, client_id, agent_id, instance_id, request_id, kind, epoch, payload, actor_id, created_at,"
        " expires_at) VALUES (UUID(), %(client)s, %(agent)s, %(instance)s, 'request-1', 'refresh_config', 0, '{}', 'admin',"
        " UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
        client=shop.client.id, agent=shop.id, instance=shop.primary.id,
    )  # fmt: skip
    before = world.one(f"SELECT version FROM {table}")["version"]

    world.execute(f"UPDATE {table} SET version = 99")

    assert world.one(f"SELECT version FROM {table}")["version"] == before + 1


def accepted(change) -> bool:
    try:
        return change()
    except errors.Refused as refused:
        assert "fk_legal_arrow" in refused.message
        return False
