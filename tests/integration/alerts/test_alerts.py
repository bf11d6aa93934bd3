"""Rules over figures: an event once, a message once, over when it is over; and one broken rule stops no other (JOB-14, INV-16, INV-28)."""

import logging
import os
import subprocess
import sys
import time
from uuid import uuid4

import pytest

from core.domain.alert import FRESH, OPERATORS, RULES, evaluate_threshold
from core.operations import alerting
from core.operations.alerting import METRICS, evaluate
from jobs import JOBS
from jobs.alert_rules import AlertWorker
from scripts.stack import ROOT
from tests.integration.together import at_once
from tests.world import World

POOL = "use1-az6:m5.large:linux"


@pytest.fixture
def client(world: World):
    world.prices()
    return world.client()


def rule(world: World, client, metric: str = "spot_price", sign: str = ">", threshold: float = 0.01, entity: str | None = POOL) -> None:
    world.execute(
        "INSERT INTO alerts (uuid, client_id, name, metric, entity_id, operator, threshold, created_at)"
        " VALUES (%(uuid)s, %(client)s, 'my price', %(metric)s, %(entity)s, %(sign)s, %(threshold)s, UTC_TIMESTAMP(6))",
        uuid=str(uuid4()), client=client.id, metric=metric, entity=entity, sign=sign, threshold=threshold,
    )  # fmt: skip


def events(world: World) -> list[dict]:
    return world.all("SELECT * FROM alert_events ORDER BY id")


def told(world: World) -> list[str]:
    return [row["title"] for row in world.all("SELECT title FROM notifications WHERE dedupe_key LIKE 'alert%%' ORDER BY id")]


def price(world: World, usd: float) -> None:
    world.execute("UPDATE spot_pools SET price = %(usd)s, updated_at = UTC_TIMESTAMP(6)", usd=usd)


def dead_letter(world: World, client) -> None:
    world.execute(
        "INSERT INTO dead_letters (uuid, client_id, channel, reason, body, received_at) VALUES (%(uuid)s, %(client)s, 'queue', 'not_json', 'x',"
        " UTC_TIMESTAMP(6))",
        uuid=str(uuid4()), client=client.id,
    )  # fmt: skip


@pytest.mark.parametrize(("value", "sign", "limit", "true"), [(85.0, ">", 82.0, True), (80.0, ">", 82.0, False), (1, "<=", 1, True), (1, "!=", 1, False)])
def test_a_figure_is_compared_as_its_rule_says(value, sign, limit, true):
    assert evaluate_threshold(value, sign, limit) is true


def test_every_rule_of_ours_watches_a_figure_there_is_with_an_operator_there_is():
    assert [one.key for one in RULES if one.metric not in METRICS or one.operator not in OPERATORS] == []
    assert len({one.key for one in RULES}) == len(RULES)


def test_an_alert_is_told_once_and_resolved_with_the_value_when_it_is_over(world: World, client):
    rule(world, client)
    assert [evaluate()["triggered"] for _ in range(3)] == [1, 0, 0]
    assert (len(events(world)), told(world)) == (1, ["Alert: my price"])

    price(world, 0.004)
    assert evaluate()["resolved"] == 1

    [event] = events(world)
    assert (event["open_slot"], event["resolution_value"]) == (None, 0.004)
    assert told(world) == ["Alert: my price", "Over: my price"]


def test_one_that_comes_back_is_another_event(world: World, client):
    rule(world, client)
    for usd in (0.03, 0.004, 0.03):
        price(world, usd)
        evaluate()

    assert [event["open_slot"] for event in events(world)] == [None, 1]
    assert len(told(world)) == 3


def test_two_workers_at_once_make_one_event(world: World, client):
    rule(world, client)

    at_once(evaluate, evaluate, evaluate)

    assert (len(events(world)), len(told(world))) == (1, 1)


def test_a_figure_nobody_has_read_lately_is_skipped(world: World, client):
    rule(world, client)
    world.jump(minutes=6)

    assert evaluate()["triggered"] == 0
    assert events(world) == []


def test_an_alert_whose_thing_is_no_more_is_over(world: World, client):
    rule(world, client)
    evaluate()
    world.execute("DELETE FROM spot_pools")

    assert evaluate()["resolved"] == 1


def test_a_rule_that_is_switched_off_leaves_nothing_open(world: World, client):
    rule(world, client)
    evaluate()
    world.execute("UPDATE alerts SET is_enabled = 0")

    evaluate()

    assert [event["open_slot"] for event in events(world)] == [None]


def test_one_clients_rule_tells_that_client_alone(world: World, client):
    other = world.client("Other")
    rule(world, client)
    dead_letter(world, other)

    evaluate()

    assert {row["client_id"]: row["rule_key"].split(":")[0] for row in events(world)} == {client.id: "alert", other.id: "dead_letters"}


@pytest.mark.parametrize(("metric", "sign"), [("no_such_figure", ">"), ("spot_price", "~")])
def test_a_broken_rule_is_counted_and_the_next_is_evaluated(world: World, client, metric, sign):
    rule(world, client, metric, sign)
    rule(world, client)

    counts = evaluate()

    assert (counts["errors"], counts["triggered"]) == (1, 1)


def test_dead_letters_a_silent_queue_and_waiting_orders_are_watched_without_anybody_asking(world: World):
    world.prices()
    shop = world.workload()
    world.interruption(shop)
    dead_letter(world, shop.client)
    world.execute(
        "INSERT INTO event_queues (account_id, region, client_id, name, polled_at) VALUES (%(a)s, 'us-east-1', %(c)s, 'q', UTC_TIMESTAMP(6))",
        a=shop.account_id, c=shop.client.id,
    )  # fmt: skip
    world.jump(minutes=6)

    evaluate()

    assert {event["rule_key"] for event in events(world)} == {"dead_letters", "event_queue", "orders"}


def test_a_dry_run_makes_events_and_tells_nobody_until_a_real_one_does(world: World, client):
    rule(world, client)

    assert AlertWorker(interval=1).run(dry_run=True)["triggered"] == 1
    assert (len(events(world)), told(world)) == (1, [])

    evaluate()
    assert told(world) == ["Alert: my price"]


def test_a_cycle_comes_each_thirty_seconds_on_the_timetable_and_apart_and_reads_five_minutes_back():
    assert {job.seconds for job in JOBS if job.name == "alert_rules"} == {AlertWorker().interval} == {30}
    assert FRESH.total_seconds() == 300


def test_a_thousand_alerts_are_evaluated_in_some_seconds(world: World, client):
    world.execute(
        "INSERT INTO alerts (uuid, client_id, name, metric, entity_id, operator, threshold, created_at)"
        " SELECT UUID(), %(id)s, CONCAT('rule ', seq), 'spot_price', %(pool)s, '>', 99, UTC_TIMESTAMP(6) FROM (WITH RECURSIVE n AS"
        " (SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM n WHERE seq < 1000) SELECT seq FROM n) numbers",
        id=client.id, pool=POOL,
    )  # fmt: skip
    began = time.process_time()

    counts = evaluate()

    spent = time.process_time() - began
    print(f"{counts['total_alerts']} alerts: {spent:.1f} s of this processor")
    assert spent < 2, "a quarter of it on a quiet machine"
    assert (counts["errors"], counts["triggered"]) == (0, 0) and counts["total_alerts"] > 1000


def test_the_worker_is_a_process_of_its_own_that_counts_its_cycles(world: World, client, settings, access, tmp_path):
    rule(world, client)
    environment = {**os.environ, **access.environment(), "INSTALL_KEY": settings.install_key, "JWT_SECRET": settings.jwt_secret, "LOG_FORMAT": "text"}

    done = subprocess.run(
        [sys.executable, "-m", "jobs.alert_rules", "--once", "-i", "30"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert "Starting evaluation cycle 1" in done.stderr + done.stdout and "Evaluation cycle completed" in done.stderr + done.stdout
    assert told(world) == ["Alert: my price"]


def test_without_its_unique_event_the_same_alert_is_told_at_each_cycle(world: World, client, monkeypatch, caplog):
    """The naive twin."""
    rule(world, client)
    monkeypatch.setattr(alerting.alerts, "set_told", lambda tx, event_id, now: 1)
    monkeypatch.setattr(alerting, "notifications", type("Loud", (), {"announce": staticmethod(lambda *_: logging.warning("told"))}))

    evaluate(), evaluate()

    assert caplog.text.count("told") == 2
