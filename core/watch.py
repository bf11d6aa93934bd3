"""Asks EC2 about the machines we have a question about: is it alive, is it gone, what is it made of.

Silence alone never switches: a loss is confirmed by Describe (INV-57).
"""

import logging
from functools import partial
from itertools import groupby

from config.settings import current
from core import audit, breaker, database, errors, events, level3, notifications
from core.actions import install_name
from core.cloud.aws import Ec2
from core.cloud.machine import Machine
from core.database import Tx
from core.domain.account import Account
from core.domain.lifecycle import GONE_STATES, STOPPED_STATES, Agent, Instance, Role
from core.domain.notice import Rank
from core.domain.serialize import canonical
from core.emergency import raise_incident, respond
from core.locks import for_agent
from core.sql import accounts, incidents, instances, notices, replicas

log = logging.getLogger("core.watch")

YOUNG_SECONDS = 300
ENDINGS = {
    "Client.UserInitiatedShutdown": "somebody ended it by the API",
    "Server.SpotInstanceTermination": "AWS took it",
    "Server.SpotInstanceShutdown": "AWS stopped it",
}


def watch(clouds) -> dict:
    """Look at every machine in question, one Describe per account and region; counts of what was found."""
    counts = {"looked_at": 0, "changed": 0, "unreachable": 0}
    questions = database.run(_in_question)
    for (account, region), machines in questions:
        try:
            seen = breaker.ask(clouds, account, partial(Ec2.describe, region=region, ids=[i.ec2_instance_id for i in machines]))
            _adopt_before_judging(clouds, account, region, machines, seen)
        except errors.SpotError as error:
            log.warning("EC2 cannot be asked about account %s in %s: %s", account.aws_account_id, region, error.message)
            counts["unreachable"] += 1
            continue
        counts["looked_at"] += len(machines)
        counts["changed"] += sum(_learn(instance, seen.get(instance.ec2_instance_id)) for instance in machines)
    return counts


def _adopt_before_judging(clouds, account: Account, region: str, machines: list[Instance], seen: dict[str, Machine]) -> None:
    """Before a lost PRIMARY is replaced, look whether a host has launched its successor alone (JOB-25)."""
    primaries = (instance for instance in machines if instance.role == Role.PRIMARY)
    if all((machine := seen.get(i.ec2_instance_id)) and machine.state == "running" for i in primaries):
        return
    ours = breaker.ask(clouds, account, partial(Ec2.ours, region=region, install=install_name(current())))
    level3.adopt(account, region, ours)


def _in_question(tx: Tx) -> list[tuple[tuple[Account, str], list[Instance]]]:
    groups = groupby(instances.to_watch(tx), key=lambda i: (i.account_id, i.region))
    return [((accounts.get(tx, account_id), region), list(group)) for (account_id, region), group in groups]


def _learn(before: Instance, machine: Machine | None) -> bool:
    """What Describe said of one machine, in its own transaction."""

    def look(tx: Tx, agent: Agent, safe: bool) -> bool:
        instance = instances.get(tx, before.id)
        if machine is None:
            return _not_found(tx, agent, safe, instance)
        return observe(tx, agent, safe, instance, machine)

    return for_agent(before.agent_id, f"watch {before.ec2_instance_id}", look)


def observe(tx: Tx, agent: Agent, safe: bool, instance: Instance, machine: Machine) -> bool:
    """Whether the machine's state was news, after doing what follows from it."""
    if instance.launch_spec is None:
        instances.set_launch_spec(tx, instance.id, canonical(machine.launch_spec))
    if machine.state != instance.state:
        instances.set_state(tx, instance.id, machine.state)
        events.emit(tx, agent.client_id, "instance", agent_id=agent.uuid)
    if machine.state in GONE_STATES:
        ordered = instance.terminate_requested_at and "as ordered"
        return _gone(tx, agent, safe, instance, ordered or ENDINGS.get(machine.reason, machine.reason))
    if machine.state in STOPPED_STATES and instance.role == Role.PRIMARY:
        return _lost(tx, agent, safe, instance, f"{instance.name} was stopped ({machine.reason or 'no reason given'})")
    _verified_alive(tx, agent, instance)
    return False


def _not_found(tx: Tx, agent: Agent, safe: bool, instance: Instance) -> bool:
    """EC2 hides new ids for a while; only an older one is gone (X7)."""
    born = instance.launched_at or instance.created_at
    if (tx.now() - born).total_seconds() <= YOUNG_SECONDS:
        return False
    return _gone(tx, agent, safe, instance, "EC2 no longer knows it")


def _gone(tx: Tx, agent: Agent, safe: bool, instance: Instance, reason: str | None) -> bool:
    """The machine is ending or has ended."""
    incidents.set_gone(tx, instance.id, tx.now())
    if instance.role == Role.PRIMARY:
        return _lost(tx, agent, safe, instance, f"{instance.name} ended ({reason or 'no reason given'})")
    if instance.role == Role.TERMINATED:
        return False
    sentence = f"{instance.name} ended ({reason or 'no reason given'})"
    instances.mark_ended(tx, instance.id, "terminated", tx.now())
    replicas.end(tx, instance.id, "terminated", sentence, tx.now())
    instances.move(tx, instances.get(tx, instance.id), Role.TERMINATED, sentence)
    audit.tell(tx, agent, "instance_ended", sentence)
    events.emit(tx, agent.client_id, "instance", agent_id=agent.uuid)
    return True


def _lost(tx: Tx, agent: Agent, safe: bool, primary: Instance, sentence: str) -> bool:
    """A confirmed loss of the PRIMARY: it keeps the slot until its successor takes it."""
    news = primary.status != "lost"
    if news:
        instances.mark_lost(tx, primary.id, tx.now())
        instances.mark_ended(tx, primary.id, "lost", tx.now())
    incident = incidents.open_of_instance(tx, primary.id)
    if incident is None or incident.notice_rank < Rank.TERMINATION:
        incident = _raise_loss(tx, agent, primary, sentence)
    respond(tx, agent, safe, incident)
    return news


def _raise_loss(tx: Tx, agent: Agent, primary: Instance, sentence: str):
    account = accounts.get(tx, primary.account_id)
    incident = raise_incident(
        tx, agent, primary, cause="no_notice", rank=Rank.TERMINATION, deadline=None, aws_account=account.aws_account_id,
        sentence=sentence,
    )  # fmt: skip
    incidents.set_gone(tx, primary.id, tx.now())
    notifications.tell(tx, incident, "received:no_notice", "critical", f"{agent.logical_name}: lost without notice", sentence)
    return incidents.get(tx, incident.id)


def _verified_alive(tx: Tx, agent: Agent, instance: Instance) -> None:
    """A stale notice about a machine that is alive comes to nothing."""
    for notice in notices.unverified_of(tx, instance.ec2_instance_id):
        notices.set_handled(tx, notice["id"], tx.now())
        incident = incidents.get(tx, notice["incident_id"])
        if incident.is_open and incident.notice_rank == Rank.NONE:
            incidents.close_without_end(tx, incident.id, "stale_unfounded")
            audit.tell(tx, agent, "close_incident", f"A stale notice about {instance.name} was unfounded: EC2 says it runs")

