"""One price per pool and five minutes out of everything that was seen: pure, numpy, and exact.

Prices are whole millionths of a dollar, times are whole microseconds since 1970, buckets are five minutes
counted from 1970, so that no result depends on the order or the size of the runs that led to it.
"""

from dataclasses import dataclass, replace

import numpy as np

BUCKET_SECONDS = 300
BUCKET_US = BUCKET_SECONDS * 1_000_000
HOUR = 12
NEAR = 2 * HOUR  # hosts that were silent for longer are not interpolated across (INV-23)
HOLDS = 25 * HOUR  # AWS writes each pool's price anew within 24.1 h (99.9 % of 178,073 changes in us-east-1, spring 2021)
AGENT, INTERPOLATED, BACKFILLED = 1, 2, 3
SOURCES = {AGENT: "agent", INTERPOLATED: "interpolated", BACKFILLED: "backfilled"}
PRIMARY, REPLICA, OTHER, HISTORY = 1, 2, 3, 4


@dataclass(frozen=True)
class Seen:
    """Observations of one pool in any order; ``rank`` is PRIMARY, REPLICA, OTHER (hosts) or HISTORY (AWS's own list)."""

    at: np.ndarray
    price: np.ndarray
    rank: np.ndarray

    @classmethod
    def joined(cls, parts: "list[Seen]") -> "Seen":
        """All of them as one; of nothing, nothing."""
        empty = [np.array([], dtype=np.int64)]
        return cls(*(np.concatenate(empty + [getattr(part, name) for part in parts]) for name in ("at", "price", "rank")))

    def since(self, bucket: int) -> "Seen":
        keep = self.at >= bucket * BUCKET_US
        return Seen(self.at[keep], self.price[keep], self.rank[keep])


@dataclass(frozen=True)
class Past:
    """What a pool's series already knows: everything before ``restart`` is final, and AWS's price in force there."""

    restart: int | None = None
    history_bucket: int | None = None
    history_price: int | None = None
    thinned: int = 0


@dataclass(frozen=True)
class Start:
    """Write anew from ``bucket`` on; read from ``read_from`` on."""

    bucket: int | None
    read_from: int
    past: Past


@dataclass(frozen=True)
class Series:
    """The buckets to write, ascending, and how the series stands afterwards."""

    bucket: np.ndarray
    price: np.ndarray
    source: np.ndarray
    read: int
    surplus: int
    past: Past
    is_pending: bool

    def count(self, source: int) -> int:
        return int(np.count_nonzero(self.source == source))


def start_of(past: Past, oldest: int | None) -> Start:
    """Where to go on when the oldest new observation lies in bucket ``oldest`` (None: there is none).

    In order, only what follows ``restart`` is read. A late observation reaches back to its neighbours: two hours
    for an interpolation, 25 hours for the price in force. What was thinned to hours is never written anew.
    """
    if past.restart is None:
        return Start(None, 0, past)
    if oldest is None or oldest >= past.restart:
        return Start(past.restart, past.restart, past)
    bucket = max(oldest - NEAR, past.thinned)
    return Start(bucket, max(0, bucket - HOLDS - NEAR), Past(thinned=past.thinned))


def consolidate(seen: Seen, start: Start, horizon: int) -> Series:
    """The series from ``start`` up to, not including, bucket ``horizon``.

    1 one price per bucket: PRIMARY's report before REPLICA's, before another host's, then the latest
    2 gaps of at most two hours between hosts' reports: linear, rounded half up
    3 everything else: AWS's price in force, if it is at most 25 hours old; else left open
    A tail that may still become a short gap waits for the next run.
    """
    bucket = seen.at // BUCKET_US
    hosts, history = seen.rank < HISTORY, seen.rank == HISTORY
    anchors, prices = _one_per_bucket(seen, bucket, hosts & (bucket < horizon))
    marks, in_force = _with_past(*_one_per_bucket(seen, bucket, history & (bucket < horizon)), start.past)
    first = start.bucket if start.bucket is not None else _earliest(anchors, marks, horizon)
    restart = int(anchors[-1]) if len(anchors) and horizon - anchors[-1] <= NEAR else horizon
    restart = max(restart, first)
    grid = np.arange(first, restart + (restart < horizon), dtype=np.int64)
    price, source = _fill(grid, anchors, prices, marks, in_force)
    known = source > 0
    beyond = bool(np.any(bucket >= horizon))
    later = len(marks) > 0 and marks[-1] + HOLDS >= horizon
    return Series(
        grid[known], price[known], source[known], len(bucket), int(np.count_nonzero(hosts & (bucket < horizon))) - len(anchors),
        _past_at(restart, marks, in_force, start.past.thinned), beyond or bool(later) or restart < horizon,
    )  # fmt: skip


def hourly(series: Series, boundary: int) -> Series:
    """One mean per hour, rounded half up and marked with the least certain source, before bucket ``boundary``; the rest as it is.

    For a series that is written for the first time: what thinning would leave is written at once.
    """
    old = series.bucket < boundary
    if not old.any():
        return _nothing_to_thin(series, boundary)
    hours, where, size = np.unique(series.bucket[old] // HOUR * HOUR, return_inverse=True, return_counts=True)
    total = np.zeros(len(hours), dtype=np.int64)
    np.add.at(total, where, series.price[old])
    least = np.zeros(len(hours), dtype=np.int8)
    np.maximum.at(least, where, series.source[old])
    return replace(
        series, bucket=np.concatenate([hours, series.bucket[~old]]), price=np.concatenate([(2 * total + size) // (2 * size), series.price[~old]]),
        source=np.concatenate([least, series.source[~old]]), past=replace(series.past, thinned=boundary),
    )  # fmt: skip


def _nothing_to_thin(series: Series, boundary: int) -> Series:
    """Nothing of it is that old: it counts as thinned, as the thinning itself would find."""
    is_past = series.past.restart is not None and series.past.restart > boundary
    return replace(series, past=replace(series.past, thinned=boundary)) if is_past else series


def _one_per_bucket(seen: Seen, bucket: np.ndarray, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The buckets that hold something, ascending, with the price that counts in each."""
    at, price, rank, bucket = seen.at[keep], seen.price[keep], seen.rank[keep], bucket[keep]
    order = np.lexsort((-price, -at, rank, bucket))
    bucket, price = bucket[order], price[order]
    lead = np.ones(len(bucket), dtype=bool)
    lead[1:] = bucket[1:] != bucket[:-1]
    return bucket[lead], price[lead]


def _with_past(marks: np.ndarray, in_force: np.ndarray, past: Past) -> tuple[np.ndarray, np.ndarray]:
    if past.history_bucket is None:
        return marks, in_force
    return np.concatenate(([past.history_bucket], marks)), np.concatenate(([past.history_price], in_force))


def _earliest(anchors: np.ndarray, marks: np.ndarray, horizon: int) -> int:
    return min([int(one[0]) for one in (anchors, marks) if len(one)], default=horizon)


def _fill(grid: np.ndarray, anchors: np.ndarray, prices: np.ndarray, marks: np.ndarray, in_force: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    price, source = np.zeros(len(grid), dtype=np.int64), np.zeros(len(grid), dtype=np.int8)
    if len(marks):
        at = np.searchsorted(marks, grid, "right") - 1
        held = (at >= 0) & (grid - marks[at] <= HOLDS)
        price[held], source[held] = in_force[at[held]], BACKFILLED
    if len(anchors):
        left = np.searchsorted(anchors, grid, "right") - 1
        exact = (left >= 0) & (anchors[left] == grid)
        price[exact], source[exact] = prices[left[exact]], AGENT
        inside = (left >= 0) & (left + 1 < len(anchors)) & ~exact
        inside[inside] = anchors[left[inside] + 1] - anchors[left[inside]] <= NEAR
        price[inside], source[inside] = _linear(grid[inside], anchors, prices, left[inside]), INTERPOLATED
    return price, source


def _linear(grid: np.ndarray, anchors: np.ndarray, prices: np.ndarray, left: np.ndarray) -> np.ndarray:
    """In whole millionths, half up: the same on every machine."""
    width = anchors[left + 1] - anchors[left]
    rise = (prices[left + 1] - prices[left]) * (grid - anchors[left])
    return prices[left] + (2 * rise + width) // (2 * width)


def _past_at(restart: int, marks: np.ndarray, in_force: np.ndarray, thinned: int) -> Past:
    """AWS's price in force just before ``restart``: what follows is read again."""
    before = int(np.searchsorted(marks, restart, "left")) - 1
    if before < 0:
        return Past(restart, thinned=thinned)
    return Past(restart, int(marks[before]), int(in_force[before]), thinned)
