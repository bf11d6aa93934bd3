"""What people do with their workloads, each page's main task in a real browser, on the whole running product."""

import os
from pathlib import Path

import pytest

from scripts import demo
from scripts.stack import Stack
from tests.e2e.test_dashboard import BROWSER, tell

LONGEST_SECONDS = {"promotion_shown_ms": 3.0, "moved_by_hand_ms": 20.0}


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
