"""Retention: what is deleted once its time is over."""

from core import database
from core.sql import housekeeping, replays, risk

MOST_BATCHES = 100
STEPS = (
    housekeeping.expired_keys, housekeeping.old_events, housekeeping.old_counters, housekeeping.old_sessions,
    housekeeping.old_job_runs, housekeeping.old_snapshots, housekeeping.old_notices,
    housekeeping.old_log_lines, risk.old_observations, risk.old_models, replays.old_replays,
)  # fmt: skip


def tidy() -> dict:
    """How many rows each rule removed."""
    return {step.__name__: _all_of(step) for step in STEPS}


def _all_of(step) -> int:
    removed = 0
    for _ in range(MOST_BATCHES):
        batch = database.run(step)
        removed += batch
        if batch < housekeeping.BATCH:
            break
    return removed
