"""Retention: what is over is deleted, what is not stays, in batches that hold nobody up."""

import pytest

from core.operations.housekeeping import STEPS, tidy
from core.sql import housekeeping

# the rule: how to make a row, and how old it may become
KEPT_FOR = {
    "expired_keys": (
        "INSERT INTO idempotency_keys VALUES ('p', 'r{n}', 'f', 200, NULL, UTC_TIMESTAMP(6),"
        " UTC_TIMESTAMP(6) + INTERVAL 72 HOUR)",
        {"hours": 72}),
    "old_events": (
        "INSERT INTO system_events (client_id, type, payload, created_at) VALUES (1, 't', '{{}}', UTC_TIMESTAMP(6))",
        {"days": 1}),
    "old_counters": ("INSERT INTO rate_counters VALUES ('b{n}', UTC_TIMESTAMP(), 1)", {"days": 1}),
    "old_sessions": (
        "INSERT INTO sessions (jti, principal, created_at, expires_at) VALUES ('j{n}', 'p', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
        {"days": 30}),
    "old_job_runs": (
        "INSERT INTO job_runs (job, slot, token, started_at) VALUES ('j{n}', UTC_TIMESTAMP(), 1, UTC_TIMESTAMP(6))", {"days": 7}),
    "old_snapshots": (
        "INSERT INTO spot_price_snapshots (source, pool_id, price, observed_at, received_at)"
        " VALUES ('collector', 'p{n}', 1, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))", {"days": 90}),
    "old_notices": (
        "INSERT INTO notices (uuid, aws_account, region, ec2_instance_id, kind, channel, source_key, received_at, disposition, payload)"
        " VALUES (UUID(), '123456789012', 'r', 'i-{n}', 'termination', 'eventbridge', 'k', UTC_TIMESTAMP(6), 'record', '{{}}')", {"days": 30}),
    "old_observations": ("INSERT INTO pool_observations (pool_id, kind, at, source) VALUES ('p', 'lost', UTC_TIMESTAMP(6), 's{n}')", {"days": 400}),
    "old_log_lines": (
        "INSERT INTO system_logs (at, level, component, message, process) VALUES (UTC_TIMESTAMP(3), 'info', 'c', 'm{n}', 'p')", {"days": 30}),
    "old_models": (
        "INSERT INTO risk_models (trained_at, is_active, samples, span_days, params, why) VALUES (UTC_TIMESTAMP(6), 0, 0, 0, '{{}}', 'w')",
        {"days": 90}),
    "old_training_sets": (
        "INSERT INTO ml_training_datasets (name, from_at, to_at, features, source, row_count, sha256, created_at)"
        " VALUES ('n{n}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), '[]', 's', 0, '', UTC_TIMESTAMP(6))", {"days": 90}),
    "old_processes": ("INSERT INTO server_processes VALUES ('p{n}', NULL, 1, UTC_TIMESTAMP(6))", {"days": 1}),
    "old_replays": (
        "INSERT INTO replays (uuid, client_id, status, question, sentence, requested_by, requested_at, finished_at)"
        " VALUES (UUID(), 1, 'done', '{{}}', 's', 'c', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))", {"days": 30}),
}  # fmt: skip


@pytest.mark.parametrize("rule", KEPT_FOR)
def test_a_row_is_kept_until_its_time_is_over_and_then_removed(world, rule):
    make, age = KEPT_FOR[rule]
    world.execute(make.format(n=1))
    world.jump(seconds=-60, **age)
    assert tidy()[rule] == 0

    world.jump(seconds=120)

    assert tidy()[rule] == 1


def test_each_rule_has_its_row_here():
    assert set(KEPT_FOR) == {step.__name__ for step in STEPS}


def test_more_than_a_batch_is_removed_batch_by_batch(world, monkeypatch):
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    for n in range(5):
        world.execute(KEPT_FOR["old_counters"][0].format(n=n))
    world.jump(days=2)

    assert tidy()["old_counters"] == 5


def test_audit_rows_incidents_and_measured_downtime_are_never_tidied_away(world):
    world.prices()
    shop = world.workload()
    world.interruption(shop)
    before = kept(world)
    world.jump(days=4000)

    tidy()

    assert kept(world) == before


def kept(world) -> dict:
    tables = ("audit_logs", "incidents", "notices", "actions", "instance_history")
    return {name: world.one(f"SELECT COUNT(*) AS n FROM {name}")["n"] for name in tables}
