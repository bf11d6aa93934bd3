"""Rate limits: counted in the database, so that they are exact over all processes."""

import pytest

from core import errors, limits
from core.limits import LIMITS, spend
from tests.integration.conftest import error_of
from tests.integration.together import at_once


@pytest.fixture
def few(monkeypatch, world):
    """Three of each an hour: a window that no test outlasts."""
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(LIMITS, (3, 3600)))


def test_what_is_over_the_limit_is_refused_and_told_when_to_come_again(few, world, api):
    me = api.by(world.client().token)

    replies = [me.get("/api/client/validate") for _ in range(4)]

    assert [reply.status_code for reply in replies[:3]] == [200, 200, 200]
    assert error_of(replies[3]) == (429, "RATE_LIMITED")
    assert replies[3].headers["Retry-After"] == "3600"


def test_one_who_asks_too_much_does_not_use_up_anothers_share(few, world, api):
    greedy, modest = api.by(world.client("Greedy").token), api.by(world.client("Modest").token)
    for _ in range(5):
        greedy.get("/api/client/validate")

    assert modest.get("/api/client/validate").status_code == 200


def test_guessing_tokens_is_limited_by_address_whether_or_not_they_fit(few, world, api):
    client = world.client()
    for _ in range(3):
        api.post("/api/auth/token", {"token": "soc_guessed"})

    assert error_of(api.post("/api/auth/token", {"token": client.token})) == (429, "RATE_LIMITED")


def test_many_at_once_are_counted_exactly(few):
    outcomes = at_once(*[lambda: spend("token", "client:1")] * 6)

    assert sum(outcome is None for outcome in outcomes) == 3
    assert sum(isinstance(outcome, errors.RateLimited) for outcome in outcomes) == 3


def test_in_the_next_window_the_share_is_whole_again(few, world):
    for _ in range(3):
        spend("token", "client:1")
    world.jump(hours=1)

    spend("token", "client:1")


def test_an_agents_share_is_large_enough_for_a_poll_each_fifth_of_a_second():
    most, window = LIMITS["agent"]

    assert most / window >= 1 / 0.2
