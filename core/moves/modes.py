"""How a workload is cared for: its mode, its settings, its name and tags. Each change leaves a sentence."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core import audit, errors, events
from core.agents.hosts import config_of
from core.database import Tx
from core.domain.lifecycle import Agent
from core.domain.mode import differences, mode_of
from core.domain.serialize import canonical
from core.emergencies.emergency import retire
from core.locks import lock_agent
from core.sql import agents, incidents, replicas


def of_client(tx: Tx, client_id: int, agent_uuid: str) -> Agent:
    """A client's own agent that is not taken out of care, else the same NotFound as for one that is not."""
    agent = agents.by_uuid(tx, agent_uuid)
    if agent is None or agent.client_id != client_id or agents.is_leaving(tx, agent.id):
        raise errors.NotFound()
    return agent


def configure(tx: Tx, agent: Agent, changes: Mapping[str, Any], *, actor: str, request_id: str) -> dict:
    """Change some settings; ``config_version``, where it is given, is the one the caller looked at."""
    agent, safe = lock_agent(tx, agent.id)
    before = _settings(tx, agent)
    seen, wanted = changes.get("config_version"), {name: value for name, value in changes.items() if name != "config_version"}
    if seen is not None and seen != before["config_version"]:
        raise errors.Stale()
    after = {**before, **wanted}
    if after["auto_switch_enabled"] and after["manual_replica_enabled"]:
        raise errors.ModeConflict()
    if after != before:
        _write(tx, agent, before, after, actor, request_id)
    if mode_of(before) == "manual_replica" != mode_of(after):
        _end_manual_replicas(tx, agent, safe)
    return config_of(tx, agents.get(tx, agent.id))


def _settings(tx: Tx, agent: Agent) -> dict:
    config = asdict(agents.config(tx, agent.id))
    return {**config, "enabled": agent.enabled}


def _write(tx: Tx, agent: Agent, before: dict, after: dict, actor: str, request_id: str) -> None:
    agents.write_config(tx, agent.id, {name: value for name, value in after.items() if name not in ("enabled", "agent_id", "config_version")})
    agents.set_enabled(tx, agent.id, bool(after["enabled"]))
    audit.tell(tx, agent, "configure", f"Settings changed: {differences(before, after)}", actor=actor, request_id=request_id)
    events.emit(tx, agent.client_id, "agent", agent_id=agent.uuid)


def _end_manual_replicas(tx: Tx, agent: Agent, safe: bool) -> None:
    """What was launched by hand ends with the mode, unless an emergency may need it."""
    if safe or incidents.count_open(tx, agent.id):
        return
    for standby in replicas.standbys(tx, agent.id):
        if standby.replica.mode == "manual":
            retire(tx, agent, safe, standby.instance, "terminated", f"{standby.instance.name} ended with the mode manual replica")


def describe(tx: Tx, agent: Agent, changes: Mapping[str, Any], *, actor: str, request_id: str) -> dict:
    """Give it another name, labels or cost tags; what is not named stays."""
    agent, _ = lock_agent(tx, agent.id)
    known = described(tx, agent.id)
    after = {**known, **changes}
    agents.set_description(
        tx, agent.id, name=after["display_name"], labels=canonical(after["labels"]), cost_tags=canonical(after["cost_tags"])
    )
    named = ", ".join(name.replace("_", " ") for name in sorted(changes)) or "nothing"
    audit.tell(tx, agent, "describe", f"Described anew: {named}", actor=actor, request_id=request_id)
    events.emit(tx, agent.client_id, "agent", agent_id=agent.uuid)
    return described(tx, agent.id)


def described(tx: Tx, agent_id: int) -> dict:
    row = agents.description(tx, agent_id)
    return {
        "display_name": row["logical_name"],
        "labels": json.loads(row["labels"] or "{}"),
        "cost_tags": json.loads(row["cost_tags"] or "{}"),
    }
