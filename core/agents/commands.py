"""Orders to a host: by priority, under a lease, executed once, fenced by epoch."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from core import audit, errors, events
from core.database import Tx
from core.domain.command import Command
from core.domain.lifecycle import Agent, Instance
from core.domain.serialize import canonical
from core.locks import lock_agent
from core.sql import commands, heartbeats, instances

LIFE = timedelta(minutes=15)


def give(tx: Tx, agent_id: int, kind: str, payload: Mapping[str, Any], *, actor: str, request_id: str) -> str:
    """Queue an order for the agent's PRIMARY; its uuid."""
    agent, _ = lock_agent(tx, agent_id)
    uuid = str(uuid4())
    commands.insert(
        tx, uuid=uuid, client_id=agent.client_id, agent_id=agent.id, instance_id=agent.primary_instance_id,
        request_id=request_id, kind=kind, epoch=agent.epoch, payload=canonical(payload), priority=5, actor_id=actor,
        expires_at=tx.now() + LIFE, now=tx.now(),
    )  # fmt: skip
    audit.tell(tx, agent, "command", f"Ordered {kind} on {instances.get(tx, agent.primary_instance_id).name}", actor=actor)
    events.emit(tx, agent.client_id, "command", agent_id=agent.uuid)
    return uuid


def hand_out(tx: Tx, agent: Agent, instance: Instance) -> list[dict]:
    """What the host should do now, each under a lease; a lapsed lease is handed out again."""
    heartbeats.touch(tx, instance.id, tx.now())
    due = commands.lock_due(tx, instance.id)
    for command in due:
        commands.lease(tx, command)
    return [_shown(command) for command in due]


def executed(tx: Tx, agent_id: int, command_uuid: str, body: Mapping[str, Any]) -> str:
    """A host reports an outcome; a repeat changes nothing. The status that stands."""
    agent, _ = lock_agent(tx, agent_id)
    command = commands.by_uuid(tx, agent_id, command_uuid)
    if command is None:
        raise errors.NotFound()
    status = "completed" if body["success"] else "failed"
    news = commands.finish(
        tx, command, status, pre=canonical(body.get("pre_state")), post=canonical(body.get("post_state")), result=body.get("error")
    )
    if news:
        audit.tell(tx, agent, "command_done", f"{command.kind} {status}{_because(body)}")
        events.emit(tx, agent.client_id, "command", agent_id=agent.uuid)
    return status if news else command.status


def _because(body: Mapping[str, Any]) -> str:
    return f": {body['error']}" if body.get("error") else ""


def _shown(command: Command) -> dict:
    return {
        "command_id": command.uuid,
        "kind": command.kind,
        "epoch": command.epoch,
        "payload": json.loads(command.payload),
        "priority": command.priority,
        "expires_at": command.expires_at,
    }
