"""Rules that watch one figure each: what is watched, when it is too much, and how that is said."""

import operator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.row import FromRow

OPERATORS = {">": operator.gt, "<": operator.lt, "==": operator.eq, ">=": operator.ge, "<=": operator.le, "!=": operator.ne}
FRESH = timedelta(minutes=5)  # an older reading says nothing of now (MET-24)
# What a client may watch by rules of its own; the other figures belong to the installation.
OWN_METRICS = ("spot_price", "downtime_budget_share", "oldest_order_seconds", "event_queue_silent_seconds", "dead_letters_per_day", "host_end_failures")


@dataclass(frozen=True)
class Reading:
    """One figure of one thing; ``client_id`` is 0 where it belongs to the installation."""

    client_id: int
    entity: str
    value: float
    at: datetime


@dataclass(frozen=True)
class Rule(FromRow):
    """``key`` is what makes its events its own; an ``entity`` of None is every thing that has the figure."""

    key: str
    name: str
    metric: str
    entity: str | None
    operator: str
    threshold: float
    severity: str
    client_id: int | None = None

    def concerns(self, reading: Reading) -> bool:
        return self.client_id in (None, reading.client_id) and self.entity in (None, reading.entity)


# What is watched without anybody having asked for it, and is told by nothing else: components and feeds have alarms of
# their own. A person's own rules are rows of ``alerts``.
RULES = (
    Rule("event_queue", "an event queue is not read", "event_queue_silent_seconds", None, ">", 120, "critical"),
    Rule("dead_letters", "messages from AWS lie unread in the dead letters of a day", "dead_letters_per_day", None, ">", 0, "warning"),
    Rule("budget", "four fifths of the month's downtime budget are used", "downtime_budget_share", None, ">=", 0.8, "warning"),
    Rule("orders", "orders to AWS wait", "oldest_order_seconds", None, ">", 300, "critical"),
    Rule("host_ends", "hosts cannot end a machine", "host_end_failures", None, ">=", 5, "critical"),
)


def evaluate_threshold(value: float, sign: str, threshold: float) -> bool:
    """Whether ``value sign threshold`` holds; KeyError for a sign there is not."""
    return OPERATORS[sign](value, threshold)


def is_fresh(reading: Reading, now: datetime) -> bool:
    return now - reading.at <= FRESH


def sentence(rule: Rule, reading: Reading) -> str:
    """What is true while the alert is open."""
    return f"{reading.entity}: {rule.metric.replace('_', ' ')} is {reading.value:g}, the limit is {rule.operator} {rule.threshold:g}."
