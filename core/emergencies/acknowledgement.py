"""Somebody has looked at an incident: after a failover this lifts the block on further moves for mere risk (INV-62)."""

from datetime import datetime

from core import audit, errors, events
from core.database import Tx
from core.domain.lifecycle import Agent
from core.locks import lock_agent
from core.sql import agents, incidents


def acknowledge(tx: Tx, client_id: int, incident_uuid: str, *, actor: str) -> dict:
    """The first acknowledgement stands; a repeat changes nothing."""
    incident = incidents.by_uuid(tx, client_id, incident_uuid)
    if incident is None:
        raise errors.NotFound()
    agent, _ = lock_agent(tx, incident.agent_id)
    if incidents.acknowledge(tx, incident.id, tx.now()):
        lifted = "; moves for mere risk are allowed again" if incident.promoted_at else ""
        audit.tell(tx, agent, "acknowledge", f"The incident of {incident.ec2_instance_id} was acknowledged{lifted}", actor=actor)
        events.emit(tx, agent.client_id, "incident", agent_id=agent.uuid, incident_id=incident.uuid)
    return {"incident_id": incident.uuid, "repeat_block_lifted": unconfirmed_move(tx, agents.get(tx, agent.id)) is None}


def unconfirmed_move(tx: Tx, agent: Agent) -> datetime | None:
    """When the agent was last moved by a failover that nobody has acknowledged since; None lifts the block."""
    seen = incidents.last_acknowledged(tx, agent.id)
    if agent.last_failover_at is None or (seen is not None and seen >= agent.last_failover_at):
        return None
    return agent.last_failover_at
