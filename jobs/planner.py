"""Look for moves that are worth it, and write plans."""

from core.planner import plan_ahead


def run(context) -> dict:
    return plan_ahead()
