"""Level 3: plans that hosts may carry out alone, and the return to order once a server answers again.

The outage itself launches nothing; a host acts only on its own interruption or on a PRIMARY that EC2 calls dead. What
a host launched is adopted as a replica before anything judges or replaces it, and ended only once a PRIMARY lives.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from config.settings import Settings, current
from core import audit, database, doorbell, errors, events
from core.agents.enrolment import Registered, let_in
from core.cloud.machine import Machine
from core.database import Tx
from core.domain import failover
from core.domain.account import Account
from core.domain.lifecycle import GONE_STATES, Agent, Instance, Role
from core.domain.pools import pool_id
from core.domain.serialize import canonical
from core.emergencies.emergency import retire
from core.execution.actions import install_name
from core.locks import lock_agent
from core.operations import safe_mode
from core.sql import agents, heartbeats, instances, level3, replicas

log = logging.getLogger("core.emergencies.level3")

JUDGED_WITHIN = timedelta(seconds=30)


def signed_plan(tx: Tx, agent: Agent, token_id: int | None) -> dict | None:
    """The plan and its signature for the host of this token; None forbids to act alone."""
    text = plan_text(tx, agent, current())
    if text is None or token_id is None:
        return None
    return {"text": text, "signature": failover.signature(level3.secret_hash(tx, token_id), text)}


def plan_text(tx: Tx, agent: Agent, settings: Settings) -> str | None:
    """What may be launched for the agent's present epoch; None in SAFE MODE, when switched off, or before EC2 was asked."""
    primary = instances.get(tx, agent.primary_instance_id) if agent.primary_instance_id else None
    spec = json.loads((primary and primary.launch_spec) or "{}")
    if not spec.get("image_id") or not agent.enabled or safe_mode.state(tx)["on"]:
        return None
    around = failover.Surroundings(
        install=install_name(settings), server_url=settings.public_url,
        ec2_url=settings.simulator_url if settings.simulated else None,
        join_token=failover.join_token(settings.install_key, agent.uuid, agent.epoch),
    )  # fmt: skip
    places = failover.places(primary, level3.zones_of_type(tx, primary.region, primary.instance_type))
    return failover.plan(agent, primary, spec, places, around, tx.now())


def plan_for_people(tx: Tx, agent: Agent) -> dict:
    """What an agent would launch alone, without the token that lets the machine join."""
    text = plan_text(tx, agent, current())
    if text is None:
        return {"plan": None}
    plan = json.loads(text)
    del plan["request"]["user_data"]
    return {"plan": plan}


def report(tx: Tx, agent_id: int, reporter_id: int, body: Mapping[str, Any]) -> dict:
    """A host says what it did alone; the machine it got becomes a replica at once, before any notice is answered."""
    agent, _ = lock_agent(tx, agent_id)
    if body["client_token"] != failover.client_token(agent.uuid, body["epoch"], body["primary"]):
        raise errors.Invalid("this token does not follow from agent, epoch and primary", fields={"client_token": ["not ours"]})
    reporter = instances.get(tx, reporter_id)
    launched = body.get("launched_instance_id")
    if not launched:
        why = body.get("error") or "no answer from EC2"
        audit.tell(tx, agent, "level3_failed", f"{reporter.name} acted alone because {_because(body)}, and got no machine: {why}")
        return {"adopted": False, "replica_id": None, "epoch": agent.epoch}
    replica_id = _adopt_reported(tx, agent, reporter, launched, body)
    return {"adopted": True, "replica_id": replica_id, "epoch": agent.epoch}


def adopt(account: Account, region: str, machines: Iterable[Machine]) -> int:
    """Record what hosts launched alone, before anything is judged or replaced (JOB-25); how many were news."""
    lonely = [m for m in machines if "spotopt:level3" in m.tags and m.state not in GONE_STATES]
    return sum(database.run(lambda tx, m=machine: _adopt_seen(tx, account, region, m)) for machine in lonely)


def verify(tx: Tx, token: str, settings: Settings) -> tuple[Agent, int]:
    """The agent and the epoch that a Level 3 join token speaks for."""
    named = failover.read_join_token(settings.install_key, token)
    agent = named and agents.by_uuid(tx, named[0])
    if agent is None:
        raise errors.Unauthenticated()
    return agent, named[1]


def join(tx: Tx, token: str, body: Mapping[str, Any], settings: Settings) -> Registered:
    """The host that was launched alone joins its agent; BUSY until it is adopted, CONFLICT once the agent has moved on."""
    agent, epoch = verify(tx, token, settings)
    agent, _ = lock_agent(tx, agent.id)
    instance = instances.by_ec2_id(tx, body["instance_id"])
    if instance is None:
        doorbell.ring("orphan_sweep")
        if agent.epoch > epoch:
            raise errors.Conflict("another machine has become PRIMARY of this agent meanwhile; do not serve")
        raise errors.Busy("this machine is not adopted yet; come back in a second")
    replica = replicas.of_instance(tx, instance.id)
    if instance.agent_id != agent.id or replica is None or replica.mode != failover.MODE:
        raise errors.Forbidden("this token belongs to another instance")
    if instance.role == Role.REPLICA and not _primary_is_judged(tx, agent, replica.requested_at):
        raise errors.Busy("EC2 is being asked how the PRIMARY is; come back in a second")
    return let_in(tx, agent, instance, body)


def retire_surplus(tx: Tx, agent: Agent, safe: bool, instance_id: int) -> bool:
    """The PRIMARY lives: the machine that a host launched alone is not needed."""
    machine = instances.get(tx, instance_id)
    if safe or machine.role != Role.REPLICA or machine.terminate_requested_at:
        return False
    retire(tx, agent, safe, machine, "terminated", f"{machine.name} was launched while no server answered, and the PRIMARY lives")
    return True


def _primary_is_judged(tx: Tx, agent: Agent, since: datetime) -> bool:
    """Whether the PRIMARY has spoken since the adoption, or the watch has had time to see that it ended.

    Before that nobody knows whether this machine, which may serve already, is the one to go on.
    """
    contact = heartbeats.last_contact(tx, agent.primary_instance_id)
    return bool(contact and contact > since) or tx.now() - since > JUDGED_WITHIN


def _because(body: Mapping[str, Any]) -> str:
    return failover.CAUSES[body["cause"]]


def _adopt_reported(tx: Tx, agent: Agent, reporter: Instance, ec2_id: str, body: Mapping[str, Any]) -> str | None:
    """By the word of one of the agent's own hosts. EC2 is asked about it next: without a launch spec it is watched."""
    known = instances.by_ec2_id(tx, ec2_id)
    if known:
        if known.agent_id != agent.id:
            raise errors.Forbidden("this instance belongs to another agent")
        replica = replicas.of_instance(tx, known.id)
        return replica and replica.uuid
    primary = instances.get(tx, agent.primary_instance_id)
    launched_at = tx.now() - timedelta(milliseconds=body["decided_age_ms"])
    why = f"{reporter.name} launched {ec2_id} alone because {_because(body)} and no server answered"
    machine = {"instance_type": primary.instance_type, "az": None, "az_id": body["az_id"], "launch_spec": None, "state": None}
    return _insert(tx, agent, primary, ec2_id, machine, why, launched_at)


def _adopt_seen(tx: Tx, account: Account, region: str, machine: Machine) -> int:
    """By the tags that EC2 shows. 0 when it is recorded, or its agent is none of ours."""
    agent = agents.by_uuid(tx, machine.tags.get("spotopt:agent", ""))
    if agent is None or agent.account_id != account.id:
        return 0
    agent, _ = lock_agent(tx, agent.id)
    if instances.by_ec2_id(tx, machine.ec2_id):
        return 0
    primary = instances.get(tx, agent.primary_instance_id)
    why = f"{machine.ec2_id} was launched by a host of epoch {machine.tags.get('spotopt:epoch')} while no server answered"
    found = {
        "instance_type": machine.instance_type, "az": machine.az, "az_id": machine.az_id, "state": machine.state,
        "launch_spec": canonical(machine.launch_spec),
    }  # fmt: skip
    _insert(tx, agent, primary, machine.ec2_id, found, why, machine.launched_at)
    return 1


def _insert(tx: Tx, agent: Agent, primary: Instance, ec2_id: str, machine: Mapping[str, Any], why: str, launched_at: datetime) -> str:
    """The row of the machine and its life as a replica; its uuid. It has no expiry: only a living PRIMARY makes it surplus."""
    now, uuid = tx.now(), str(uuid4())
    place = machine["az_id"] or primary.az_id
    instance_id = instances.insert(
        tx, uuid=str(uuid4()), client_id=agent.client_id, account_id=agent.account_id, agent_id=agent.id, ec2_id=ec2_id,
        instance_type=machine["instance_type"], region=primary.region, az=machine["az"], az_id=place,
        pool_id=pool_id(place, machine["instance_type"]), lifecycle="on-demand", role=Role.REPLICA, reason=why,
        status="syncing", launch_spec=machine["launch_spec"], replica_of_id=primary.id, replica_expiry=None, now=now,
    )  # fmt: skip
    level3.set_seen(tx, instance_id, launched_at, machine["state"])
    replicas.insert(
        tx, uuid=uuid, client_id=agent.client_id, agent_id=agent.id, instance_id=instance_id, incident_id=None,
        mode=failover.MODE, pool_id=pool_id(place, machine["instance_type"]), expires_at=None, now=now,
    )  # fmt: skip
    replicas.set_launched(tx, instance_id, now)
    audit.tell(tx, agent, "level3_adopted", f"Adopted as replica: {why}")
    events.emit(tx, agent.client_id, "replica", agent_id=agent.uuid)
    for job in ("heartbeat_watch", "emergency_watch"):
        tx.on_commit(partial(doorbell.ring, job))
    return uuid
