"""Consolidate prices and learn from them, every twelve hours and when somebody asks, in child processes."""

from core import database, errors
from core.child import run_in_child
from core.prices import consolidation


def run(context) -> dict:
    if not database.run(consolidation.is_due):
        return {}
    try:
        counts = run_in_child("consolidation", context.settings)
        return {**counts, "risk": run_in_child("risk", context.settings)}
    except errors.Unavailable:
        consolidation.let_go()
        raise
