"""The downtime a client has had, and what is left of its budget of 60 s a month."""

import math

from core.database import Tx
from core.sql import downtime

BUDGET_SECONDS = 60


def summary(tx: Tx, client_id: int, days: int) -> dict:
    """Figures over the last ``days``; null where nothing was measured. ``trend`` is up, down or flat against the window before."""
    rows = downtime.handovers(tx, client_id, days)
    measured = sorted(row["downtime_seconds"] for row in rows if row["downtime_seconds"] is not None)
    before = sorted(
        row["downtime_seconds"] for row in downtime.handovers(tx, client_id, days, days) if row["downtime_seconds"] is not None
    )
    p95, previous = percentile(measured, 95), percentile(before, 95)
    return {
        "p95": p95,
        "avg": round(sum(measured) / len(measured), 3) if measured else None,
        "min": measured[0] if measured else None,
        "max": measured[-1] if measured else None,
        "count": len(rows),
        "success_rate": _share(sum(row["serving_at"] is not None for row in rows), len(rows)),
        "trend": _trend(p95, previous),
        "previous_p95": previous,
        "month_used_seconds": downtime.used_this_month(tx, client_id),
        "month_budget_seconds": BUDGET_SECONDS,
    }


def percentile(ordered: list[float], share: int) -> float | None:
    """Nearest rank of an ascending list, or None of an empty one."""
    return ordered[max(0, math.ceil(share / 100 * len(ordered)) - 1)] if ordered else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _trend(now: float | None, before: float | None) -> str | None:
    if now is None or before is None:
        return None
    return "flat" if abs(now - before) < 0.1 else "up" if now > before else "down"
