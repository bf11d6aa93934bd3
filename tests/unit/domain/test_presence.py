"""How long a host may be silent before it is called late, and offline (MET-18)."""

from datetime import UTC, datetime, timedelta

import pytest

from core.domain.presence import presence

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("silence", "word"),
    [
        (timedelta(0), "online"), (timedelta(seconds=60), "online"), (timedelta(seconds=60) + TICK, "late"),
        (timedelta(seconds=120), "late"), (timedelta(seconds=120) + TICK, "offline"),
    ],
)  # fmt: skip
def test_a_host_is_late_beyond_sixty_seconds_and_offline_beyond_a_hundred_and_twenty(silence, word):
    assert presence(NOW - silence, NOW) == word


def test_a_host_that_never_spoke_is_neither():
    assert presence(None, NOW) == "never"
