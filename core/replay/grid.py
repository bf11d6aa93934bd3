"""Prices between the database and a replay: text and rows in, a grid of five minutes out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from core.replay.history import TICK_SECONDS

Series = tuple[np.ndarray, np.ndarray]  # seconds since 1970, ascending, and USD per hour


class Prices:
    """Prices of pools by moment; what is told later of the same moment counts."""

    def __init__(self) -> None:
        self._told: dict[str, dict[float, float]] = {}

    def add_text(self, pool: str, told: str) -> None:
        """``seconds,dollars,seconds,dollars,…``"""
        numbers = np.fromstring(told, sep=",")
        self._told.setdefault(pool, {}).update(zip(numbers[::2].tolist(), numbers[1::2].tolist(), strict=True))

    def add(self, pool: str, told: Iterable[tuple[float, float]], until: datetime) -> None:
        news = {at: usd for at, usd in told if at < until.timestamp()}
        if news:
            self._told.setdefault(pool, {}).update(news)

    def series(self) -> dict[str, Series]:
        return {pool: _ascending(told) for pool, told in self._told.items()}


def _ascending(told: Mapping[float, float]) -> Series:
    at = sorted(told)
    return np.array(at), np.array([told[one] for one in at])


def first_of(series: Mapping[str, Series]) -> datetime | None:
    """The first moment of which any price is known."""
    return min((datetime.fromtimestamp(at[0], UTC) for at, _ in series.values()), default=None)


def grid(pool_ids: Sequence[str], series: Mapping[str, Series], start: datetime, ticks: int) -> np.ndarray:
    """``[tick, pool]``: the last price that was known at the end of each tick; NaN before the first."""
    ends = start.timestamp() + TICK_SECONDS * np.arange(1, ticks + 1)
    made = np.full((ticks, len(pool_ids)), np.nan)
    for n, pool_id in enumerate(pool_ids):
        at, usd = series[pool_id]
        last = np.searchsorted(at, ends, "left") - 1
        made[last >= 0, n] = usd[last[last >= 0]]
    return made
