"""Every alarm people can get. Its page in OPERATIONAL_RUNBOOK.md bears its name; a test compares the two.

An alarm's name is the first word of the ``moment`` or ``key`` that core/people/notifications.py is given.
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
    Alarm("zombie_ends", "a former PRIMARY that nobody ended is ended by us tomorrow, thirty days after its wait"),
    Alarm("failed", "an order to AWS came to nothing for good"),
    Alarm("last_resort", "nothing but a pool in danger is left for a replacement before its deadline"),
    Alarm("by_hand", "SAFE MODE holds an answer back: somebody has to act before the deadline"),
    Alarm("hold", "so many machines of an account look dead without proof that nobody is declared lost"),
    Alarm("hold_ended", "the hold on an account is lifted"),
    Alarm("copied_host", "a second host speaks, joins or enrols as one that we know already"),
    Alarm("old_secret", "a host's secret was used after a newer one had replaced it"),
    Alarm("token_shared", "an enrolment token that had served one host was used by another"),
    Alarm("action_unknown", "AWS announced an action for a Spot instance that we do not know"),
    Alarm("dead_notices", "the server refused notices of a host for good; they lie in its dead folder"),
    Alarm("dead_letter", "a message from AWS could not be read and was kept as a dead letter"),
    Alarm("redelivered", "a message of the event queue comes again and again because it cannot be stored"),
    Alarm("subscription", "SNS asks whether a subscription to our door is meant"),
    Alarm("feed", "a feed of prices or ranks fell silent or stands still, or arrives again"),
    Alarm("plan", "a move of a workload is proposed, or waits for somebody's approval"),
    Alarm("switched", "a workload was moved by plan or by hand and serves at its new place"),
    Alarm("switch_late", "a workload was switched a minute ago and does not serve; the old instance is kept"),
    Alarm("switch_failed", "a switch came to nothing; the workload stays where it was"),
    Alarm("alert", "a figure that is watched passed its limit"),
    Alarm("alert_over", "a watched figure is within its limit again"),
    Alarm("group", "a workload's machine stays beside its Auto Scaling group, or the group may not be asked"),
    Alarm("component", "a component of the platform became degraded or critical, or recovered"),
    Alarm("account_away", "an AWS account does not answer, or answers again"),
)

NAMES = tuple(alarm.name for alarm in ALARMS)
