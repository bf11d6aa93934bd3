"""How the running product stands against what it promises (E-17): measured from rows, over a stated window.

What only an outside prober can see (drill) or a fixed test fixes for ever (boundaries, weights) is not asked here.
"""

from collections.abc import Callable

from core.database import Tx
from core.domain.target import Measured, Target, judge, share_of, tail_of
from core.money.downtime import BUDGET_SECONDS, percentile
from core.sql import events, health
from core.sql import targets as rows

MONTH, DAY = "30 days", "24 hours"


def _heartbeats(tx: Tx) -> Measured:
    heard = health.hosts(tx)
    return Measured(heard["miss_rate"] and float(heard["miss_rate"]) or (0.0 if heard["expected"] else None), int(heard["expected"]))


def _in_time(tx: Tx) -> Measured:
    return share_of([bool(row["in_time"]) for row in rows.promotions_against_deadlines(tx)])


def _false_alarms(tx: Tx) -> Measured:
    return share_of([not row["came"] for row in rows.closed_rebalances(tx)])


def _month(tx: Tx) -> Measured:
    used = rows.downtime_of_clients(tx)
    return Measured(max(used, default=0.0), len(used))


def _checks(tx: Tx) -> Measured:
    took = [float(row["latency_ms"]) for row in health.components(tx).values() if row["latency_ms"] is not None]
    return Measured(max(took, default=None), len(took))


def _lag(tx: Tx) -> Measured:
    told = events.stats(tx)
    lag = told["oldest_lag_seconds"]
    return Measured(None if lag is None else float(lag), int(told["events_per_minute"]))


def _oldest(tx: Tx) -> Measured:
    waits = [row for row in health.queues(tx) if row["queue"] != "dead_letters"]
    return Measured(float(max((row["oldest_age_seconds"] or 0 for row in waits), default=0)), sum(row["depth"] for row in waits))


def _tail(ask: Callable[[Tx], list[float]], share: int) -> Callable[[Tx], Measured]:
    return lambda tx: tail_of(ask(tx), percentile, share)


TARGETS: tuple[tuple[Target, Callable[[Tx], Measured]], ...] = (
    (Target("MET-03", "promoted before AWS's deadline", 0.99, "share", MONTH, most=False), _in_time),
    (Target("MET-42", "carried over in an emergency: without service, p95", 10, "s", MONTH), _tail(rows.handover_gaps, 95)),
    (Target("MET-02", "planned switch: without service, p95", 10, "s", MONTH), _tail(rows.switch_gaps, 95)),
    (Target("MET-07", "unplanned downtime of the worst client", BUDGET_SECONDS, "s", "this month"), _month),
    (Target("MET-37", "notice received to handled, p95", 5, "s", MONTH), _tail(rows.notice_times, 95)),
    (Target("MET-05", "a decision, p99", 500, "ms", MONTH), _tail(rows.decision_times, 99)),
    (Target("MET-01", "heartbeats missed", 0.05, "share", "since each host enrolled"), _heartbeats),
    (Target("MET-12", "rebalances that ended without an interruption", None, "share", MONTH), _false_alarms),
    (Target("MET-09", "the slowest health check", 1000, "ms", "the last round"), _checks),
    (Target("MET-21", "the oldest wait in a queue", 300, "s", "now"), _oldest),
    (Target("LIVE", "an event handed to the dashboards", 1, "s", "the last minute"), _lag),
)


def all_of(tx: Tx) -> list[dict]:
    return [judge(target, measure(tx)) for target, measure in TARGETS]
