"""Retention: what is deleted once its time is over."""

from core import database
from core.sql import housekeeping, measures, replays, risk, training_sets

MOST_BATCHES = 100
STEPS = (
    housekeeping.expired_keys, housekeeping.old_events, housekeeping.old_counters, housekeeping.old_sessions,
    housekeeping.old_job_runs, housekeeping.old_snapshots, housekeeping.old_notices,
    housekeeping.old_log_lines, risk.old_observations, risk.old_models, replays.old_replays,
    measures.old_processes, training_sets.old_training_sets,
)  # fmt: skip


def tidy() -> dict:
    """How many rows each rule removed, and how many of what was counted became one sum."""
    return {**{step.__name__: _all_of(step) for step in STEPS}, "sum_old_days": database.run(measures.sum_old_days)}


def _all_of(step) -> int:
    removed = 0
    for _ in range(MOST_BATCHES):
        batch = database.run(step)
        removed += batch
        if batch < housekeeping.BATCH:
            break
    return removed
