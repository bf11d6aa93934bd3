"""Replicas by hand: launched, promoted, kept longer, ended by a person, and measured like any other handover."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core import audit, errors, events
from core.database import Tx
from core.domain.downtime import Gap, handover_gap
from core.domain.lifecycle import Agent, Instance, Replica
from core.domain.pools import Candidate
from core.domain.response import Standby
from core.domain.serialize import canonical
from core.emergencies.emergency import choose_pool, insert_replica, order_missing_replica, promote_replica, retire
from core.execution.orders import launch_params, on_paper, order
from core.locks import lock_agent
from core.sql import actions, agents, downtime, heartbeats, incidents, instances, pools, replicas

LONGEST = timedelta(hours=24)


def launch(tx: Tx, agent_id: int, mode: str, pool: str | None, *, actor: str, request_id: str) -> dict:
    """Order a replica by hand: one that stands by until somebody ends it, or the one an open emergency lacks."""
    agent, safe = lock_agent(tx, agent_id)
    if mode == "emergency":
        return _for_emergency(tx, agent, safe)
    _refuse_in_other_modes(tx, agent)
    subject = instances.get(tx, agent.primary_instance_id)
    candidate = _candidate(tx, agent, subject, pool)
    sentence = f"Ordered a replica by hand: {candidate.instance_type} in {candidate.az_id} ({candidate.lifecycle}, {candidate.why})"
    machine = None if safe else insert_replica(tx, agent, None, subject, candidate, sentence, tx.now())
    order(
        tx, "launch", f"manual:{machine.uuid if machine else request_id}",
        launch_params(candidate, subject),
        subject={"client_id": agent.client_id, "account_id": agent.account_id, "agent_id": agent.id,
                 "instance_id": machine and machine.id},
        why=sentence, safe=safe,
    )  # fmt: skip
    told = f"SAFE MODE, not done: {sentence}" if safe else sentence
    audit.tell(tx, agent, "order_replica", told, actor=actor, request_id=request_id)
    return _ordered(tx, machine, told, safe)


def _refuse_in_other_modes(tx: Tx, agent: Agent) -> None:
    if not agents.config(tx, agent.id).manual_replica_enabled or not agent.enabled:
        raise errors.ModeConflict("A replica is launched by hand only in the mode manual replica; choose it first.")
    standing = next((standby for standby in replicas.standbys(tx, agent.id) if standby.replica.mode == "manual"), None)
    if standing:
        raise errors.Conflict(f"{standing.instance.name} stands by already; end it before another is launched.")


def _candidate(tx: Tx, agent: Agent, subject: Instance, pool: str | None) -> Candidate:
    """The pool that was asked for, if it is known and calm; else the best one."""
    if pool is None:
        return choose_pool(tx, subject, bool(agents.config(tx, agent.id).on_demand_fallback))
    wanted = next((known for known in pools.in_region(tx, subject.region, agent.client_id) if known.pool_id == pool), None)
    if wanted is None:
        raise errors.Invalid("this pool is not known here", fields={"pool": [f"no such pool in {subject.region}"]})
    if wanted.danger_until > tx.now():
        raise errors.PoolFlagged()
    return Candidate(wanted.pool_id, wanted.az_id, wanted.instance_type, "spot", wanted.price, "chosen by hand")


def _for_emergency(tx: Tx, agent: Agent, safe: bool) -> dict:
    incident = incidents.newest_of_agent(tx, agent.id)
    if incident is None or not incident.is_open or incident.promoted_at:
        raise errors.Conflict("No emergency of this workload waits for a replica.")
    if any(standby.replica.incident_id == incident.id for standby in replicas.standbys(tx, agent.id)):
        raise errors.Conflict("This emergency has its replica already.")
    machine = order_missing_replica(tx, agent, safe, incident, "Ordered a replica by hand")
    return _ordered(tx, machine, "A replica was ordered for the open emergency.", safe)


def _ordered(tx: Tx, machine: Instance | None, sentence: str, safe: bool) -> dict:
    replica = machine and replicas.of_instance(tx, machine.id)
    return {
        "replica_id": replica and replica.uuid, "status": "dry_run" if safe else "launching", "sentence": sentence,
        "pool_id": machine and machine.pool_id, "expires_at": replica and replica.expires_at, **on_paper(safe, "launch"),
    }  # fmt: skip


def promote(tx: Tx, agent_id: int, replica_uuid: str, epoch: int, *, actor: str, request_id: str) -> dict:
    """Move the workload to a replica by hand, from the epoch the person looked at."""
    agent, _ = lock_agent(tx, agent_id)
    if epoch != agent.epoch:
        raise errors.StaleEpoch()
    standby = _standby(tx, agent, replica_uuid)
    _refuse_unfit(tx, standby)
    old = instances.get(tx, agent.primary_instance_id)
    sentence = f"Promoted {standby.instance.name} by hand in place of {old.name}"
    incident = incidents.open_of_instance(tx, old.id)
    promote_replica(tx, agent, standby.instance, sentence, incident=incident, epoch=epoch, actor=actor, request_id=request_id)
    replicas.set_promoted_by(tx, standby.replica.id, actor)
    return {
        "new_primary": standby.instance.ec2_instance_id, "old_primary": old.ec2_instance_id, "epoch": epoch + 1,
        "downtime_seconds": None, "sentence": sentence,
    }  # fmt: skip


def _standby(tx: Tx, agent: Agent, replica_uuid: str) -> Standby:
    replica = of_agent(tx, agent, replica_uuid)
    standby = next((one for one in replicas.standbys(tx, agent.id) if one.replica.id == replica.id), None)
    if standby is None:
        raise errors.NotPromotable(f"This replica cannot take over: it is {replica.status}.")
    return standby


def _refuse_unfit(tx: Tx, standby: Standby) -> None:
    """Not ready, noticed, doomed, silent, or in a pool with a fresh notice (INV-59)."""
    if why := standby.unfit(tx.now()):
        raise errors.NotPromotable(f"{standby.instance.name} cannot take over: {why}.")
    if standby.flagged:
        raise errors.PoolFlagged(f"{standby.instance.name} cannot take over: its pool had a notice within half an hour.")


def end(tx: Tx, agent_id: int, replica_uuid: str, *, actor: str, request_id: str) -> dict:
    """Order the end of a replica by hand. One that was promoted is the PRIMARY and is not ended."""
    agent, safe = lock_agent(tx, agent_id)
    replica = of_agent(tx, agent, replica_uuid)
    if replica.ended_at:
        raise errors.Conflict(f"This replica is {replica.status}; there is nothing to end.")
    if safe:
        raise errors.Conflict("SAFE MODE is on: nothing is ended.")
    machine = instances.get(tx, replica.instance_id)
    retire(tx, agent, safe, machine, "terminated", f"{machine.name} was ended by hand")
    audit.tell(tx, agent, "end_replica", f"Ordered the end of {machine.name}", actor=actor, request_id=request_id)
    return {"replica_id": replica.uuid, "status": "terminated", "instance_id": machine.ec2_instance_id}


def change(tx: Tx, agent_id: int, replica_uuid: str, body: Mapping[str, Any], *, actor: str, request_id: str) -> Replica:
    """Let a replica stand by longer or shorter, within a day; or send it to another pool before its launch begins."""
    agent, _ = lock_agent(tx, agent_id)
    replica = of_agent(tx, agent, replica_uuid)
    if replica.ended_at:
        raise errors.Conflict(f"This replica is {replica.status}; nothing about it changes.")
    if body.get("expires_at"):
        _set_expiry(tx, agent, replica, body["expires_at"], actor, request_id)
    if body.get("pool"):
        _send_elsewhere(tx, agent, replica, body["pool"], actor, request_id)
    return replicas.by_uuid(tx, agent.id, replica_uuid)


def _set_expiry(tx: Tx, agent: Agent, replica: Replica, at: datetime, actor: str, request_id: str) -> None:
    if not tx.now() < at <= tx.now() + LONGEST:
        raise errors.Invalid(fields={"expires_at": ["must lie within the next 24 hours"]})
    replicas.set_expiry(tx, replica, at)
    name = instances.get(tx, replica.instance_id).name
    audit.tell(tx, agent, "keep_replica", f"{name} stands by until {at:%Y-%m-%d %H:%M} UTC", actor=actor, request_id=request_id)


def _send_elsewhere(tx: Tx, agent: Agent, replica: Replica, pool: str, actor: str, request_id: str) -> None:
    subject, machine = instances.get(tx, agent.primary_instance_id), instances.get(tx, replica.instance_id)
    candidate = _candidate(tx, agent, subject, pool)
    params = launch_params(candidate, machine)
    if not actions.retarget_unbegun(tx, machine.id, canonical(params)):
        raise errors.Conflict("Its launch has begun; end this replica and launch another.")
    where = {"pool_id": candidate.pool_id, "az_id": candidate.az_id, "instance_type": candidate.instance_type}
    instances.retarget(tx, machine.id, **where, lifecycle=candidate.lifecycle)
    replicas.retarget(tx, machine.id, candidate.pool_id)
    audit.tell(tx, agent, "next_pool", f"The replica goes to {candidate.instance_type} in {candidate.az_id}", actor=actor, request_id=request_id)


def report_sync(tx: Tx, agent_id: int, replica_uuid: str, instance_id: int | None, body: Mapping[str, Any]) -> None:
    """How far a replica has caught up with its PRIMARY, as its host says."""
    agent, _ = lock_agent(tx, agent_id)
    replica = of_agent(tx, agent, replica_uuid)
    if instance_id and replica.instance_id != instance_id:
        raise errors.NotFound()
    replicas.set_sync(tx, replica.id, body["progress_pct"], body["lag_seconds"])
    events.emit(tx, agent.client_id, "replica", agent_id=agent.uuid, progress_pct=body["progress_pct"])


def of_agent(tx: Tx, agent: Agent, replica_uuid: str) -> Replica:
    replica = replicas.by_uuid(tx, agent.id, replica_uuid)
    if replica is None:
        raise errors.NotFound()
    return replica


def finish_by_hand(tx: Tx, agent: Agent, successor: Instance, since: datetime) -> None:
    """The successor of a promotion by hand answers: measure the gap, and let the old one go after its wait."""
    for old in instances.replaced_by_hand(tx, successor.id):
        promoted_at = replicas.of_instance(tx, successor.id).ended_at
        gap = _gap(tx, old, successor, promoted_at)
        wait = timedelta(seconds=agents.config(tx, agent.id).terminate_wait_seconds)
        instances.set_terminate_after(tx, old.id, tx.now() + wait)
        measured = f"{gap.seconds:.1f} s without service" if gap else "downtime not measured"
        sentence = f"{successor.name} serves in place of {old.name}; {measured}"
        if gap and gap.seconds > 0:
            _book(tx, agent, old, gap, sentence)
        audit.tell(tx, agent, "handed_over", sentence)


def _gap(tx: Tx, old: Instance, successor: Instance, promoted_at: datetime) -> Gap | None:
    return handover_gap(
        heartbeats.serving_reports(tx, old.id, promoted_at), heartbeats.serving_reports(tx, successor.id, promoted_at),
        promoted_at, heartbeats.last_contact(tx, old.id),
    )  # fmt: skip


def _book(tx: Tx, agent: Agent, old: Instance, gap: Gap, sentence: str) -> None:
    downtime.insert(
        tx, client_id=agent.client_id, agent_id=agent.id, incident_id=None, instance_id=old.id, start=gap.start, end=gap.end,
        seconds=gap.seconds, cause="planned", details=sentence, method=gap.method, metadata=canonical({"by": "hand"}),
    )  # fmt: skip
