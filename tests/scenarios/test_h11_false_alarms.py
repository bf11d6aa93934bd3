"""H11: a warning that comes to nothing is undone, and one that comes again and again does not make us flap."""

from datetime import timedelta

from tests.scenarios.street import Street


def test_a_recommendation_followed_by_nothing_for_six_hours_is_undone(street: Street, executor):
    street.tell(street.recommendation())
    executor.drain()
    assert len(street.shop.machines()) == 1
    street.world.beat(street.workload, street.workload.primary.id)
    street.world.jump(hours=6, seconds=1)
    street.sweep()
    executor.drain()
    street.read()

    assert street.shop.machines() == []
    assert street.incident()["outcome"] == "expired"
    assert street.world.instance(street.workload.primary.id).notice_rank == 0
    assert street.shop.replica()["role"] == "TERMINATED"
    assert street.count("actions", "kind = 'terminate'") == 1


def test_five_recommendations_in_an_hour_leave_one_replica(street: Street, executor):
    for _ in range(5):
        street.tell(street.recommendation())
        executor.drain()
        street.world.jump(minutes=12)
        street.sweep()

    assert len(street.shop.machines()) <= 1
    assert street.count("actions", "kind = 'launch'") <= 3


def test_after_a_failover_a_mere_risk_moves_nobody_for_an_hour_but_an_interruption_does(street: Street):
    replica = street.world.replica(street.workload)
    street.tell(street.warning())
    heir = street.world.instance(replica.instance_id)
    assert street.world.agent(street.workload).primary_instance_id == heir.id
    street.world.jump(minutes=5)

    street.tell(street.recommendation(heir.ec2_instance_id))
    assert street.count("actions", "kind = 'launch'") == 0

    street.tell(street.warning(heir.ec2_instance_id))
    assert street.count("actions", "kind = 'launch'") == 1


def test_a_pool_is_flagged_for_everybody_only_once_aws_proves_the_loss(street: Street):
    street.tell(street.warning())
    assert street.count("pool_memory", "danger_until > UTC_TIMESTAMP(6)") == 0

    street.tell(street.evicted())

    flag = street.one("SELECT poisoned_until FROM pool_memory")["poisoned_until"]
    assert flag - street.world.now() > timedelta(days=14)
    assert street.incident()["verified_by"] == "eviction"
