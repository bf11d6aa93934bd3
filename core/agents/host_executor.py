"""What a host needs to act on AWS itself, in an account that leaves this to its hosts."""

import json
from collections.abc import Mapping
from typing import Any

from config.settings import current
from core import audit, errors
from core.database import Tx
from core.domain.intent import client_token
from core.domain.lifecycle import Agent, Instance
from core.domain.pools import Candidate
from core.emergencies.emergency import places
from core.locks import lock_agent
from core.sql import actions, agents, incidents, instances, pools

CANDIDATES = 10


def to_terminate(tx: Tx, agent: Agent) -> list[dict]:
    """Former PRIMARYs past their wait; empty where the server's own executor ends them."""
    return [{**row, "epoch": agent.epoch} for row in actions.terminations_for_host(tx, agent.id)]


def terminated(tx: Tx, agent_id: int, body: Mapping[str, Any]) -> dict:
    """A host says what its call came to. The row becomes TERMINATED only when AWS confirms it."""
    agent, _ = lock_agent(tx, agent_id)
    action = actions.by_uuid(tx, agent.id, str(body["action_id"]))
    if action is None or json.loads(action.params).get("ec2_instance_id") != body["instance_id"]:
        raise errors.NotFound()
    state = "done" if body["success"] else "failed"
    if actions.finish_by_host(tx, agent.id, action.uuid, state, body["error"]):
        audit.tell(tx, agent, "termination_reported", f"A host reports the end of {body['instance_id']}: {body['error'] or 'ordered'}")
    return {"action_id": action.uuid, "state": actions.get(tx, action.id).state}


def replica_config(tx: Tx, agent: Agent) -> dict:
    """Everything a launch of the agent's next replica is made of, best place first."""
    subject = instances.get(tx, agent.primary_instance_id)
    incident = incidents.newest_of_agent(tx, agent.id)
    live = incident if incident and incident.is_open else None
    spec = json.loads(subject.launch_spec or "{}")
    key = f"replica:{live.id}:{actions.next_ordinal(tx, live.id)}" if live else None
    return {
        "candidates": _candidates(tx, agent, subject),
        "launch_template": {name: spec.get(name) for name in ("image_id", "iam_instance_profile", "key_name")},
        "subnet_ids": spec.get("subnet_ids", []),
        "security_group_ids": spec.get("security_group_ids", []),
        "tags": {"ManagedBy": "SpotOptimizer", "spotopt:agent": agent.uuid},
        "deadline": live and live.deadline_at,
        "client_token": key and client_token(current().install_key, agent.client_id, key, 1),
    }


def _candidates(tx: Tx, agent: Agent, subject: Instance) -> list[dict]:
    on_demand = pools.on_demand_price(tx, subject.region, subject.instance_type)
    fallback = bool(agents.config(tx, agent.id).on_demand_fallback)
    return [_shown(candidate, on_demand) for candidate in places(tx, subject, fallback)[:CANDIDATES]]


def _shown(candidate: Candidate, on_demand: float | None) -> dict:
    """``score`` is the share saved against on-demand, or None where a price is unknown; the order is what counts."""
    saved = None if candidate.price is None or not on_demand else round(1 - candidate.price / on_demand, 4)
    return {
        "pool": candidate.pool_id, "az_id": candidate.az_id, "instance_type": candidate.instance_type,
        "lifecycle": candidate.lifecycle, "price_usd_per_hour": candidate.price, "score": saved, "why": candidate.why,
    }  # fmt: skip
