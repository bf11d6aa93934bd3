"""From the price feed to a switch to a line of the ledger, seen by a person in a real browser."""

import os
from pathlib import Path

import pytest

from scripts import demo
from scripts.client import Api
from scripts.stack import Stack
from tests.e2e.test_dashboard import BROWSER, tell

CHEAP = ("use1-az1", "m5.large")


@pytest.fixture(scope="module")
def fleet(stack: Stack) -> demo.Fleet:
    """The demo's fleet, and a market in which one pool is very cheap when its prices are first fetched."""
    stack.levers.price(*CHEAP, 0.004)
    made = demo.seed(stack)
    demo.wait_until_serving(stack, made, len(demo.FLEET))
    return made


@pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine")
def test_a_person_approves_a_plan_sees_the_workload_move_and_reads_what_it_saved(stack: Stack, fleet: demo.Fleet, tmp_path: Path):
    shots = Path(os.environ.get("SPOTOPT_SHOTS", tmp_path))

    told = tell("e2e/switching.mjs", "--url", stack.url, "--token", fleet.token, "--shots", str(shots), "--browser", BROWSER)

    assert told["findings"] == []
    [switch] = switches(stack, fleet)
    assert (switch["cause"], switch["success"], switch["state"]) == ("plan", True, "done")
    assert switch["downtime_method"] == "serving_reports" and switch["downtime_seconds"] < 10
    assert saved(switch) == approved(stack, fleet)["expected_usd_per_hour"] > 0
    assert ":".join((*CHEAP, "linux")) in {plan["target_pool_id"] for plan in plans(stack, fleet)}
    assert stack.levers.instance(switch["old_instance"])["state"] in ("shutting-down", "terminated")
    assert stack.levers.instance(switch["new_instance"])["state"] == "running"
    assert {(line["ec2_instance_id"], line["line"]) for line in lines(stack, fleet)} >= {
        (switch["old_instance"], "actual"), (switch["old_instance"], "zombie_burn"),
        (switch["new_instance"], "overlap"), (switch["new_instance"], "baseline"),
    }  # fmt: skip


def switches(stack: Stack, fleet: demo.Fleet) -> list[dict]:
    return Api(stack.url, fleet.token).get(f"/api/client/{fleet.client_id}/switch-history")["switches"]


def saved(switch: dict) -> float:
    return pytest.approx(switch["old_usd_per_hour"] - switch["new_usd_per_hour"], abs=1e-6)


def approved(stack: Stack, fleet: demo.Fleet) -> dict:
    """The one plan that was carried out."""
    [plan] = [plan for plan in plans(stack, fleet) if plan["state"] == "done"]
    return plan


def plans(stack: Stack, fleet: demo.Fleet) -> list[dict]:
    return Api(stack.url, fleet.token).get("/api/plans")["plans"]


def lines(stack: Stack, fleet: demo.Fleet) -> list[dict]:
    return Api(stack.url, fleet.token).get("/api/ledger?limit=200")["lines"]
