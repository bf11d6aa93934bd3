"""How a host becomes known: by an enrolment token as a new agent, or by its join token as the replica we launched.

The agent makes its secret itself; we keep its hash alone (trust on first use).
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from config.settings import Settings
from core import audit, errors, events
from core.agents.hosts import orders_for
from core.crypto import digest
from core.database import Tx
from core.domain.handover import Orders
from core.domain.intent import Intent
from core.domain.lifecycle import Agent, Instance, Role
from core.domain.pools import pool_id
from core.domain.waits import PRESETS
from core.execution.actions import join_token
from core.locks import lock_agent
from core.people.clients import look_after
from core.sql import actions, agents, enrolment, instances, replicas

TOKEN_LIFE = timedelta(hours=1)


def issue_enrolment_token(tx: Tx, client_id: int, account_id: int, actor: str) -> tuple[str, Any]:
    """A token for one new agent, shown once, and when it ends."""
    secret = secrets.token_urlsafe(32)
    now = tx.now()
    token_id = enrolment.insert_enrolment(
        tx, client_id=client_id, account_id=account_id, token_hash=digest(secret), expires_at=now + TOKEN_LIFE, now=now
    )
    audit.record(
        tx, client_id=client_id, actor=actor, action="issue_enrolment_token", resource=("enrolment_token", token_id),
        why="An enrolment token was issued; it lives one hour",
    )  # fmt: skip
    return f"soe_{token_id}_{secret}", now + TOKEN_LIFE


@dataclass(frozen=True)
class Registered:
    """A host that is known now."""

    agent: Agent
    instance: Instance
    replica_uuid: str | None
    orders: Orders


def register_new_agent(tx: Tx, token: str, body: Mapping[str, Any], settings: Settings) -> Registered:
    """A fresh install always gets a new agent, and its instance becomes the PRIMARY (INV-03)."""
    row = enrolment.enrolment(tx, digest(token.split("_", 2)[2]))
    secret = digest(body["agent_secret"])
    if row is None:
        raise errors.Unauthenticated()
    if not enrolment.bind_enrolment(tx, row["id"], secret):
        raise _spent_token(row, tx)
    if row["agent_id"]:
        return _again(tx, row["agent_id"], secret)
    _refuse_copied_host(tx, row, body)
    agent, instance = _create(tx, row, body, settings)
    enrolment.set_enrolled(tx, row["id"], agent.id)
    _trust(tx, agent, instance, body)
    audit.tell(tx, agent, "enrol", f"{instance.name} ({instance.place}) enrolled as {agent.logical_name} and is its PRIMARY")
    return _registered(tx, agent.id, instance.id)


def join_as_replica(tx: Tx, token: str, body: Mapping[str, Any], settings: Settings) -> Registered:
    """The host we launched for an intent joins its agent; BUSY until the launch is recorded."""
    intent = verified_join(tx, token, settings)
    agent, _ = lock_agent(tx, intent.agent_id)
    instance = instances.get(tx, intent.instance_id)
    if instance.ec2_instance_id is None and intent.state == "pending":
        raise errors.Busy("the launch is not recorded yet; come back in a second")
    if instance.ec2_instance_id != body["instance_id"]:
        raise errors.Forbidden("this token belongs to another instance")
    return let_in(tx, agent, instance, body)


def let_in(tx: Tx, agent: Agent, instance: Instance, body: Mapping[str, Any]) -> Registered:
    """A machine that bears a token of ours joins: its first secret is trusted, another one is refused."""
    known = enrolment.secret_of_instance(tx, instance.id)
    if known and not hmac.compare_digest(known["secret_hash"], digest(body["agent_secret"])):
        raise errors.Forbidden("another host joined with this token").alarming(
            agent.client_id, f"copied_host:{instance.ec2_instance_id}", "A copy of a host tried to join",
            f"A second host tried to join as {instance.ec2_instance_id}. It was refused.",
        )  # fmt: skip
    if not known:
        _trust(tx, agent, instance, body)
        audit.tell(tx, agent, "join", f"{instance.name} booted and joined as {instance.role.lower()}")
        events.emit(tx, agent.client_id, "replica", agent_id=agent.uuid)
    return _registered(tx, agent.id, instance.id)


def verified_join(tx: Tx, token: str, settings: Settings) -> Intent:
    """The launch that a join token speaks for; Unauthenticated when it was not made by us or is over."""
    try:
        _, intent_id, attempt, _ = token.split("_")
        expected = join_token(settings.install_key, int(intent_id), int(attempt))
    except ValueError:
        raise errors.Unauthenticated() from None
    if not hmac.compare_digest(expected, token):
        raise errors.Unauthenticated()
    intent = actions.get(tx, int(intent_id))
    if intent is None or intent.state not in ("pending", "done") or intent.attempt != int(attempt):
        raise errors.Unauthenticated("this launch is over")
    return intent


def _spent_token(row: dict, tx: Tx) -> errors.Forbidden:
    """An enrolment token serves one host, for an hour; a second host with it is an alarm (7.1a)."""
    refusal = errors.Forbidden("this enrolment token was used by another host, or its hour is over")
    if row["bound_secret_hash"] is None or row["expires_at"] <= tx.now():
        return refusal
    return refusal.alarming(
        row["client_id"], f"token_shared:{row['id']}", "An enrolment token was used by a second host",
        "A second host tried to enrol with a token that had served another. It was refused; issue a token of its own for each host.",
    )  # fmt: skip


def _create(tx: Tx, row: dict, body: Mapping[str, Any], settings: Settings) -> tuple[Agent, Instance]:
    """The agent, its configuration and its PRIMARY, in the order the constraints want."""
    now = tx.now()
    look_after(tx, row["account_id"], body["region"])
    agent_id = agents.insert(
        tx, uuid=str(uuid4()), client_id=row["client_id"], account_id=row["account_id"],
        name=body.get("logical_name") or body["hostname"], hostname=body["hostname"], version=body["agent_version"],
        protocol=body["protocol"], now=now,
    )  # fmt: skip
    agents.insert_config(tx, agent_id, PRESETS[settings.preset].terminate_wait_seconds)
    instance_id = _adopted(tx, agent_id, body) or instances.insert(
        tx, uuid=str(uuid4()), client_id=row["client_id"], account_id=row["account_id"], agent_id=agent_id,
        ec2_id=body["instance_id"], instance_type=body["instance_type"], region=body["region"], az=body["az"],
        az_id=body["az_id"], pool_id=pool_id(body["az_id"], body["instance_type"]), lifecycle=body["lifecycle"],
        role=Role.PRIMARY, reason="enrolled", status="running_primary", launch_spec=None, replica_of_id=None,
        replica_expiry=None, now=now,
    )  # fmt: skip
    agents.activate(tx, agent_id, instance_id)
    agent = agents.get(tx, agent_id)
    events.emit(tx, agent.client_id, "agent", agent_id=agent.uuid)
    return agent, instances.get(tx, instance_id)


def _adopted(tx: Tx, agent_id: int, body: Mapping[str, Any]) -> int | None:
    """Plain inventory that enrols becomes the PRIMARY of the new agent; None when the machine is new to us."""
    known = instances.by_ec2_id(tx, body["instance_id"])
    if known is None:
        return None
    instances.adopt(tx, known, agent_id, "enrolled")
    return known.id


def _refuse_copied_host(tx: Tx, row: dict, body: Mapping[str, Any]) -> None:
    """One machine is one host: a copy with another secret is refused. The same account's plain inventory may enrol."""
    known = instances.by_ec2_id(tx, body["instance_id"])
    inventory = known and known.role is None and known.account_id == row["account_id"]
    if known is not None and not inventory:
        raise errors.Forbidden("this instance is enrolled already, by a host with another secret").alarming(
            known.client_id, f"copied_host:{known.ec2_instance_id}", "A copy of a host tried to enrol",
            f"A host that calls itself {known.ec2_instance_id} and has another secret tried to enrol. It was refused.",
        )  # fmt: skip


def _trust(tx: Tx, agent: Agent, instance: Instance, body: Mapping[str, Any]) -> None:
    enrolment.insert_secret(
        tx, agent_id=agent.id, instance_id=instance.id, secret_hash=digest(body["agent_secret"]),
        nonce_hash=digest(body["nonce"]), now=tx.now(),
    )  # fmt: skip


def _again(tx: Tx, agent_id: int, secret: bytes) -> Registered:
    """A repeat with the same secret answers the same agent."""
    known = enrolment.secret(tx, secret)
    return _registered(tx, agent_id, known["instance_id"])


def _registered(tx: Tx, agent_id: int, instance_id: int) -> Registered:
    agent, instance = agents.get(tx, agent_id), instances.get(tx, instance_id)
    replica = replicas.of_instance(tx, instance_id)
    return Registered(agent, instance, replica and replica.uuid, orders_for(tx, agent, instance))
