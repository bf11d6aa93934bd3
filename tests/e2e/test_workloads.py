"""What people do with their workloads, each page's main task in a real browser, on the whole running product."""

import os
import time
from pathlib import Path
from threading import Event

import pytest
import requests

from scripts import demo
from scripts.client import Api
from scripts.demo_market import Beat, DemoMarket
from scripts.stack import Stack
from tests.e2e.test_dashboard import BROWSER, tell

LONGEST_SECONDS_OF_THE_DEMO = 60
LONGEST_SECONDS = {"live_ms": 3.0, "promotion_shown_ms": 3.0, "moved_by_hand_ms": 20.0}


@pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine")
def test_a_person_filters_moves_by_hand_follows_an_emergency_and_reads_what_was_told(stack: Stack, tmp_path: Path):
    """Everything by keyboard where it matters; no console error, no report of the security policy, nothing serious from axe."""
    fleet = demo.seed(stack)
    demo.wait_until_serving(stack, fleet, len(demo.FLEET))
    shots = Path(os.environ.get("SPOTOPT_SHOTS", tmp_path))

    told = tell("e2e/workload.mjs", "--url", stack.url, "--token", fleet.token, "--shots", str(shots), "--browser", BROWSER)

    assert told["findings"] == []
    assert {name: 1000 * limit for name, limit in LONGEST_SECONDS.items() if told["figures"][name] > 1000 * limit} == {}
    assert (shots / "notifications-phone.png").stat().st_size > 10_000


def test_what_the_living_demo_does_is_carried_through(stack: Stack):
    """A warning, and then the interruption of the very instance that was warned: a replica was ready and takes over."""
    fleet = demo.seed(stack)
    market, api = DemoMarket(stack, [fleet], Event()), Api(stack.url, fleet.token)
    market.play(Beat(0, "recommend", 3))
    _until(lambda: any((row["replica"] or {}).get("status") == "ready" for row in _agents(api, fleet)))

    market.play(Beat(0, "interrupt", 4))

    newest = lambda: api.get(f"/api/client/{fleet.client_id}/incidents", limit=1)["incidents"][0]  # noqa: E731
    _until(lambda: newest()["kind"] == "termination" and newest()["serving_at"])
    assert newest()["downtime_seconds"] < 10


def _agents(api: Api, fleet: demo.Fleet) -> list[dict]:
    return api.get(f"/api/client/{fleet.client_id}/agents")["agents"]


def _until(true) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS_OF_THE_DEMO
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(1)  # 100 requests a minute are a client's limit


def test_a_workload_that_was_taken_out_of_care_runs_on_and_its_host_asks_no_more(stack: Stack):
    fleet = demo.seed(stack)
    api = Api(stack.url, fleet.token)
    agent = next(row for row in demo.wait_until_serving(stack, fleet, 1) if row["serving"])
    machine = stack.levers.instance(agent["primary"]["ec2_instance_id"])

    told = api.delete(f"/api/client/agents/{agent['agent_id']}")

    row = "SELECT c.status, a.status AS agent, i.role FROM commands c JOIN agents a ON a.id = c.agent_id JOIN instances i ON i.id = c.instance_id"
    _until(lambda: _one(stack, f"{row} WHERE c.uuid = %s", told["command_id"]) == ("completed", "deregistered", None))
    time.sleep(3)  # longer than the agent's patience between two tries
    assert "401" not in (stack.folder / "simulator" / "hosts" / machine["instance_id"] / "console.log").read_text()
    assert requests.get(machine["endpoint"], timeout=5).ok
    assert stack.levers.instance(machine["instance_id"])["state"] == "running"


def _one(stack: Stack, sql: str, *values: str) -> tuple:
    with stack.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()
