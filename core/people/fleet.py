"""The fleet as people see it: one row per workload, worst first."""

import json

from core.database import Tx
from core.domain.mode import mode_of
from core.domain.notice_path import notice_path
from core.domain.presence import below_on_demand, presence, state
from core.sql import agents, instances, replicas, scaling

ANNOUNCED = {"rebalance": "recommends to move off it", "termination": "will take it"}
URGENCY = ("interrupted", "at_risk", "preparing", "serving", "observed")


def of_client(tx: Tx, client_id: int) -> list[dict]:
    """Every agent of a client, sorted by urgency and name."""
    shown = [show(row, tx.now()) for row in agents.of_client(tx, client_id)]
    return sorted(shown, key=lambda agent: (URGENCY.index(agent["state"]), agent["logical_name"]))


def of_agent(tx: Tx, agent_id: int) -> dict:
    return show(agents.fleet_row(tx, agent_id), tx.now())


def show(row: dict, now) -> dict:
    """One row of the fleet table."""
    here = presence(row["contact_at"], now)
    serving = row["serving"]
    sign = state(bool(row["enabled"]), serving, row["notice_status"], row["primary_status"] or "", here)
    return {
        "agent_id": row["uuid"],
        "logical_name": row["logical_name"],
        "status": row["status"],
        "presence": here,
        "last_seen_at": row["contact_at"],
        "serving": None if serving is None else bool(serving),
        "serving_since": row["serving_since"],
        "state": sign,
        "sentence": _sentence(row, sign, here),
        "notice_status": row["notice_status"],
        "notice_deadline": row["notice_deadline"],
        "epoch": row["epoch"],
        "labels": json.loads(row["labels"] or "{}"),
        "incident_id": row["incident_uuid"],
        "config": _config(row),
        "primary": _primary(row),
        "replica": _replica(row),
        "host": _host(row, now),
    }


def _host(row: dict, now) -> dict:
    """How the PRIMARY's host hears of notices, and what it has not told yet."""
    told = json.loads(row["host_events"] or "{}")
    return {
        "notice_path": notice_path(row["imds_ok"], row["imds_silent_since"], now),
        "spooled_notices": row["spooled"],
        "dead_notices": row["dead_notices"],
        "missed_heartbeats": row["missed_beats"],
        "maintenance": told.get("maintenance") or [],
        "asg_state": told.get("asg_state"),
    }


def _sentence(row: dict, sign: str, here: str) -> str:
    """One sentence of state: what runs where, at which price, and what stands by."""
    place = f"{row['instance_type']} in {row['az_id']}"
    price = below_on_demand(row["spot_price"] if row["lifecycle"] == "spot" else row["on_demand_price"], row["on_demand_price"])
    cost = f", {price}" if price and row["lifecycle"] == "spot" else ", at on-demand price" if row["lifecycle"] != "spot" else ""
    opening = {
        "serving": f"Serving on {place}{cost}",
        "preparing": f"Starting on {place}",
        "at_risk": f"Serving on {place}, but AWS {ANNOUNCED.get(row['notice_status'], 'was silent')}",
        "interrupted": f"Not serving: {place} is {'silent' if here == 'offline' else row['primary_status'].replace('_', ' ')}",
        "observed": f"Observed only on {place}",
    }[sign]
    return f"{opening}; {_standby_words(row)}."


def _standby_words(row: dict) -> str:
    if row["replica_uuid"] is None:
        return "no replica needed" if row["notice_status"] == "none" else "no replica yet"
    return f"a replica is {'booting' if row['replica_status'] == 'syncing' else row['replica_status']}"


def _config(row: dict) -> dict:
    switches = ("enabled", "auto_switch_enabled", "manual_replica_enabled", "auto_terminate_enabled", "on_demand_fallback")
    return {
        **{name: bool(row[name]) for name in switches},
        "mode": mode_of(row),
        "rebalance_mode": row["rebalance_mode"],
        "terminate_wait_seconds": row["terminate_wait_seconds"],
        "config_version": row["config_version"],
    }


def _primary(row: dict) -> dict | None:
    if row["primary_uuid"] is None:
        return None
    same = ("ec2_instance_id", "instance_type", "az", "az_id", "region", "lifecycle", "launched_at", "asg_name")
    return {
        "instance_id": row["primary_uuid"],
        **{name: row[name] for name in same},
        "status": row["primary_status"],
        "price_usd_per_hour": row["spot_price"] if row["lifecycle"] == "spot" else row["on_demand_price"],
        "on_demand_usd_per_hour": row["on_demand_price"],
        "price_is_stale": row["lifecycle"] == "spot" and bool(row["price_is_stale"]),
    }


def _replica(row: dict) -> dict | None:
    if row["replica_uuid"] is None:
        return None
    return {
        "replica_id": row["replica_uuid"],
        "ec2_instance_id": row["replica_ec2_id"],
        "instance_type": row["replica_type"],
        "az_id": row["replica_az_id"],
        "lifecycle": row["replica_lifecycle"],
        "status": row["replica_status"],
        "mode": row["replica_mode"],
        "pool_id": row["replica_pool_id"],
        "boot_time_seconds": row["replica_boot_seconds"],
        "expires_at": row["replica_expires_at"],
    }


def group_of(tx: Tx, agent_id: int) -> dict | None:
    """The Auto Scaling group an agent's PRIMARY is in, or was to take a place in; None where there is none."""
    row = scaling.shown(tx, agent_id)
    if row is None:
        return None
    sizes = {name: row[name] for name in ("min_size", "desired", "max_size", "seen_at")}
    return {
        "name": row["name"],
        **sizes,
        "capacity_rebalance": None if row["capacity_rebalance"] is None else bool(row["capacity_rebalance"]),
        "is_member": bool(row["is_member"]),
        "exchange": row["exchange_state"] and {"state": row["exchange_state"], "sentence": row["exchange_sentence"]},
    }


def instances_of(tx: Tx, client_id: int, limit: int, **only: str | None) -> list[dict]:
    """A client's machines, newest first; ``only`` those of a role, status or auth_status."""
    return [show_instance(row) for row in instances.of_client(tx, client_id, limit, **only)]


def show_instance(row: dict) -> dict:
    same = ("ec2_instance_id", "instance_type", "region", "az", "az_id", "pool_id", "lifecycle", "role", "status", "state",
            "auth_status", "asg_name", "launched_at", "ended_at", "created_at")  # fmt: skip
    return {"instance_id": row["uuid"], "agent_id": row.get("agent_uuid"), **{name: row[name] for name in same}, "sentence": row["role_reason"]}


def replicas_of(tx: Tx, limit: int, *, client_id: int | None = None, agent_id: int | None = None) -> list[dict]:
    """Replicas of a client or of one agent, newest first."""
    rows = replicas.of_agent(tx, agent_id, limit) if agent_id else replicas.of_client(tx, client_id, limit)
    return [show_replica(row) for row in rows]


def show_replica(row: dict) -> dict:
    same = ("mode", "status", "role", "pool_id", "promoted_by", "progress_pct", "lag_seconds", "ec2_instance_id", "instance_type", "az_id", "lifecycle", "requested_at", "launched_at",
            "ready_at", "boot_time_seconds", "expires_at", "ended_at", "end_reason")  # fmt: skip
    return {"replica_id": row["uuid"], "agent_id": row["agent_uuid"], "agent_name": row["logical_name"], **{name: row[name] for name in same}}
