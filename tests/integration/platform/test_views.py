"""VIEW-02 says what core/money/downtime.py says, from the same rows."""

import pytest

from core.money.downtime import summary


def handover(world, workload, seconds: float | None, hours_ago: float) -> None:
    """An incident that ended in a promotion so long ago."""
    world.execute(
        "INSERT INTO incidents (uuid, client_id, agent_id, aws_account, region, ec2_instance_id, cause, notice_rank, sentence, open_slot,"
        " opened_at, promoted_at, serving_at, closed_at, downtime_seconds) SELECT UUID(), %(client)s, %(agent)s, '123456789012', 'us-east-1',"
        " CONCAT('i-', LEFT(SHA2(RAND(), 256), 17)), 'termination', 2, 'a test', NULL, at, at, IF(%(seconds)s IS NULL, NULL, at), at, %(seconds)s"
        " FROM (SELECT UTC_TIMESTAMP(6) - INTERVAL %(minutes)s MINUTE AS at) AS moment",
        client=workload.client.id, agent=workload.id, seconds=seconds, minutes=int(60 * hours_ago),
    )  # fmt: skip


@pytest.mark.parametrize("recent", [[0.4], [0.2, 3.1, 9.5], [1.0] * 19 + [50.0], [0.5, None], [None]])
def test_the_view_of_the_last_day_says_what_the_rules_say(world, recent):
    workload = world.workload()
    for seconds in recent:
        handover(world, workload, seconds, 1)
    for seconds in (2.0, 4.0):
        handover(world, workload, seconds, 30)

    row = world.one("SELECT * FROM v_switch_performance_24h")
    told = world.db.run(lambda tx: summary(tx, workload.client.id, 1))

    assert (row["p95_seconds"], row["min_seconds"], row["max_seconds"]) == (told["p95"], told["min"], told["max"])
    assert (int(row["switches"]), row["success_rate"]) == (told["count"], pytest.approx(told["success_rate"], abs=1e-4))
    assert row["previous_p95_seconds"] == told["previous_p95"] == 4.0
    assert row["avg_seconds"] is told["avg"] is None or row["avg_seconds"] == pytest.approx(told["avg"], abs=1e-3)
