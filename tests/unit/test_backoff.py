"""How long a throttled call waits: anything up to a ceiling that doubles, so that those turned away together do not come back together (FAIL-22)."""

from datetime import UTC, datetime
from statistics import pstdev

import pytest

from core.cloud.errors import Answer
from core.cloud.outcome import Outcome
from core.domain.intent import EMERGENCY, ORDINARY, Intent
from core.execution import actions

MANY = 600
THROTTLED = Outcome(Answer.THROTTLED, error="RequestLimitExceeded")


def waits(monkeypatch, tries: int, priority: int = EMERGENCY, attempt: int = 1) -> list[float]:
    """What so many intents are told to wait after their last try."""
    told: list[float] = []
    monkeypatch.setattr(actions.actions, "try_again", lambda tx, intent, seconds, error, throttled: told.append(seconds))
    intent = Intent(
        1, "u", 1, 1, 1, 1, None, "launch", "k", "{}", priority, None, "pending", attempt, tries, 0, "t", 1, None, "w", datetime(2026, 1, 1, tzinfo=UTC)
    )
    for _ in range(MANY):
        actions.RECORD[Answer.THROTTLED](None, intent, THROTTLED)
    return told


def spread(told: list[float], ceiling: float) -> bool:
    """Whether they lie all over the room below the ceiling: each tenth of it has some, and none is above it."""
    tenths = {int(10 * one / ceiling) for one in told if one < ceiling}
    return max(told) <= ceiling and tenths == set(range(10)) and pstdev(told) > ceiling / 5


@pytest.mark.parametrize(("tries", "ceiling"), [(1, 2.0), (2, 2.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 10.0), (40, 10.0)])
def test_an_emergency_waits_anything_up_to_a_ceiling_that_doubles_and_ends_at_ten_seconds(monkeypatch, tries: int, ceiling: float):
    assert spread(waits(monkeypatch, tries), ceiling)


@pytest.mark.parametrize(("tries", "ceiling"), [(7, 32.0), (8, 60.0), (40, 60.0)])
def test_what_is_no_emergency_may_wait_a_minute(monkeypatch, tries: int, ceiling: float):
    assert spread(waits(monkeypatch, tries, ORDINARY), ceiling)


def test_a_new_attempt_begins_with_a_short_wait_again(monkeypatch):
    assert spread(waits(monkeypatch, tries=6, attempt=5), 2.0)


def test_nobody_comes_back_at_once(monkeypatch):
    assert min(waits(monkeypatch, 2)) >= 0.05


@pytest.mark.parametrize("fixed", [[2.0] * MANY, [1.9 + n / MANY / 10 for n in range(MANY)]])
def test_a_fixed_wait_or_a_little_noise_around_one_is_noticed(fixed: list[float]):
    """The naive twins."""
    assert not spread(fixed, 2.0)
