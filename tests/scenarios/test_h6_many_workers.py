"""H6: many workers at once: one wins under the agent's lock, the others find the work done."""

import pytest

from core.emergencies import emergency, reconciler
from core.leases import Lease, run_slot
from core.sql import instances
from tests.integration.together import at_once
from tests.world import World

WORKERS, ROUNDS = 4, 8


@pytest.fixture
def shop(world: World):
    world.prices()
    return world.workload()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_replica_that_expires_as_the_interruption_comes_is_promoted_or_ended_never_both(world: World, shop, number: int):
    replica = world.replica(shop)
    world.execute("UPDATE instances SET replica_expiry = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = %(id)s", id=replica.instance_id)
    body = {"instance_id": shop.primary.ec2_instance_id, "time": world.now().isoformat(), "action": "terminate"}

    def interruption():
        return world.db.run(lambda tx: emergency.handle_termination_notice(tx, shop.id, None, body))

    def expiry():
        return reconciler._one(reconciler.expire_replica, {"agent_id": shop.id, "id": replica.instance_id})

    answers = at_once(*[interruption] * WORKERS, *[expiry] * WORKERS)

    after = world.instance(replica.instance_id)
    promoted, doomed = after.role == "PRIMARY", after.terminate_requested_at is not None
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    assert promoted != doomed
    assert world.agent(shop).epoch == int(promoted)
    assert len(world.all("SELECT id FROM actions WHERE kind = 'terminate' AND instance_id = %(id)s", id=replica.instance_id)) == int(doomed)


def test_the_database_refuses_what_a_worker_without_lock_would_do(world: World, shop):
    """The naive twin ends a replica that was promoted meanwhile; the CHECK stops it."""
    replica = world.replica(shop)
    world.interruption(shop)

    def naive(tx) -> None:
        tx.execute("UPDATE instances SET terminate_requested_at = UTC_TIMESTAMP(6) WHERE id = %(id)s", id=replica.instance_id)

    with pytest.raises(emergency.errors.Refused):
        world.db.run(naive)
    assert world.db.run(lambda tx: instances.get(tx, replica.instance_id)).terminate_requested_at is None


def test_each_slot_of_a_job_runs_once_whoever_ticks(world: World):
    ran = []
    leases = [Lease("timetable", f"worker-{n}") for n in range(WORKERS)]

    at_once(*[lambda lease=lease: run_slot(lease, "expiry", 3600, lambda: ran.append(lease.holder)) for lease in leases])

    assert len(ran) == 1
