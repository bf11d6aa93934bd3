"""H15: who speaks of what is not his is not heard; a first genuine notice always is; nobody else's choice of pools changes."""

import pytest

from core.emergencies import emergency
from core.forecast import pool_memory
from core.intake import aws_events
from core.intake.aws_events import Origin
from tests.scenarios.street import Street

POSTS = 1000
ROWS = ("notices", "incidents", "actions", "pool_reports", "notifications", "dead_letters")


def rows(street: Street) -> dict[str, int]:
    return {table: street.count(table) for table in ROWS}


@pytest.fixture
def foreign(street: Street):
    """Another client's workload in another account."""
    return street.world.workload("foreign", aws_account="210987654321")


@pytest.mark.parametrize("change", [{"account": "210987654321"}, {"account": "999999999999"}, {"source": "my.app"}, {"region": "eu-west-1"}])
def test_an_envelope_that_speaks_of_what_is_not_the_queues_is_ignored_and_audited(street: Street, foreign, change):
    before = rows(street)

    assert street.tell({**street.warning(foreign.primary.ec2_instance_id), **change}) == 1

    assert rows(street) == before
    assert street.counted("ignored_foreign") == 1
    assert street.count("audit_logs", "action = 'ignored_foreign' AND client_id = %(id)s", id=street.workload.client.id) == 1


def test_anothers_machine_named_under_the_own_account_is_unknown(street: Street, foreign):
    street.tell(street.warning(foreign.primary.ec2_instance_id))

    assert (street.count("incidents"), street.counted("ignored_unknown")) == (0, 1)


def test_a_thousand_forged_events_leave_no_row_and_the_genuine_one_is_acted_on(street: Street, foreign):
    forged = street.warning(foreign.primary.ec2_instance_id, account="210987654321")
    origin = Origin("queue", street.account)
    before = rows(street)
    for _ in range(POSTS):
        aws_events.process(forged, origin)
    assert rows(street) == before

    street.tell(street.warning())

    assert street.incident()["instance_id"] == street.workload.primary.id


def test_one_clients_notices_do_not_change_where_another_one_launches(street: Street, foreign):
    def ranking(workload) -> str:
        return street.world.db.run(lambda tx: emergency.choose_pool(tx, workload.primary, True)).pool_id

    theirs = ranking(foreign)
    az_id, instance_type, _ = theirs.split(":")
    liar = street.world.workload("liar", street.workload.client, az_id=az_id, instance_type=instance_type)

    for _ in range(30):
        street.tell(street.recommendation(liar.primary.ec2_instance_id), street.warning(liar.primary.ec2_instance_id))
        street.world.rebalance(liar, liar.primary.ec2_instance_id)
    assert ranking(foreign) == theirs
    assert ranking(street.workload) != theirs


def test_two_clients_who_see_the_same_are_believed_by_a_third(street: Street, foreign):
    third = street.world.workload("third", aws_account="310987654321")
    pool = street.workload.primary.pool_id
    street.tell(street.warning())
    assert street.count("pool_memory", "pool_id = %(id)s AND danger_until > UTC_TIMESTAMP(6)", id=pool) == 0

    street.world.interruption(third)

    assert street.count("pool_memory", "pool_id = %(id)s AND poisoned_until > UTC_TIMESTAMP(6)", id=pool) == 1


def test_a_client_sets_at_most_twenty_flags_an_hour(street: Street):
    set_flags = [street.world.db.run(lambda tx, n=n: pool_memory.report(tx, 7, f"use1-az6:type{n}:linux", lost=True)) for n in range(25)]

    assert sum(set_flags) == 20
