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


def write_config(tx: Tx, agent_id: int, config: dict) -> None:
    """Every setting anew; hosts fetch it when its version moves."""
    tx.execute(
        "UPDATE agent_configs SET auto_switch_enabled = %(auto_switch_enabled)s, manual_replica_enabled = %(manual_replica_enabled)s,"
        " auto_terminate_enabled = %(auto_terminate_enabled)s, on_demand_fallback = %(on_demand_fallback)s,"
        " terminate_wait_seconds = %(terminate_wait_seconds)s, rebalance_mode = %(rebalance_mode)s,"
        " heartbeat_seconds = %(heartbeat_seconds)s, notice_poll_seconds = %(notice_poll_seconds)s,"
        " pricing_seconds = %(pricing_seconds)s, config_version = config_version + 1 WHERE agent_id = %(agent_id)s",
        agent_id=agent_id,
        **config,
    )


def set_enabled(tx: Tx, agent_id: int, enabled: bool) -> None:
    tx.execute("UPDATE agents SET enabled = %(enabled)s WHERE id = %(id)s", id=agent_id, enabled=int(enabled))


def set_description(tx: Tx, agent_id: int, *, name: str, labels: str | None, cost_tags: str | None) -> None:
    tx.execute(
        "UPDATE agents SET logical_name = %(name)s, labels = %(labels)s, cost_tags = %(cost_tags)s WHERE id = %(id)s",
        id=agent_id, name=name, labels=labels, cost_tags=cost_tags,
    )  # fmt: skip


def description(tx: Tx, agent_id: int) -> dict:
    return tx.one("SELECT logical_name, labels, cost_tags FROM agents WHERE id = %(id)s", id=agent_id)


def mark_deleted(tx: Tx, agent_id: int, now: datetime) -> None:
    """Out of sight and out of care; its host still hears that it may go."""
    tx.execute("UPDATE agents SET deleted_at = %(now)s, enabled = 0 WHERE id = %(id)s", id=agent_id, now=now)


def is_leaving(tx: Tx, agent_id: int) -> bool:
    return tx.one("SELECT deleted_at FROM agents WHERE id = %(id)s", id=agent_id)["deleted_at"] is not None


def deregister(tx: Tx, agent_id: int) -> None:
    tx.execute("UPDATE agents SET status = 'deregistered', primary_instance_id = NULL WHERE id = %(id)s", id=agent_id)


def leaving(tx: Tx, patience_seconds: int) -> list[dict]:
    """Deleted agents whose host has cleaned up, or had its time."""
    return tx.all(
        "SELECT a.id, a.id AS agent_id FROM agents a WHERE a.status = 'active' AND a.deleted_at IS NOT NULL"
        " AND (a.deleted_at <= UTC_TIMESTAMP(6) - INTERVAL %(seconds)s SECOND"
        "      OR EXISTS (SELECT 1 FROM commands c WHERE c.agent_id = a.id AND c.kind = 'cleanup' AND c.finished_at IS NOT NULL))"
        " ORDER BY a.id LIMIT 200",
        seconds=patience_seconds,
    )


def history_of_client(tx: Tx, client_id: int, limit: int) -> list[dict]:
    """Every agent a client ever had, newest first."""
    return tx.all(
        "SELECT a.uuid, a.logical_name, a.hostname, a.status, a.created_at, a.deleted_at, a.epoch, a.last_failover_at,"
        " TIMESTAMPDIFF(SECOND, a.created_at, COALESCE(a.deleted_at, UTC_TIMESTAMP(6))) AS life_seconds"
        " FROM agents a WHERE a.client_id = %(client_id)s ORDER BY a.id DESC LIMIT %(limit)s",
        client_id=client_id,
        limit=limit,
    )


def of_client(tx: Tx, client_id: int) -> list[dict]:
    """One row per agent of a client with all that the fleet table shows."""
    return tx.all(FLEET_ROW + " WHERE a.client_id = %(client_id)s AND a.status <> 'deregistered' AND a.deleted_at IS NULL ORDER BY a.id", client_id=client_id)


def fleet_row(tx: Tx, agent_id: int) -> dict:
    return tx.one(FLEET_ROW + " WHERE a.id = %(id)s", id=agent_id)


FLEET_ROW = """
SELECT a.id, a.uuid, a.logical_name, a.status, a.enabled, a.epoch, a.notice_status, a.notice_deadline,
       c.auto_switch_enabled, c.manual_replica_enabled, c.auto_terminate_enabled, c.rebalance_mode, c.terminate_wait_seconds,
       c.on_demand_fallback, c.config_version, a.labels, a.cost_tags,
       p.id AS primary_id, p.uuid AS primary_uuid, p.ec2_instance_id, p.instance_type, p.az, p.az_id, p.region, p.lifecycle,
       p.status AS primary_status, p.launched_at, p.pool_id, p.asg_name,
       h.serving, h.serving_since, h.received_at, h.contact_at,
       h.spooled, h.dead_notices, h.imds_ok, h.imds_silent_since, h.host_events, h.missed_beats,
       IF(s.updated_at < UTC_TIMESTAMP(6) - INTERVAL 300 SECOND, s.price * 1.1, s.price) AS spot_price, o.price AS on_demand_price,
       COALESCE(s.updated_at < UTC_TIMESTAMP(6) - INTERVAL 300 SECOND, 0) AS price_is_stale,
       r.uuid AS replica_uuid, r.status AS replica_status, r.mode AS replica_mode, r.boot_time_seconds AS replica_boot_seconds, r.pool_id AS replica_pool_id, r.expires_at AS replica_expires_at,
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
