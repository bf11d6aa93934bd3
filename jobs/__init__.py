"""The timetable. Each job is a period and a use-case; the lease and the (job, slot) row decide who works."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs import (
    alert_rules,
    emergency_watch,
    event_intake,
    executor,
    group_exchanges,
    group_members,
    health_monitor,
    heartbeat_watch,
    housekeeping,
    ledger,
    orphan_sweep,
    planner,
    pool_risk,
    predictions,
    pricing_consolidation,
    replays,
    safe_mode,
    spot_advisor,
    spot_prices,
)


@dataclass(frozen=True)
class Job:
    """``run(context)`` every ``seconds``, in the demo every ``demo_seconds`` if given; without ``led`` in every process at once."""

    name: str
    seconds: int
    run: Callable
    led: bool = True
    demo_seconds: int | None = None

    def period(self, preset: str) -> int:
        """Seconds between two runs in an installation with this preset."""
        return self.demo_seconds or self.seconds if preset == "demo" else self.seconds


JOBS = (
    Job("executor", 1, executor.run, led=False),
    Job("emergency_watch", 2, emergency_watch.run),
    Job("event_intake", 3, event_intake.run, led=False),
    Job("heartbeat_watch", 5, heartbeat_watch.run),
    Job("group_exchanges", 2, group_exchanges.run),
    Job("group_members", 60, group_members.run),
    Job("safe_mode", 2, safe_mode.run),
    Job("orphan_sweep", 30, orphan_sweep.run),
    Job("health_monitor", 30, health_monitor.run),
    Job("alert_rules", 30, alert_rules.run),
    # a price lives 300 s: one missed answer makes none stale; in the demo a visitor sees prices move
    Job("spot_prices", 120, spot_prices.run, demo_seconds=30),
    Job("predictions", 600, predictions.run),
    Job("spot_advisor", 6 * 3600, spot_advisor.run),
    Job("pool_risk", 300, pool_risk.run),
    Job("pricing_consolidation", 30, pricing_consolidation.run),  # looks whether a run is due: every 12 h, or asked for
    Job("replays", 10, replays.run),
    Job("planner", 60, planner.run),
    Job("ledger", 60, ledger.run),
    Job("housekeeping", 3600, housekeeping.run),
)
