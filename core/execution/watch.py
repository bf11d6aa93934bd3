"""Asks EC2 about the machines we have a question about: is it alive, is it gone, what is it made of.

Silence alone never switches: a loss is confirmed by Describe (INV-57).
"""

import logging
from functools import partial
from itertools import groupby

from config.settings import current
from core import audit, database, errors, events
from core.cloud.aws import GROUP_TAG, Ec2
from core.cloud.machine import Machine
from core.database import Tx
from core.domain.account import Account
from core.domain.incident import Incident
from core.domain.lifecycle import GONE_STATES, STOPPED_STATES, Agent, Instance, Role
from core.domain.notice import NOTICES, OVERDUE, NoticeKind, Rank
from core.domain.serialize import canonical
from core.emergencies import holds, level3
from core.emergencies.emergency import act, raise_incident, respond, retire
from core.execution import breaker
from core.execution.actions import install_name
from core.forecast import risk
from core.locks import for_agent
from core.people import notifications
from core.sql import accounts, incidents, instances, notices, replicas, scaling
from core.sql.holds import held_accounts

log = logging.getLogger("core.execution.watch")

Findings = list[tuple[Instance, Machine | None]]

YOUNG_SECONDS = 300
ALIVE_STATES = frozenset({"pending", "running"})
TAKEN = frozenset({"Server.SpotInstanceTermination", "Server.SpotInstanceShutdown"})
ENDINGS = {
    "Client.UserInitiatedShutdown": "somebody ended it by the API",
    "Server.SpotInstanceTermination": "AWS took it",
    "Server.SpotInstanceShutdown": "AWS stopped it",
}


def watch(clouds) -> dict:
    """Look at every machine in question, one Describe per account and region; counts of what was found."""
    counts = {"looked_at": 0, "changed": 0, "unreachable": 0, "held": 0}
    for account, regions in database.run(_in_question):
        answers = [_ask(clouds, account, region, machines) for region, machines in regions]
        counts["unreachable"] += sum(not reached for _, reached in answers)
        _learn_all(account, answers, counts)
    return counts


def _ask(clouds, account: Account, region: str, machines: list[Instance]) -> tuple[Findings, bool]:
    """What EC2 says of each machine of a region, and whether it could be asked."""
    try:
        seen = breaker.ask(clouds, account, partial(Ec2.describe, region=region, ids=[i.ec2_instance_id for i in machines]))
        _adopt_before_judging(clouds, account, region, machines, seen)
    except errors.SpotError as error:
        log.warning("EC2 cannot be asked about account %s in %s: %s", account.aws_account_id, region, error.message)
        return [(instance, None) for instance in machines], False
    return [(instance, seen.get(instance.ec2_instance_id)) for instance in machines], True


def _adopt_before_judging(clouds, account: Account, region: str, machines: list[Instance], seen: dict[str, Machine]) -> None:
    """Before a lost PRIMARY is replaced, look whether a host has launched its successor alone (JOB-25)."""
    primaries = (instance for instance in machines if instance.role == Role.PRIMARY)
    if all((machine := seen.get(i.ec2_instance_id)) and machine.state == "running" for i in primaries):
        return
    ours = breaker.ask(clouds, account, partial(Ec2.alone, region=region, install=install_name(current())))
    level3.adopt(account, region, ours)


def _learn_all(account: Account, answers: list[tuple[Findings, bool]], counts: dict) -> None:
    """Each machine by itself, but that of those without proof nobody is declared lost while the account is on hold."""
    unproven = {instance.id for findings, _ in answers for instance, machine in findings if machine is None}
    held = database.run(lambda tx: holds.judge(tx, account, unproven, all(reached for _, reached in answers)))
    counts["held"] += held
    for findings, reached in answers:
        known = [pair for pair in findings if pair[1] is not None or not held] if reached else []
        counts["looked_at"] += len(findings) if reached else 0
        counts["changed"] += sum(_learn(instance, machine) for instance, machine in known)


def _in_question(tx: Tx) -> list[tuple[Account, list[tuple[str, list[Instance]]]]]:
    """The machines in question by account and region; an account on hold is asked about until the hold is over."""
    by_account = groupby(instances.to_watch(tx), key=lambda i: i.account_id)
    found = [(account_id, [(region, list(some)) for region, some in groupby(group, key=lambda i: i.region)]) for account_id, group in by_account]
    found += [(account_id, []) for account_id in held_accounts(tx) if account_id not in dict(found)]
    return [(accounts.get(tx, account_id), regions) for account_id, regions in found]


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
    if machine.state in ALIVE_STATES and GROUP_TAG in machine.tags:  # who left is learned each minute; this answer may be older
        scaling.set_member(tx, instance.id, machine.tags[GROUP_TAG])
    if instance.launch_spec is None:
        instances.set_launch_spec(tx, instance.id, canonical(machine.launch_spec))
    news = learn_state(tx, agent, safe, instance, machine.state, ENDINGS.get(machine.reason, machine.reason))
    if machine.reason in TAKEN and instance.terminate_requested_at is None:
        prove_taken(tx, agent, instance, "state_reason")
    return news or (machine.state in ALIVE_STATES and _verified_alive(tx, agent, safe, instance))


def learn_state(tx: Tx, agent: Agent, safe: bool, instance: Instance, state: str, why: str | None) -> bool:
    """Whether a state that EC2 told of, when asked or by itself, was news; what follows from it is done."""
    if state != instance.state:
        instances.set_state(tx, instance.id, state)
        events.emit(tx, agent.client_id, "instance", agent_id=agent.uuid)
    if state in GONE_STATES:
        ordered = instance.terminate_requested_at and "as ordered"
        return _gone(tx, agent, safe, instance, ordered or why)
    if state in STOPPED_STATES:
        incidents.set_gone(tx, instance.id, tx.now())
        if instance.role == Role.PRIMARY:
            return lose(tx, agent, safe, instance, f"{instance.name} was stopped ({why or 'no reason given'})")
        if instance.role == Role.ZOMBIE and instance.status != "stopped":
            return _stopped(tx, agent, instance)
        if instance.role == Role.REPLICA and not instance.terminate_requested_at:
            retire(tx, agent, safe, instance, "failed", f"{instance.name} stood by and was stopped")
    elif instance.status == "stopped":
        instances.set_status(tx, instance.id, "zombie")
    return False


def _stopped(tx: Tx, agent: Agent, zombie: Instance) -> bool:
    """It may run again under the same id, and stays a ZOMBIE until it is ended (INV-61)."""
    instances.set_status(tx, zombie.id, "stopped")
    notices.settle(tx, zombie.ec2_instance_id, tx.now())
    audit.tell(tx, agent, "instance_stopped", f"{zombie.name} was stopped; it may come back, and will not be PRIMARY then")
    return True


def prove_taken(tx: Tx, agent: Agent, instance: Instance, proof: str) -> bool:
    """AWS itself says that it took the machine: the incident is verified, and the pool's risk is everybody's (INV-60)."""
    newest = incidents.newest_of(tx, instance.id)
    if newest is None or not incidents.set_verified(tx, newest.id, proof, tx.now()):
        return False
    risk.taken(tx, instance, proof)
    audit.tell(tx, agent, "loss_verified", f"AWS confirmed that it took {instance.name}")
    return True


def _not_found(tx: Tx, agent: Agent, safe: bool, instance: Instance) -> bool:
    """EC2 hides new ids for a while; only an older one is gone (X7)."""
    born = instance.launched_at or instance.created_at
    if (tx.now() - born).total_seconds() <= YOUNG_SECONDS:
        return False
    return _gone(tx, agent, safe, instance, "EC2 no longer knows it")


def _gone(tx: Tx, agent: Agent, safe: bool, instance: Instance, reason: str | None) -> bool:
    """The machine is ending or has ended."""
    incidents.set_gone(tx, instance.id, tx.now())
    notices.settle(tx, instance.ec2_instance_id, tx.now())
    if instance.role == Role.PRIMARY:
        return lose(tx, agent, safe, instance, f"{instance.name} ended ({reason or 'no reason given'})")
    if instance.role == Role.TERMINATED:
        return False
    sentence = f"{instance.name} ended ({reason or 'no reason given'})"
    instances.mark_ended(tx, instance.id, "terminated", tx.now())
    replicas.end(tx, instance.id, "terminated", sentence, tx.now())
    instances.move(tx, instances.get(tx, instance.id), Role.TERMINATED, sentence)
    audit.tell(tx, agent, "instance_ended", sentence)
    events.emit(tx, agent.client_id, "instance", agent_id=agent.uuid)
    return True


def lose(tx: Tx, agent: Agent, safe: bool, primary: Instance, sentence: str) -> bool:
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


def _verified_alive(tx: Tx, agent: Agent, safe: bool, instance: Instance) -> bool:
    """A stale notice about a machine that is alive comes to nothing; one that is merely late is answered at once (N6)."""
    doubtful = notices.unverified_of(tx, instance.ec2_instance_id)
    for notice in doubtful:
        notices.set_handled(tx, notice["id"], tx.now())
        incident = notice["incident_id"] and incidents.get(tx, notice["incident_id"])
        if incident and incident.is_open:
            answer = _act_late if notice["reason"] == OVERDUE else _unfounded
            answer(tx, agent, safe, instance, NOTICES[notice["kind"]], incident)
    return bool(doubtful)


def _act_late(tx: Tx, agent: Agent, safe: bool, instance: Instance, kind: NoticeKind, incident: Incident) -> None:
    """What was announced is due, and the machine still runs: there is no time to prepare anything."""
    raised = raise_incident(
        tx, agent, instance, cause=kind.name, rank=kind.rank, deadline=tx.now(), aws_account=incident.aws_account,
        sentence=f"The {kind.words} for {instance.name} is overdue, and EC2 says that it still runs",
    )  # fmt: skip
    act(tx, agent, safe, instance, kind, raised)


def _unfounded(tx: Tx, agent: Agent, safe: bool, instance: Instance, kind: NoticeKind, incident: Incident) -> None:
    if incident.notice_rank == Rank.NONE and incidents.close_without_end(tx, incident.id, "stale_unfounded"):
        audit.tell(tx, agent, "close_incident", f"A stale notice about {instance.name} was unfounded: EC2 says it runs")
