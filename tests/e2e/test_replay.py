"""Policies on one's own history, asked for and read by a person in a real browser."""

import os
from pathlib import Path

import pytest

from scripts import demo
from scripts.stack import Stack
from tests.e2e.test_dashboard import BROWSER, tell


@pytest.mark.timeout(400)
@pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine")
def test_a_person_plays_policies_on_the_demos_history_and_keeps_a_log(stack: Stack, tmp_path: Path):
    fleet = demo.seed(stack)
    demo.wait_until_serving(stack, fleet, len(demo.FLEET))
    shots = Path(os.environ.get("SPOTOPT_SHOTS", tmp_path))

    told = tell("e2e/replay.mjs", "--url", stack.url, "--token", fleet.token, "--shots", str(shots), "--browser", BROWSER)

    assert told["findings"] == []
    assert told["figures"]["replayed_ms"] < 120_000
    assert (shots / "replay-phone.png").stat().st_size > 10_000
