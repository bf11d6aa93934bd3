"""Goes on from the rows: whatever was cut, the next sweep finishes it (every 2 s and after each commit).

It may run twice at once: every step is decided under the agent's lock or is a unique key.
"""

from collections.abc import Callable

from config.settings import current
from core import audit, database, events
from core.agents.farewell import HOST_SECONDS, leave
from core.database import Tx
from core.domain.failover import SURPLUS_GRACE_SECONDS
from core.domain.incident import Incident, has_expired, may_close, outcome_of
from core.domain.lifecycle import ZOMBIE_WARNING, Agent, Instance, Role
from core.domain.notice import Rank
from core.emergencies import lifecycle_hooks, maintenance
from core.emergencies.emergency import respond, retire
from core.emergencies.level3 import retire_surplus
from core.execution.orders import order_end, order_termination
from core.intake.aws_events import apply_awaited
from core.locks import for_agent
from core.money import cleanups
from core.moves import switching
from core.people import notifications
from core.presets import waits
from core.sql import actions, agents, commands, incidents, instances, level3, notices, switches
from core.sql import maintenance as plans

READY_WITHIN_SECONDS = 300


def reconcile() -> dict:
    """Advance every open incident and everything whose time has come; counts of what was done."""
    found = database.run(_what_is_due)
    counts = dict.fromkeys(found, 0)
    for name, rows in found.items():
        step = STEPS[name]
        counts[name] = sum(_one(step, row) for row in rows)
    counts["failovers"] = database.run(switching.adopt_failovers)
    counts["commands_expired"] = database.run(commands.expire)
    counts["notices_given_up"] = database.run(notices.give_up_unknown)
    return counts


def _what_is_due(tx: Tx) -> dict[str, list[dict]]:
    return {
        "incidents": incidents.to_advance(tx),
        "switches": switches.unfinished(tx),
        "replicas_expired": instances.expired_replicas(tx),
        "replicas_late": instances.late_launches(tx, READY_WITHIN_SECONDS),
        "zombies_due": instances.due_zombies(tx),
        "terminations": actions.outstanding_terminations(tx),
        "agents_leaving": agents.leaving(tx, HOST_SECONDS),
        "notices_awaited": notices.awaited(tx),
        "maintenance_due": plans.due(tx, current().maintenance_lead_minutes),
        "hooks_waiting": notices.waiting_hooks(tx),
        "level3_surplus": level3.surplus(tx, SURPLUS_GRACE_SECONDS),
    }


def _one(step: Callable[[Tx, Agent, bool, int], bool], row: dict) -> bool:
    """One row in its own transaction."""
    return for_agent(row["agent_id"], f"{step.__name__} {row['id']}", lambda tx, agent, safe: step(tx, agent, safe, row["id"]))


def advance(tx: Tx, agent: Agent, safe: bool, incident_id: int) -> bool:
    """One step of an incident: answer it, prove its end, close it."""
    incident = incidents.get(tx, incident_id)
    if not incident.is_open:
        return False
    if incident.notice_rank > Rank.NONE:
        respond(tx, agent, safe, incident)
    incident = incidents.get(tx, incident_id)
    if incident.gone_at and incident.serving_at and not incident.end_proven_at:
        incidents.prove_end(tx, incident_id, tx.now())
        incident = incidents.get(tx, incident_id)
    return _close_if_over(tx, agent, incident)


def _close_if_over(tx: Tx, agent: Agent, incident: Incident) -> bool:
    now = tx.now()
    if may_close(incident, now) and incidents.close_proven(tx, incident.id, outcome_of(incident)):
        instances.clear_rank(tx, incident.instance_id)
        return _tell_closed(tx, agent, incident, f"Closed: {incident.ec2_instance_id} ended and its successor serves")
    subject = instances.get(tx, incident.instance_id)
    if subject.role == Role.TERMINATED and incident.promoted_at is None and not incident.end_proven_at:
        incidents.close_without_end(tx, incident.id, "gone")
        return _tell_closed(tx, agent, incident, f"Closed: {incident.ec2_instance_id} is gone and nothing ran on it")
    if has_expired(incident, now, waits().warning_life) and incidents.close_without_end(tx, incident.id, "expired"):
        instances.clear_rank(tx, incident.instance_id)
        agents.mirror_notice(tx, agent.id, "none", None)
        return _tell_closed(tx, agent, incident, f"Nothing happened to {incident.ec2_instance_id} since: a false alarm")
    return False


def _tell_closed(tx: Tx, agent: Agent, incident: Incident, sentence: str) -> bool:
    audit.tell(tx, agent, "close_incident", sentence)
    events.emit(tx, agent.client_id, "incident", agent_id=agent.uuid, incident_id=incident.uuid)
    return True


def expire_replica(tx: Tx, agent: Agent, safe: bool, instance_id: int) -> bool:
    """Its time is over and the primary lives: one order to end the replica (INV-40)."""
    replica = instances.get(tx, instance_id)
    primary = instances.get(tx, agent.primary_instance_id)
    if safe or primary.status == "lost" or not instances.doom_expired_replica(tx, instance_id):
        return False
    retire(tx, agent, safe, instances.get(tx, instance_id), "terminated", cleanups.told(tx, replica), act="false_rebalance_cleanup")
    return True


def give_up_on_launch(tx: Tx, agent: Agent, safe: bool, instance_id: int) -> bool:
    """A replica that never became ready is ended; its incident orders the next one."""
    replica = instances.get(tx, instance_id)
    if replica.role != Role.REPLICA or replica.terminate_requested_at:
        return False
    retire(tx, agent, safe, replica, "failed", f"{replica.name} was not ready {READY_WITHIN_SECONDS} s after its launch")
    return True


def end_zombie(tx: Tx, agent: Agent, safe: bool, instance_id: int) -> bool:
    """Its successor serves and the wait is over; where people end it themselves, thirty days later (JOB-11)."""
    zombie = instances.get(tx, instance_id)
    if zombie.role != Role.ZOMBIE:
        return False
    why = "its successor serves"
    if not agents.config(tx, agent.id).auto_terminate_enabled:
        if tx.now() < zombie.last_day:
            return _warn_of_the_end(tx, agent, zombie)
        why = "thirty days are over and nobody ended it"
    ended = order_end(tx, zombie, f"{zombie.name} was replaced: {why}", safe=safe)
    if ended:
        audit.tell(tx, agent, "end_zombie", f"Ordered the end of {zombie.name}: {why}")
    return ended


def _warn_of_the_end(tx: Tx, agent: Agent, zombie: Instance) -> bool:
    """A day before, once."""
    if tx.now() < zombie.last_day - ZOMBIE_WARNING:
        return False
    title = f"{agent.logical_name}: {zombie.name} ends tomorrow"
    text = f"It was replaced a month ago, runs and is billed since, and auto-terminate is off; it is ended on {zombie.last_day:%Y-%m-%d %H:%M} UTC."
    return notifications.announce(tx, agent.client_id, f"zombie_ends:{zombie.uuid}", "warning", title, text)


def order_termination_again(tx: Tx, agent: Agent, safe: bool, instance_id: int) -> bool:
    """Marked for its end, but no order stands: the earlier one failed."""
    return not safe and order_termination(tx, instances.get(tx, instance_id), "the earlier order failed")


STEPS = {
    "incidents": advance,
    "switches": switching.advance,
    "replicas_expired": expire_replica,
    "replicas_late": give_up_on_launch,
    "zombies_due": end_zombie,
    "terminations": order_termination_again,
    "agents_leaving": leave,
    "notices_awaited": apply_awaited,
    "maintenance_due": maintenance.begin,
    "hooks_waiting": lifecycle_hooks.answer,
    "level3_surplus": retire_surplus,
}
