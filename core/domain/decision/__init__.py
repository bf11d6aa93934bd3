"""Decisions that run continuously: where a workload should stand, how a fleet is kept, how a deadline is met."""

from core.domain.decision.conflicts import resolve_conflicts
from core.domain.decision.select import score, select_best_instance

__all__ = ["resolve_conflicts", "score", "select_best_instance"]
