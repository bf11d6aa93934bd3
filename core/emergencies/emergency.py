"""The main job: a notice arrives for a PRIMARY, and its workload is carried over before the deadline.

Nothing here calls AWS. Every step is rows in the caller's transaction; the executor acts on the intents, and
the reconciler (core/emergencies/reconciler.py) goes on from the rows wherever a process was cut.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from core import audit, doorbell, errors, events
from core.database import Tx
from core.domain.incident import Incident, is_late_copy
from core.domain.intent import EMERGENCY
from core.domain.lifecycle import Agent, Instance, Role
from core.domain.notice import NOTICES, Notice, NoticeKind, Rank, read_notice
from core.domain.pools import Candidate, Need, emergency_candidates
from core.domain.response import Action, Decision, Situation, decide, successor
from core.domain.serialize import canonical
from core.emergencies import by_hand, last_resort
from core.emergencies.acknowledgement import unconfirmed_move
from core.emergencies.receipts import MIRROR, Taken, again, receipt
from core.execution import exchanges
from core.execution.orders import launch_params, order, order_end
from core.forecast.risk import RiskManager
from core.locks import lock_agent
from core.people import notifications
from core.presets import waits
from core.sql import accounts, actions, agents, incidents, instances, notices, pools, replicas, switches

RISKS = ("rebalance", "termination")  # what says something of the pool, and not of the machine alone
OVER = {"own_action": "We ordered its end ourselves", "ignored_gone": "That machine has ended already",
        "switched_away": "It was switched away from; nothing runs on it"}  # fmt: skip


def handle_rebalance_notice(
    tx: Tx, agent_id: int, instance_id: int | None, body: Mapping[str, Any], *, flooding: errors.RateLimited | None = None
) -> dict:
    """AWS sees an elevated risk for an instance; it promises no lead time."""
    return _handle(tx, NOTICES["rebalance"], agent_id, instance_id, body, flooding)


def handle_termination_notice(
    tx: Tx, agent_id: int, instance_id: int | None, body: Mapping[str, Any], *, flooding: errors.RateLimited | None = None
) -> dict:
    """AWS will reclaim an instance at the time the notice names."""
    return _handle(tx, NOTICES["termination"], agent_id, instance_id, body, flooding)


def process_aws_event(event: str | bytes | Mapping[str, Any]) -> dict:
    """One event of AWS's own, in whatever envelope; what it came to (core/intake/aws_events.py)."""
    from core.intake.aws_events import process

    return process(event)


def _handle(
    tx: Tx, kind: NoticeKind, agent_id: int, instance_id: int | None, body: Mapping[str, Any], flooding: errors.RateLimited | None
) -> dict:
    """1 lock the agent  2 find the instance  3 take the notice.

    Whoever is ``flooding`` us is refused, but never the first notice of an instance (FAIL-45).
    """
    agent, safe = lock_agent(tx, agent_id)
    subject = _subject(tx, agent, instance_id, body.get("instance_id"))
    notice = read_notice(kind, body, tx.now())
    if flooding and _is_known(tx, subject, notice):
        raise flooding
    key = natural_key(subject, notice, "agent", accounts.get(tx, subject.account_id).aws_account_id)
    copy = notices.by_key(tx, key)
    if copy:
        notices.seen_again(tx, copy["id"])
    return receipt(tx, again(tx, copy) if copy else take_notice(tx, agent, safe, subject, notice, key))


def take_notice(tx: Tx, agent: Agent, safe: bool, subject: Instance, notice: Notice, key: dict) -> Taken:
    """A notice that nobody has seen yet, under the agent's lock: 1 remember it  2 raise the incident  3 answer it."""
    over = _why_over(tx, subject)
    former = _newest(tx, key) if over else _closed_incident(tx, key, notice, subject)
    disposition = "record" if over or former else notice.disposition
    incident = former if disposition == "record" else _raise(tx, agent, subject, notice, key)
    reason = over or notice.reason
    uuid = remember(tx, agent, notice, key, disposition, reason, incident)
    if over == "switched_away":
        _teach(tx, agent, subject, notice.kind)
    decision = act(tx, agent, safe, subject, notice.kind, incident) if disposition == "act" else None
    return Taken(uuid, incident, disposition, reason, decision, OVER.get(over))


def remember(
    tx: Tx, agent: Agent, notice: Notice, key: dict, disposition: str, reason: str | None, incident: Incident | None
) -> str:
    """Store a sighting nobody has seen yet; what is to be verified is asked of EC2 at once."""
    uuid = str(uuid4())
    notices.insert(
        tx, key, uuid=uuid, client_id=agent.client_id, agent_id=agent.id, incident_id=incident and incident.id,
        action_time=notice.action_time, disposition=disposition, reason=reason,
        handled_at=None if disposition == "verify" else tx.now(), payload=canonical(notice.payload), now=tx.now(),
    )  # fmt: skip
    if disposition == "verify":
        tx.on_commit(lambda: doorbell.ring("heartbeat_watch"))
    events.emit(
        tx, agent.client_id, "notice", agent_id=agent.uuid, incident_id=incident and incident.uuid, kind=notice.kind.name
    )
    return uuid


def act(tx: Tx, agent: Agent, safe: bool, subject: Instance, kind: NoticeKind, incident: Incident) -> Decision:
    """Tell whom it concerns, give up a replica that is noticed itself, and answer the incident."""
    _spread_the_word(tx, agent, subject, kind, incident)
    if subject.role == Role.REPLICA:
        retire(tx, agent, safe, subject, "failed", f"{subject.name} stood by and got a {kind.words} itself")
    return respond(tx, agent, safe, incident)


def respond(tx: Tx, agent: Agent, safe: bool, incident: Incident) -> Decision:
    """Decide what the incident asks for now, and do it. Harmless however often it is repeated."""
    situation = _situation(tx, agent, incident)
    decision = decide(situation, tx.now())
    if decision.action is Action.PROMOTE:
        standby = successor(situation, tx.now())
        promote_replica(tx, agent, standby.instance, decision.reason, incident=incident)
    elif decision.action in (Action.PREPARE_REPLICA, Action.LAUNCH):
        create_emergency_replica(tx, agent, safe, incident, situation, decision.reason)
    if safe:
        by_hand.ask_for_help(tx, agent, incident, decision, situation)
    if incidents.set_sentence(tx, incident.id, decision.reason):
        events.emit(tx, agent.client_id, "incident", agent_id=agent.uuid, incident_id=incident.uuid)
    return decision


def create_emergency_replica(
    tx: Tx, agent: Agent, safe: bool, incident: Incident, situation: Situation, why: str
) -> Instance | None:
    """Order a replica in the best pool: its row and its launch intent, in one transaction.

    In SAFE_MODE the plan alone is recorded, once per incident, as a dry run.
    """
    subject, now = situation.subject, tx.now()
    if safe and actions.has_dry_run(tx, incident.id, "launch"):
        return None
    candidate = choose_pool(tx, subject, bool(situation.config.on_demand_fallback))
    sentence = f"{why}: {candidate.instance_type} in {candidate.az_id} ({candidate.lifecycle}, {candidate.why})"
    replica = None if safe else insert_replica(tx, agent, incident, subject, candidate, sentence, now)
    order(
        tx, "launch", f"replica:{incident.id}:{actions.next_ordinal(tx, incident.id)}",
        launch_params(candidate, subject),
        subject={
            "client_id": agent.client_id, "account_id": agent.account_id, "agent_id": agent.id,
            "instance_id": replica and replica.id, "incident_id": incident.id,
        },
        why=sentence, safe=safe, priority=EMERGENCY, deadline=incident.deadline_at,
    )  # fmt: skip
    audit.tell(tx, agent, "order_replica", f"SAFE MODE, not done: {sentence}" if safe else sentence)
    last_resort.warn(tx, agent, incident, candidate)
    return replica


def order_missing_replica(tx: Tx, agent: Agent, safe: bool, incident: Incident, why: str) -> Instance | None:
    """The replica that an open incident lacks, asked for by hand."""
    return create_emergency_replica(tx, agent, safe, incident, _situation(tx, agent, incident), why)


def choose_pool(tx: Tx, subject: Instance, fallback: bool) -> Candidate:
    """The best place for a replacement of ``subject`` right now; there always is one (INV-12)."""
    return places(tx, subject, fallback)[0]


def places(tx: Tx, subject: Instance, fallback: bool) -> list[Candidate]:
    """Every place for a replacement of ``subject``, best first, as its client sees the pools; never empty."""
    need = Need(
        subject.pool_id, subject.az_id, subject.instance_type,
        pools.on_demand_price(tx, subject.region, subject.instance_type), fallback, exchanges.zones_of(tx, subject),
    )  # fmt: skip
    known = pools.in_region(tx, subject.region, subject.client_id)
    fastest = replicas.fastest_boot_pool(tx, subject.region)
    return emergency_candidates(need, known, pools.without_capacity(tx), tx.now(), fastest)


def promote_replica(
    tx: Tx, agent: Agent, replica: Instance, why: str, *, incident: Incident | None = None, epoch: int | None = None,
    actor: str = audit.SYSTEM, request_id: str | None = None,
) -> None:  # fmt: skip
    """Make ``replica`` the PRIMARY; the old one becomes a ZOMBIE in the same transaction."""
    old = instances.get(tx, agent.primary_instance_id)
    instances.promote(
        tx, agent_id=agent.id, instance_id=replica.id, epoch=agent.epoch if epoch is None else epoch, actor=actor,
        behalf=None, request_id=request_id, why=why,
    )  # fmt: skip
    now = tx.now()
    instances.set_status(tx, replica.id, "running_primary")
    if old.status != "lost":
        instances.set_status(tx, old.id, "zombie")
    replicas.end(tx, replica.id, "promoted", why, now)
    if incident and actor == audit.SYSTEM:
        agents.remember_failover(tx, agent.id, now)
    agents.mirror_notice(tx, agent.id, "none", None)
    if incident:
        incidents.set_promoted(tx, incident.id, replica.id, now)
    exchanges.begin(tx, agent, old, replica, incident)
    events.emit(tx, agent.client_id, "promotion", agent_id=agent.uuid, incident_id=incident and incident.uuid)


def retire(tx: Tx, agent: Agent, safe: bool, replica: Instance, status: str, why: str, *, act: str = "retire_replica") -> None:
    """End a replica's life as one, and order the end of its machine if it has one; ``act`` is its name on the timeline."""
    replicas.end(tx, replica.id, status, why, tx.now())
    if replica.ec2_instance_id is None and actions.supersede_launch(tx, replica.id):
        give_up(tx, replica, status, why)
    order_end(tx, replica, why, safe=safe)
    audit.tell(tx, agent, act, why)
    events.emit(tx, agent.client_id, "replica", agent_id=agent.uuid)


def give_up(tx: Tx, replica: Instance, status: str, why: str) -> None:
    """A replica that will have no machine: its life and its row end."""
    now = tx.now()
    replicas.end(tx, replica.id, status, why, now)
    if replica.role == Role.REPLICA:
        instances.mark_ended(tx, replica.id, "terminated", now)
        instances.move(tx, instances.get(tx, replica.id), Role.TERMINATED, why)


def _subject(tx: Tx, agent: Agent, bound_instance_id: int | None, named: str | None) -> Instance:
    """The instance a notice is about: the one it names, else the token's, else the agent's only live one (R7)."""
    if named:
        subject = instances.by_ec2_id(tx, named)
        if subject is None or subject.agent_id != agent.id:
            raise errors.NotFound("this agent has no such instance")
        return subject
    if bound_instance_id:
        return instances.get(tx, bound_instance_id)
    live = instances.live_of_agent(tx, agent.id)
    if len(live) != 1:
        raise errors.Invalid("a notice names its instance", fields={"instance_id": ["required here"]})
    return live[0]


def _is_known(tx: Tx, subject: Instance, notice: Notice) -> bool:
    """Whether this notice could tell us nothing that raises an alarm."""
    known = incidents.open_of_instance(tx, subject.id)
    return subject.role == Role.TERMINATED or (
        known is not None and (notice.disposition != "act" or known.notice_rank >= notice.rank)
    )


def natural_key(subject: Instance, notice: Notice, channel: str, aws_account: str) -> dict:
    """What makes two sightings copies of each other (DK1, DK2)."""
    return {
        "aws_account": aws_account,
        "region": subject.region,
        "ec2_instance_id": subject.ec2_instance_id,
        "kind": notice.kind.name,
        "channel": channel,
        "source_key": notice.source_key,
    }


def _why_over(tx: Tx, subject: Instance) -> str | None:
    """Why a notice about this machine can only be recorded, or None (INV-58: our own switch let it go)."""
    if subject.role == Role.TERMINATED:
        return "ignored_gone"
    if subject.role == Role.ZOMBIE and switches.of_old_instance(tx, subject.id):
        return "switched_away"
    return "own_action" if subject.terminate_requested_at else None


def _newest(tx: Tx, key: dict) -> Incident | None:
    return incidents.newest_of_instance(tx, key["aws_account"], key["region"], key["ec2_instance_id"])


def _closed_incident(tx: Tx, key: dict, notice: Notice, subject: Instance) -> Incident | None:
    """The closed incident that a late notice belongs to (NT9), if any."""
    newest = _newest(tx, key)
    if newest is None or newest.is_open:
        return None
    return newest if is_late_copy(newest, notice.deadline, subject.role == Role.TERMINATED) else None


def _raise(tx: Tx, agent: Agent, subject: Instance, notice: Notice, key: dict) -> Incident:
    unsure = notice.disposition == "verify"
    return raise_incident(
        tx, agent, subject, cause=notice.kind.name, rank=Rank.NONE if unsure else notice.rank,
        deadline=None if unsure else notice.deadline, aws_account=key["aws_account"],
        sentence=f"{notice.kind.words.capitalize()} received for {subject.name}",
    )  # fmt: skip


def raise_incident(
    tx: Tx, agent: Agent, subject: Instance, *, cause: str, rank: int, deadline: datetime | None, aws_account: str, sentence: str
) -> Incident:
    """Open the instance's incident, or raise the open one; only news is told."""
    before = incidents.open_of_instance(tx, subject.id)
    incident_id = incidents.raise_incident(
        tx, uuid=str(uuid4()), client_id=agent.client_id, agent_id=agent.id, instance_id=subject.id, aws_account=aws_account,
        region=subject.region, ec2_id=subject.ec2_instance_id, cause=cause, rank=rank, deadline=deadline, sentence=sentence,
        now=tx.now(),
    )  # fmt: skip
    if before is None or before.notice_rank < rank:
        audit.tell(tx, agent, f"{cause}_noticed", sentence)
    return incidents.get(tx, incident_id)


def _teach(tx: Tx, agent: Agent, subject: Instance, kind: NoticeKind) -> None:
    """The pool is remembered for what was announced there."""
    if kind.name in RISKS and subject.pool_id and subject.lifecycle == "spot":
        RiskManager(tx, agent.client_id).register_risk_event(subject.pool_id, f"{kind.name}_notice")


def _spread_the_word(tx: Tx, agent: Agent, subject: Instance, kind: NoticeKind, incident: Incident) -> None:
    """The rank on the instance and its mirror on the agent, the pool's memory, and people. A copy adds nothing."""
    news = subject.notice_rank < kind.rank
    instances.raise_rank(tx, subject.id, kind.rank)
    if subject.role == Role.PRIMARY:
        agents.mirror_notice(tx, agent.id, MIRROR[Rank(incident.notice_rank)], incident.deadline_at)
    if news:
        _teach(tx, agent, subject, kind)
    if subject.role == Role.PRIMARY:
        severity = "critical" if kind.rank == Rank.TERMINATION else "warning"
        notifications.tell(
            tx, incident, f"received:{kind.name}", severity, f"{agent.logical_name}: {kind.words}",
            f"{kind.words.capitalize()} for {subject.name} ({subject.place}).",
        )  # fmt: skip


def _situation(tx: Tx, agent: Agent, incident: Incident) -> Situation:
    subject = instances.get(tx, incident.instance_id)
    return Situation(
        incident=incident,
        subject=subject,
        config=agents.config(tx, agent.id),
        standbys=replicas.standbys(tx, agent.id),
        last_failover_at=unconfirmed_move(tx, agent),
        recent_orders=replicas.ordered_since(tx, agent.id, subject.id, tx.now() - waits().window),
        enabled=bool(agent.enabled),
        waits=waits(),
    )


def insert_replica(
    tx: Tx, agent: Agent, incident: Incident | None, subject: Instance, candidate: Candidate, why: str, now: datetime
) -> Instance:
    """The row of a machine that does not exist yet, and its life as a replica; by hand, and without expiry, where no incident asks."""
    expiry = now + waits().replica_life if incident else None
    replica_id = instances.insert(
        tx, uuid=str(uuid4()), client_id=agent.client_id, account_id=agent.account_id, agent_id=agent.id, ec2_id=None,
        instance_type=candidate.instance_type, region=subject.region, az=None, az_id=candidate.az_id,
        pool_id=candidate.pool_id, lifecycle=candidate.lifecycle, role=Role.REPLICA, reason=why, status="launching",
        launch_spec=subject.launch_spec, replica_of_id=subject.id, replica_expiry=expiry, now=now,
    )  # fmt: skip
    replicas.insert(
        tx, uuid=str(uuid4()), client_id=agent.client_id, agent_id=agent.id, instance_id=replica_id,
        incident_id=incident and incident.id, mode="emergency" if incident else "manual", pool_id=candidate.pool_id,
        expires_at=expiry, now=now,
    )  # fmt: skip
    events.emit(tx, agent.client_id, "replica", agent_id=agent.uuid, incident_id=incident and incident.uuid)
    return instances.get(tx, replica_id)
