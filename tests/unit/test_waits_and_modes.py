"""The waits of a preset and the mode of a workload: rules that read nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from core.domain.mode import differences, mode_of
from core.domain.notice import Rank
from core.domain.response import Action, Situation, decide
from core.domain.waits import PRESETS, USUAL

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def situation(**changes) -> Situation:
    """A rebalance recommendation for a PRIMARY that is moved as the default says."""
    incident = SimpleNamespace(promoted_at=None, gone_at=None, notice_rank=Rank.REBALANCE, cause="rebalance", sentence="")
    subject = SimpleNamespace(role="PRIMARY", name="i-1")
    return Situation(**{
        "incident": incident, "subject": subject, "config": SimpleNamespace(rebalance_mode="prepare_replica"), "standbys": (), **changes,
    })  # fmt: skip


@pytest.mark.parametrize(("preset", "minutes", "action"), [
    ("", 59, Action.WAIT), ("", 60, Action.PREPARE_REPLICA), ("demo", 1, Action.WAIT), ("demo", 3, Action.PREPARE_REPLICA),
])  # fmt: skip
def test_a_failover_blocks_moves_for_mere_risk_as_long_as_the_preset_says(preset, minutes, action):
    seen = situation(last_failover_at=NOW - timedelta(minutes=minutes), waits=PRESETS[preset])

    assert decide(seen, NOW).action is action


@pytest.mark.parametrize(("orders", "action"), [(2, Action.PREPARE_REPLICA), (3, Action.WAIT)])
def test_three_replicas_for_mere_risk_are_enough(orders, action):
    assert decide(situation(recent_orders=orders), NOW).action is action


def test_no_cap_blocks_the_first_answer_to_an_interruption():
    worst = situation(last_failover_at=NOW, recent_orders=99)
    worst.incident.notice_rank = Rank.TERMINATION

    assert decide(worst, NOW).action is Action.LAUNCH


def test_the_usual_waits_are_the_ones_that_were_promised():
    assert (USUAL.repeat_block, USUAL.replicas_per_window, USUAL.replica_life) == (timedelta(hours=1), 3, timedelta(hours=6))


def test_a_shorter_preset_says_what_is_shorter():
    assert "an old instance ends 5 s after" in PRESETS["demo"].sentence and "for 2 min" in PRESETS["demo"].sentence


def test_what_is_only_observed_is_never_moved_whatever_is_announced():
    seen = situation(enabled=False)
    for rank in (Rank.REBALANCE, Rank.TERMINATION):
        seen.incident.notice_rank = rank
        assert decide(replace(seen), NOW).action is Action.WAIT


@pytest.mark.parametrize(("enabled", "auto", "manual", "mode"), [
    (1, 1, 0, "auto_switch"), (1, 0, 1, "manual_replica"), (1, 0, 0, "observe"), (0, 1, 0, "observe"), (0, 0, 1, "observe"),
])  # fmt: skip
def test_the_mode_is_one_of_three(enabled, auto, manual, mode):
    assert mode_of({"enabled": enabled, "auto_switch_enabled": auto, "manual_replica_enabled": manual}) == mode


def test_a_change_is_told_in_words():
    before = {"enabled": 1, "terminate_wait_seconds": 3600, "config_version": 1}

    assert differences(before, {"enabled": 0, "terminate_wait_seconds": 60, "config_version": 1}) == (
        "cared for on → off, terminate wait seconds 3600 → 60"
    )
