"""Taking leave: a workload that is taken out of care, and hosts that say they go down or have cleaned up.

A deleted agent is out of sight at once; its host hears of it and may clean up; a minute later at the latest its
instance is let go and runs on as plain inventory.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from core import audit, doorbell, events
from core.agents import commands
from core.database import Tx
from core.domain.lifecycle import Agent, Instance, Role
from core.emergencies.emergency import retire
from core.execution.orders import order_end
from core.locks import lock_agent
from core.sql import agents, incidents, instances

HOST_SECONDS = 60


def delete(tx: Tx, agent: Agent, *, actor: str, request_id: str) -> dict:
    """1 out of sight and out of care  2 close what is open  3 tell the host."""
    agent, _ = lock_agent(tx, agent.id)
    agents.mark_deleted(tx, agent.id, tx.now())
    incidents.close_of_agent(tx, agent.id, "released")
    agents.mirror_notice(tx, agent.id, "none", None)
    command = commands.give(tx, agent.id, "cleanup", {}, actor=actor, request_id=request_id)
    primary = instances.get(tx, agent.primary_instance_id)
    sentence = f"Taken out of care by hand; {primary.name} runs on as plain inventory"
    audit.tell(tx, agent, "delete_agent", sentence, actor=actor, request_id=request_id)
    events.emit(tx, agent.client_id, "agent", agent_id=agent.uuid)
    return {"agent_id": agent.uuid, "deleted_at": tx.now(), "command_id": command, "sentence": sentence}


def leave(tx: Tx, agent: Agent, safe: bool, agent_id: int) -> bool:
    """The host had its time: end what only stood by, let the PRIMARY go, and strike the agent off."""
    if safe or agent.status != "active":
        return False
    primary = instances.get(tx, agent.primary_instance_id)
    for machine in instances.live_of_agent(tx, agent.id):
        if machine.role == Role.REPLICA:
            retire(tx, agent, safe, machine, "terminated", f"{machine.name} ended: its workload is no longer cared for")
        elif machine.role == Role.ZOMBIE:
            order_end(tx, machine, f"{machine.name} was replaced, and its workload is no longer cared for", safe=safe)
    incidents.close_of_agent(tx, agent.id, "released")
    agents.deregister(tx, agent.id)
    instances.release(tx, primary, "taken out of care")
    audit.tell(tx, agent, "deregister", f"{primary.name} was let go; nothing is done about it any more")
    return True


def going_down(tx: Tx, agent_id: int, instance: Instance, body: Mapping[str, Any]) -> dict:
    """A host says that it goes down: EC2 is asked about it at once."""
    agent, _ = lock_agent(tx, agent_id)
    instances.set_farewell(tx, instance.id, tx.now())
    audit.tell(tx, agent, "going_down", f"{instance.name} says that it goes down: {body['cause']}")
    tx.on_commit(partial(doorbell.ring, "heartbeat_watch"))
    return {"instance_id": instance.ec2_instance_id, "recorded_at": tx.now()}


def cleaned_up(tx: Tx, agent_id: int, body: Mapping[str, Any]) -> dict:
    """What a host removed of ours, and what it could not."""
    agent, _ = lock_agent(tx, agent_id)
    removed, failed = len(body["removed"]), len(body["errors"])
    first = f", first: {body['errors'][0]}" if failed else ""
    audit.tell(tx, agent, "cleaned_up", f"The host removed {removed} of our things; {failed} could not be removed{first}")
    return {"removed": removed, "errors": failed}
