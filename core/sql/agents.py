"""Agents and their configuration."""

from datetime import datetime

from core.database import Tx
from core.domain.lifecycle import Agent, AgentConfig


def lock(tx: Tx, agent_id: int) -> Agent | None:
    """The agent, its row locked: every writer of what belongs to it queues here."""
    return Agent.maybe(tx.one("SELECT * FROM agents WHERE id = %(id)s FOR UPDATE", id=agent_id))


def get(tx: Tx, agent_id: int) -> Agent | None:
    return Agent.maybe(tx.one("SELECT * FROM agents WHERE id = %(id)s", id=agent_id))


def by_uuid(tx: Tx, uuid: str) -> Agent | None:
    return Agent.maybe(tx.one("SELECT * FROM agents WHERE uuid = %(uuid)s AND status <> 'deregistered'", uuid=uuid))


def insert(tx: Tx, *, uuid: str, client_id: int, account_id: int, name: str, hostname: str, version: str, protocol: int, now: datetime) -> int:
    return tx.insert(
        "INSERT INTO agents (uuid, client_id, account_id, logical_name, hostname, agent_version, protocol, created_at)"
        " VALUES (%(uuid)s, %(client_id)s, %(account_id)s, %(name)s, %(hostname)s, %(version)s, %(protocol)s, %(now)s)",
        uuid=uuid, client_id=client_id, account_id=account_id, name=name, hostname=hostname, version=version,
        protocol=protocol, now=now,
    )  # fmt: skip


def activate(tx: Tx, agent_id: int, primary_instance_id: int) -> None:
    """The first PRIMARY of a new agent, at epoch 0."""
    tx.execute(
        "UPDATE agents SET primary_instance_id = %(primary_id)s, status = 'active' WHERE id = %(id)s AND status = 'registering'",
        id=agent_id,
        primary_id=primary_instance_id,
    )


def mirror_notice(tx: Tx, agent_id: int, status: str, deadline: datetime | None) -> None:
    """Show the primary's notice beside the agent; no rule reads it."""
    tx.execute(
        "UPDATE agents SET notice_status = %(status)s, notice_deadline = %(deadline)s WHERE id = %(id)s",
        id=agent_id,
        status=status,
        deadline=deadline,
    )


def remember_failover(tx: Tx, agent_id: int, now: datetime) -> None:
    tx.execute("UPDATE agents SET last_failover_at = %(now)s WHERE id = %(id)s", id=agent_id, now=now)


def insert_config(tx: Tx, agent_id: int, terminate_wait_seconds: int) -> None:
    tx.execute(
        "INSERT INTO agent_configs (agent_id, terminate_wait_seconds) VALUES (%(id)s, %(wait)s)",
        id=agent_id,
        wait=terminate_wait_seconds,
    )


def config(tx: Tx, agent_id: int) -> AgentConfig:
    return AgentConfig.from_row(tx.one("SELECT * FROM agent_configs WHERE agent_id = %(id)s", id=agent_id))


def of_client(tx: Tx, client_id: int) -> list[dict]:
    """One row per agent of a client with all that the fleet table shows."""
    return tx.all(FLEET_ROW + " WHERE a.client_id = %(client_id)s AND a.status <> 'deregistered' ORDER BY a.id", client_id=client_id)


def fleet_row(tx: Tx, agent_id: int) -> dict:
    return tx.one(FLEET_ROW + " WHERE a.id = %(id)s", id=agent_id)


FLEET_ROW = """
SELECT a.id, a.uuid, a.logical_name, a.status, a.enabled, a.epoch, a.notice_status, a.notice_deadline, a.fastest_boot_pool_id,
       c.auto_switch_enabled, c.manual_replica_enabled, c.auto_terminate_enabled, c.rebalance_mode, c.terminate_wait_seconds,
       c.config_version,
       p.id AS primary_id, p.uuid AS primary_uuid, p.ec2_instance_id, p.instance_type, p.az, p.az_id, p.region, p.lifecycle,
       p.status AS primary_status, p.launched_at, p.pool_id,
       h.serving, h.serving_since, h.received_at, h.contact_at,
       s.price AS spot_price, o.price AS on_demand_price,
       r.uuid AS replica_uuid, r.status AS replica_status, r.expires_at AS replica_expires_at,
       ri.ec2_instance_id AS replica_ec2_id, ri.instance_type AS replica_type, ri.az_id AS replica_az_id, ri.lifecycle AS replica_lifecycle,
       i.uuid AS incident_uuid
  FROM agents a
  JOIN agent_configs c ON c.agent_id = a.id
  LEFT JOIN instances p ON p.id = a.primary_instance_id
  LEFT JOIN agent_heartbeats h ON h.instance_id = p.id
  LEFT JOIN spot_pools s ON s.pool_id = p.pool_id
  LEFT JOIN ondemand_prices o ON o.region = p.region AND o.instance_type = p.instance_type AND o.product = 'linux'
  LEFT JOIN replica_instances r ON r.id = (SELECT MAX(id) FROM replica_instances WHERE agent_id = a.id AND ended_at IS NULL)
  LEFT JOIN instances ri ON ri.id = r.instance_id
  LEFT JOIN incidents i ON i.id = (SELECT MAX(id) FROM incidents WHERE agent_id = a.id AND open_slot = 1)
"""
