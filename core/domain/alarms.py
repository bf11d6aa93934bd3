"""Every alarm people can get. Its page in OPERATIONAL_RUNBOOK.md bears its name; a test compares the two.

An alarm's name is the first word of the ``moment`` or ``key`` that core/notifications.py is given.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Alarm:
    """``when`` says in a sentence what has happened."""

    name: str
    when: str


ALARMS = (
    Alarm("received", "AWS announced a rebalance or an interruption for a PRIMARY, or a PRIMARY was lost without notice"),
    Alarm("outcome", "a workload was carried over and serves again"),
    Alarm("failed", "an order to AWS came to nothing for good"),
    Alarm("by_hand", "SAFE MODE holds an answer back: somebody has to act before the deadline"),
    Alarm("account_away", "an AWS account does not answer, or answers again"),
)

NAMES = tuple(alarm.name for alarm in ALARMS)
