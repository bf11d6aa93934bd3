"""Naive twins of the server: each lacks one protection, and the drill must turn red for it.

They are WSGI targets, `scripts.drill.twins:server("without_launch")`. A protection is taken out in each worker
process before the application is made; the timetable starts afterwards and meets the same modules.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from flask import Flask

from scripts.drill.strike import Pace


def _without_replica() -> None:
    """A rebalance recommendation prepares nothing."""
    from core.domain import response

    response._answer_a_risk = lambda situation, now: response.Decision(response.Action.WAIT, "nothing is prepared")


def _without_release() -> None:
    """A new PRIMARY may serve at once, whatever its predecessor does."""
    from core.domain.handover import Predecessor

    Predecessor.may_still_serve = lambda self, *when: False


def _without_token_reuse() -> None:
    """Each try of a launch bears a token of its own, and nobody looks for orphans."""
    from core.execution.actions import Executor
    from jobs import orphan_sweep

    request = Executor._request
    Executor._request = lambda self, claim: _with_new_token(request(self, claim))
    orphan_sweep.sweep = lambda clouds, settings: {}


def _with_new_token(order):
    return replace(order, token=uuid4().hex) if hasattr(order, "token") else order


def _without_launch() -> None:
    """An interruption notice is noted, and nobody orders a replacement."""
    from core.emergencies import emergency

    emergency.create_emergency_replica = lambda *_: None


def _without_zombie_end() -> None:
    """A former PRIMARY is left running."""
    from core.emergencies import reconciler

    reconciler.STEPS["zombies_due"] = lambda tx, agent, safe, instance_id: False


def _without_on_demand() -> None:
    """Where Spot has nothing to give, nothing else is asked."""
    from core.domain import pools

    pools._on_demand = lambda need, known: []


def _without_safe_mode() -> None:
    """The switch is turned, and nobody reads it."""
    from core.operations import safe_mode

    safe_mode.requested = lambda tx: False


def _without_expiry() -> None:
    """A replica stands by for ever."""
    from core.emergencies import reconciler

    reconciler.STEPS["replicas_expired"] = lambda tx, agent, safe, instance_id: False


def _without_retry() -> None:
    """A call that got no answer counts as one that failed."""
    from core.execution import actions

    actions.RECORD[actions.Answer.UNKNOWN] = actions.RECORD[actions.Answer.THROTTLED] = actions._failed


def _without_adoption() -> None:
    """A server that is back knows nothing of machines that hosts launched alone."""
    from core.emergencies import level3

    level3.adopt = lambda account, region, machines: 0
    level3.report = lambda tx, agent_id, reporter_id, body: {"adopted": False, "replica_id": None, "epoch": 0}


def _without_ground_truth() -> None:
    """A silent machine is taken for a lost one, whatever EC2 says."""
    from core.domain.response import SILENT_AFTER
    from core.execution import watch
    from core.sql import heartbeats

    observe = watch.observe

    def believe_silence(tx, agent, safe, instance, machine):
        contact = heartbeats.last_contact(tx, instance.id)
        if contact and tx.now() - contact > SILENT_AFTER:
            return watch._gone(tx, agent, safe, instance, "its agent is silent")
        return observe(tx, agent, safe, instance, machine)

    watch.observe = believe_silence


def _without_hibernation() -> None:
    """A machine that hibernates is taken for one that sleeps: neither its warning nor its stop asks for anything."""
    from core.emergencies import emergency
    from core.execution import watch
    from core.intake import aws_events

    take = emergency.take_notice

    def let_it_sleep(tx, agent, safe, subject, notice, channel):
        sleeps = notice.action == "hibernate"
        notice = replace(notice, disposition="record", reason="it sleeps") if sleeps else notice
        return take(tx, agent, safe, subject, notice, channel)

    emergency.take_notice = aws_events.take_notice = let_it_sleep
    watch.STOPPED_STATES = frozenset()


def _without_loss() -> None:
    """The end of a machine that nobody announced is noted, and is no cause for anything."""
    from core.domain.notice import Rank
    from core.execution import watch
    from core.intake import evidence
    from core.sql import incidents

    lose = watch.lose

    def believe_notices_alone(tx, agent, safe, primary, sentence):
        incident = incidents.open_of_instance(tx, primary.id)
        announced = incident is not None and incident.notice_rank >= Rank.TERMINATION
        return announced and lose(tx, agent, safe, primary, sentence)

    watch.lose = evidence.lose = believe_notices_alone


def _without_doubt() -> None:
    """What AWS announces for a machine that was launched as a replica is written down, and it stays good enough."""
    from core.emergencies import emergency

    over = emergency._why_over
    emergency._why_over = lambda tx, subject: "it is a replica" if subject.replica_of_id else over(tx, subject)


def _without_second_try() -> None:
    """A launch that AWS refused is given up: no other pool is asked, and its incident orders nothing more."""
    from core.emergencies import emergency
    from core.execution import actions
    from core.sql import actions as intents

    create = emergency.create_emergency_replica

    def order_once(tx, agent, safe, incident, situation, why):
        return create(tx, agent, safe, incident, situation, why) if intents.next_ordinal(tx, incident.id) == 1 else None

    emergency.create_emergency_replica = order_once
    actions.RECORD[actions.Answer.NO_CAPACITY] = actions._failed


@dataclass(frozen=True)
class Twin:
    """What is taken out, and the story that must turn red for it, no slower than it takes to see that."""

    take_out: Callable[[], None]
    story: str
    pace: Pace


TWINS = {
    "without_replica": Twin(_without_replica, "warm", Pace(prepare_seconds=5, settle_seconds=1)),
    "without_release": Twin(_without_release, "frozen", Pace(settle_seconds=6)),
    "without_launch": Twin(_without_launch, "cold", Pace(lead_seconds=6, settle_seconds=1)),
    "without_zombie_end": Twin(_without_zombie_end, "cold", Pace(settle_seconds=10)),
    "without_on_demand": Twin(_without_on_demand, "no_capacity", Pace(lead_seconds=8, settle_seconds=1)),
    "without_safe_mode": Twin(_without_safe_mode, "safe_mode", Pace(settle_seconds=1, safe_seconds=20)),
    "without_expiry": Twin(_without_expiry, "false_alarm", Pace(prepare_seconds=10, settle_seconds=1)),
    "without_retry": Twin(_without_retry, "throttled", Pace(lead_seconds=20, settle_seconds=1)),
    "without_adoption": Twin(_without_adoption, "alone", Pace(settle_seconds=3)),
    "without_ground_truth": Twin(_without_ground_truth, "silent", Pace(settle_seconds=4)),
    "without_hibernation": Twin(_without_hibernation, "hibernate", Pace(lead_seconds=10, settle_seconds=1)),
    "without_loss": Twin(_without_loss, "no_notice", Pace(lead_seconds=10, settle_seconds=1)),
    "without_doubt": Twin(_without_doubt, "doomed_replica", Pace(lead_seconds=12, settle_seconds=1)),
    "without_second_try": Twin(_without_second_try, "storm", Pace(lead_seconds=12, settle_seconds=1)),
    "without_token_reuse": Twin(_without_token_reuse, "cut", Pace(settle_seconds=12)),
}


def target(name: str) -> str:
    """What gunicorn is told to serve."""
    return f'{__name__}:server("{name}")'


def server(name: str) -> Flask:
    """The application without one of its protections."""
    from backend import create_app

    TWINS[name].take_out()
    return create_app()
