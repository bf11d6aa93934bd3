"""Look for moves that are worth it, and write plans."""

from core.moves.planner import plan_ahead


def run(context) -> dict:
    return plan_ahead()
