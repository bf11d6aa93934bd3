"""The seven components, the queues with their lights, the jobs, the live streams (E-13, G-33, E-94)."""

import time
from collections import defaultdict
from threading import Event

import pytest

from core import database, errors, events
from core.deadline import Desk
from core.domain.advisor import Rate
from core.domain.lights import Finding
from core.leases import Lease, run_slot
from core.operations import monitor
from core.prices import advisor, feeds
from tests.integration.conftest import ADMIN, data_of


def component(ask, name: str) -> dict:
    return next(one for one in ask("/api/admin/system-health")["components"] if one["component"] == name)


def found(monkeypatch, status: str | None, details: str = "a test") -> None:
    """The next check of the prices finds this."""
    checks = [(name, (lambda tx: Finding(status, details)) if name == "prices" else check) for name, check in monitor.COMPONENTS]
    monkeypatch.setattr(monitor, "COMPONENTS", tuple(checks))


def listened(world, caller, query: str = ""):
    """The lines of a stream that is open and hears: its process wrote down that it reads."""
    lines = iter(caller.get(f"/api/events/stream{query}").response)
    assert next(lines) == b"retry: 1000\n\n"
    deadline = time.monotonic() + 30
    while not world.one("SELECT 1 AS yes FROM event_readers WHERE streams > 0") and time.monotonic() < deadline:
        time.sleep(0.05)
    return lines


def heard(lines) -> str | None:
    """The next event; comments that only keep the line awake are skipped, three at most."""
    for _ in range(3):
        line = next(lines, b"").decode()
        if "event: " in line:
            return line
    return None


def test_before_the_first_round_every_component_is_unknown_and_none_healthy(ask):
    told = ask("/api/admin/system-health")["components"]

    assert [one["component"] for one in told] == [
        "database", "job_queue", "agents", "optimizer", "prices", "risk_data", "model",
    ]  # fmt: skip
    assert {one["status"] for one in told} == {None}


def test_a_round_measures_what_there_is_and_leaves_null_what_is_not_linked(world, ask, town):
    monitor.check_all()

    told = {one["component"]: one["status"] for one in ask("/api/admin/system-health")["components"]}

    assert told == {
        "database": "healthy", "job_queue": "healthy", "agents": "healthy", "optimizer": None, "prices": "healthy", "risk_data": None,
        "model": None,
    }  # fmt: skip


def test_since_when_moves_with_the_status_alone(world, ask, monkeypatch):
    found(monkeypatch, "healthy")
    monitor.check_all()
    first = component(ask, "prices")
    world.jump(seconds=30)
    found(monkeypatch, "healthy", "other words")
    monitor.check_all()
    second = component(ask, "prices")
    found(monkeypatch, "critical")
    monitor.check_all()
    third = component(ask, "prices")

    assert first["since"] == second["since"] < third["since"]
    assert (second["details"], third["status"]) == ("other words", "critical")


def test_a_change_is_told_once_and_so_is_the_recovery(world, monkeypatch):
    for status in ("healthy", "critical", "critical", None, "critical", "healthy"):
        found(monkeypatch, status)
        monitor.check_all()

    told = [row["why"] for row in world.all("SELECT why FROM audit_logs WHERE action = 'health' ORDER BY id DESC LIMIT 3")]

    assert told[0] == "Prices recovered: a test"
    assert told[1:] == ["Prices became critical: a test"] * 2, "once when it broke, and again after nobody knew"
    heard = world.all("SELECT client_id FROM system_events WHERE type = 'health'")
    assert {row["client_id"] for row in heard} == {events.ADMINISTRATORS}


def written(world, component: str, *messages: str) -> None:
    """Lines of the server's log."""
    for message in messages:
        world.execute(
            "INSERT INTO system_logs (at, level, component, message, process) VALUES (UTC_TIMESTAMP(3), 'warning', %(who)s, %(message)s, 'a:1')",
            who=component, message=message,
        )  # fmt: skip


def test_a_change_is_told_to_the_administrator_once_with_the_components_last_fifteen_lines(world, ask, monkeypatch):
    written(world, "core.prices.pricing", *(f"line {n}" for n in range(20)))
    written(world, "core.emergencies.level3", "a line of another component")

    for status in ("healthy", "degraded", "degraded", "critical", "healthy", "healthy"):
        found(monkeypatch, status)
        monitor.check_all()

    told = [one for one in ask("/api/admin/notifications")["notifications"] if "Prices" in one["title"]]
    assert [(one["severity"], one["title"]) for one in reversed(told)] == [
        ("warning", "Prices became degraded: a test"), ("critical", "Prices became critical: a test"), ("info", "Prices recovered: a test"),
    ]  # fmt: skip
    first = told[-1]["details"]
    assert (first["component"], first["status"], first["details"]) == ("prices", "degraded", "a test")
    assert [line["message"] for line in first["diagnostic_logs"]] == [f"line {n}" for n in range(5, 20)]


def test_no_client_hears_of_a_component(world, api, town, monkeypatch):
    shop, *_ = town
    world.execute("DELETE FROM system_events")
    found(monkeypatch, "critical")

    monitor.check_all()

    told = data_of(api.by(shop.client.token).get("/api/notifications"))["notifications"]
    assert [one for one in told if "critical:" in one["title"]] == []
    assert {row["client_id"] for row in world.all("SELECT client_id FROM system_events")} == {events.ADMINISTRATORS}


def test_every_component_has_its_writers_in_the_log():
    assert set(monitor.WRITERS) == {name for name, _ in monitor.COMPONENTS}


def test_what_nobody_checked_for_two_minutes_is_unknown_again(world, ask, town):
    monitor.check_all()
    world.jump(seconds=121)

    told = component(ask, "database")

    assert told["status"] is None
    assert "timetable" in told["details"]


def test_a_check_that_fails_is_degraded_and_stops_no_other(world, ask, monkeypatch):
    def fails(tx):
        raise errors.Unavailable("gone")

    monkeypatch.setattr(monitor, "COMPONENTS", (("database", fails), *monitor.COMPONENTS[1:]))

    monitor.check_all()

    assert component(ask, "database")["status"] == "degraded"
    assert component(ask, "job_queue")["status"] == "healthy"


@pytest.fixture
def slow(monkeypatch):
    """The check of the prices does not answer before it may."""
    may_answer, back = Event(), Event()

    def check(tx):
        may_answer.wait(60)
        back.set()
        return Finding("healthy", "at last")

    checks = [(name, check if name == "prices" else own) for name, own in monitor.COMPONENTS]
    monkeypatch.setattr(monitor, "COMPONENTS", tuple(checks))
    monkeypatch.setattr(monitor, "DESKS", defaultdict(lambda: Desk(waits=True)))
    yield may_answer
    may_answer.set()
    assert back.wait(60)


def test_a_check_that_is_slow_is_cut_off_after_a_second_and_named_and_holds_up_no_other(world, ask, town, slow):
    began = time.monotonic()
    monitor.check_all()
    took = time.monotonic() - began

    told = component(ask, "prices")
    assert 1 <= took < 30, "the check would have taken a minute"
    assert (told["status"], told["details"]) == ("degraded", "the check was cut off: it did not answer within 1000 ms")
    assert told["latency_ms"] >= 1000
    assert component(ask, "model")["checked_at"] is not None
    figures = {one["id"]: one for one in ask("/api/admin/metrics/operational")["targets"]}
    assert figures["MET-09"]["met"] is False


def test_while_an_answer_is_late_nothing_more_is_asked(world, ask, slow, monkeypatch):
    monkeypatch.setattr(monitor, "LONGEST_MS", 200)
    monitor.check_all()
    began = time.monotonic()
    monitor.check_all()

    assert component(ask, "prices")["details"] == "the check was cut off: it is still busy with an earlier question"
    assert time.monotonic() - began < 30


def test_the_ranks_are_as_old_as_the_last_good_file_and_a_broken_one_makes_them_older(world, ask):
    good = [Rate("us-east-1", "Linux", "m5.large", 1, 62)]
    with feeds.watched(advisor.EVERYWHERE, "advisor"):
        advisor.store(good, world.now().date())
    for hours, status in ((11, "healthy"), (3, "degraded"), (24, "critical")):
        world.jump(hours=hours)
        with pytest.raises(errors.Unavailable), feeds.watched(advisor.EVERYWHERE, "advisor"):
            raise errors.Unavailable("the file is broken")
        monitor.check_all()
        assert component(ask, "risk_data")["status"] == status

    assert component(ask, "risk_data")["details"] == "the last good file of the Spot Advisor was 38 h ago"
    assert world.one("SELECT bucket FROM interruption_rates")["bucket"] == 1


def test_a_file_that_was_never_good_is_unknown_and_not_young(world, ask):
    with pytest.raises(errors.Unavailable), feeds.watched(advisor.EVERYWHERE, "advisor"):
        raise errors.Unavailable("the file is broken")
    monitor.check_all()

    assert component(ask, "risk_data")["status"] is None


def test_a_busy_process_asks_for_a_worker(world, ask):
    world.execute(
        "INSERT INTO server_processes (process, cpu_share, rss_mb, seen_at) VALUES ('a:1', 0.8, 90, UTC_TIMESTAMP(6)),"
        " ('b:1', 0.93, 120, UTC_TIMESTAMP(6)), ('c:1', NULL, 80, UTC_TIMESTAMP(6))"
    )

    told = {one["process"]: one["hint"] for one in ask("/api/admin/health/workers")["processes"]}

    assert told == {"a:1": None, "b:1": "busy for 93 % of a core: add a worker", "c:1": None}


def test_old_prices_are_degraded_then_critical(world, ask, town):
    for seconds, status in ((500, "healthy"), (300, "degraded"), (1100, "critical")):
        world.jump(seconds=seconds)
        monitor.check_all()
        assert component(ask, "prices")["status"] == status


def test_silent_hosts_are_degraded_and_all_of_them_critical(world, ask, town):
    world.jump(seconds=130)
    monitor.check_all()

    assert component(ask, "agents")["status"] == "degraded"
    world.execute("UPDATE agents SET enabled = 0 WHERE logical_name = 'report'")
    monitor.check_all()
    assert component(ask, "agents")["status"] == "critical"


def test_a_queue_has_its_light_its_oldest_and_a_hint(world, ask, town):
    world.execute("UPDATE actions SET next_run_at = UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE WHERE state = 'pending'")

    queues = {one["queue"]: one for one in ask("/api/admin/health/workers")["queues"]}

    assert (queues["actions"]["queue_depth"], queues["actions"]["status"]) == (1, "green")
    assert queues["actions"]["oldest_age_seconds"] >= 600
    assert "add a worker" in queues["actions"]["hint"]
    assert queues["notices"] == {
        "queue": "notices", "queue_depth": 0, "status": "green", "oldest_age_seconds": None, "hint": None,
    }  # fmt: skip


def test_a_letter_nobody_could_read_asks_to_be_read(world, ask):
    world.execute(
        "INSERT INTO dead_letters (uuid, channel, reason, body, received_at) VALUES (UUID(), 'agent', 'NOT_JSON', 'x', UTC_TIMESTAMP(6))"
    )

    letters = next(one for one in ask("/api/admin/health/workers")["queues"] if one["queue"] == "dead_letters")

    assert (letters["queue_depth"], letters["hint"]) == (1, "read them: nobody else does")


def test_each_job_shows_how_it_ended_last(world, ask):
    lease = Lease("test")

    def fails():
        raise errors.Unavailable("no database")

    run_slot(lease, "calm", 1, lambda: {"rows": 3})
    run_slot(lease, "stormy", 1, fails)

    jobs = {one["job"]: one for one in ask("/api/admin/health/workers")["jobs"]}

    assert (jobs["calm"]["outcome"], jobs["calm"]["counts"]) == ("done", {"rows": 3})
    assert (jobs["stormy"]["outcome"], jobs["stormy"]["counts"]) == ("failed", {"error": "no database"})


def test_open_streams_are_counted_over_processes_and_forgotten_with_them(world, ask):
    world.execute(
        "INSERT INTO event_readers (process, streams, lag_ms, seen_at) VALUES ('a:1', 3, 120, UTC_TIMESTAMP(6)),"
        " ('b:1', 2, NULL, UTC_TIMESTAMP(6)), ('dead:1', 9, 9000, UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE)"
    )

    assert ask("/api/events/stats") == {"open_streams": 5, "oldest_lag_seconds": 0.12, "events_per_minute": 0}


def test_an_open_stream_of_the_administrator_hears_every_client_and_is_counted(world, api, ask, town):
    lines = listened(world, api.by(ADMIN))
    for workload in town[1:]:
        world.rebalance(workload)

    assert heard(lines) and heard(lines)
    assert ask("/api/events/stats")["open_streams"] >= 1


def test_who_is_signed_in_is_told_to_the_administrator_and_to_a_client(admin, api, town):
    shop, *_ = town

    me, them = data_of(admin.get("/api/auth/me")), data_of(api.by(shop.client.token).get("/api/auth/me"))

    assert (me["kind"], me["client_id"], me["name"], me["simulated"]) == ("admin", None, "Administrator", True)
    assert (them["kind"], them["client_id"], them["name"]) == ("client", shop.client.uuid, "Acme")
    assert me["safe_mode"]["on"] is False


def test_a_session_of_the_administrator_sees_the_platform_and_any_client(http, town):
    headers = {"X-Requested-With": "dashboard"}
    http.post("/api/auth/token", json={"token": ADMIN}, headers=headers)

    replies = [http.get(path, headers=headers) for path in ("/api/auth/me", "/api/admin/stats", f"/api/client/{town[0].client.uuid}/agents")]

    assert [reply.status_code for reply in replies] == [200, 200, 200]


@pytest.mark.parametrize("view", ["v_agent_health_summary", "v_switch_performance_24h", "v_emergency_events_daily"])
def test_a_view_is_empty_where_nothing_happened(world, view):
    assert database.run(lambda tx: tx.all(f"SELECT * FROM {view}")) == []


def test_the_administrator_may_hear_one_client_alone(world, api, town):
    _, search, report = town
    lines = listened(world, api.by(ADMIN), f"?client={report.client.uuid}")

    world.rebalance(search)
    world.rebalance(report)

    assert report.uuid in heard(lines)


def test_the_administrator_may_hear_the_platform_alone(world, api, town, monkeypatch):
    lines = listened(world, api.by(ADMIN), "?scope=platform")

    world.rebalance(town[1])
    found(monkeypatch, "critical")
    monitor.check_all()

    assert "event: health" in heard(lines)


def test_a_client_cannot_choose_whose_events_it_hears(world, api, town):
    shop, _, report = town
    lines = listened(world, api.by(shop.client.token), f"?client={report.client.uuid}&scope=all")

    world.rebalance(report)
    world.rebalance(town[1])

    assert town[1].uuid in heard(lines)


def test_a_stream_of_a_client_that_does_not_exist_is_not_found(api):
    reply = api.by(ADMIN).get("/api/events/stream?client=5f0c9d2e-0000-4000-8000-000000000000")

    assert reply.status_code == 404


def test_a_test_event_is_heard_by_the_client_it_is_for(world, api, admin, town):
    shop, _, report = town
    lines = listened(world, api.by(shop.client.token))

    for client in (report.client, shop.client):
        assert admin.post(f"/api/events/test/{client.uuid}").status_code == 202

    assert "event: test" in heard(lines)
    assert admin.post("/api/events/test/5f0c9d2e-0000-4000-8000-000000000000").status_code == 404
