"""The whole installation as its administrator sees it: every client, agent and machine, and how it grows."""

from datetime import datetime, timedelta

from core.database import Tx
from core.domain.lifecycle import Role
from core.domain.savings import HOURS_PER_MONTH, usd
from core.money.downtime import percentile
from core.paging import before, page
from core.sql import health
from core.sql import platform as rows


def stats(tx: Tx) -> dict:
    """Totals over all clients. Savings are the net of all that is booked; null before anything is."""
    told, by_role, spend = rows.totals(tx), rows.instances_by_role(tx), rows.spend(tx)
    return {
        "clients": told["clients"], "agents": told["agents"], "instances": {role: by_role.get(role, 0) for role in Role},
        "switches": int(told["switches"]), "open_incidents": told["open_incidents"], "savings_usd": usd(told["net_micros"]),
        "monthly_spend_usd": _monthly(spend["usd_per_hour"]), "unpriced_instances": int(spend["unpriced_instances"]),
    }  # fmt: skip


def _monthly(usd_per_hour: float | None) -> float | None:
    return usd_per_hour and round(usd_per_hour * HOURS_PER_MONTH, 2)


def clients(tx: Tx, *, status: str | None, q: str | None, cursor: str | None, limit: int) -> dict:
    """Clients, the newest first, each with its live tokens (never their secrets)."""
    found = rows.clients(tx, status=status, q=q, before=before(cursor), limit=limit + 1)
    tokens = rows.tokens_of(tx, [row["id"] for row in found])
    return page(found, limit, "clients", lambda row: _client(row, [token for token in tokens if token["client_id"] == row["id"]]))


def _client(row: dict, tokens: list[dict]) -> dict:
    same = ("name", "email", "status", "created_at", "agents", "instances", "open_incidents", "last_activity_at")
    shown = [{name: token[name] for name in ("prefix", "scopes", "created_at", "expires_at", "last_used_at")} for token in tokens]
    return {"client_id": row["uuid"], **{name: row[name] for name in same}, "savings_usd": usd(row["net_micros"]), "tokens": shown}


COLUMNS = ("client_id", "name", "email", "status", "created_at", "agents", "instances", "open_incidents", "last_activity_at", "savings_usd")
MOST_ROWS = 100_000


def sheet(tx: Tx) -> tuple[tuple[str, ...], list[dict]]:
    """Every client as a line of a table, the newest first."""
    found = rows.clients(tx, status=None, q=None, before=None, limit=MOST_ROWS)
    return COLUMNS, [_client(row, []) for row in found]


def growth(tx: Tx, days: int) -> list[dict]:
    """Each of the last ``days`` (UTC), today included: how many clients came, and how many there were at its end."""
    today = tx.now().date()
    first = today - timedelta(days=days - 1)
    new = {row["day"]: row["n"] for row in rows.new_clients(tx, days)}
    total, told = rows.clients_before(tx, datetime.combine(first, datetime.min.time(), tx.now().tzinfo)), []
    for n in range(days):
        date = str(first + timedelta(days=n))
        total += new.get(date, 0)
        told.append({"date": date, "total": total, "new": new.get(date, 0)})
    return told


def instances(tx: Tx, *, cursor: str | None, limit: int, **wanted: str | None) -> dict:
    """Machines of all clients, the newest first."""
    found = rows.instances(tx, **wanted, before=before(cursor), limit=limit + 1)
    return page(found, limit, "instances", _instance)


def _instance(row: dict) -> dict:
    same = ("ec2_instance_id", "instance_type", "region", "az", "az_id", "pool_id", "lifecycle", "role", "status", "state",
            "auth_status", "asg_name", "launched_at", "ended_at", "created_at")  # fmt: skip
    return {
        "instance_id": row["uuid"], "agent_id": row["agent_uuid"], "agent_name": row["logical_name"], "client_id": row["client_uuid"],
        "client_name": row["client_name"], **{name: row[name] for name in same}, "sentence": row["role_reason"],
        "price_usd_per_hour": row["spot_price"] if row["lifecycle"] == "spot" else row["on_demand_price"],
        "price_is_stale": row["lifecycle"] == "spot" and bool(row["price_is_stale"]),
        "on_demand_usd_per_hour": row["on_demand_price"],
    }  # fmt: skip


def agents(tx: Tx, *, status: str | None, presence: str | None, cursor: str | None, limit: int) -> dict:
    """Agents of all clients, the newest first, with the age of their last heartbeat."""
    found = rows.agents(tx, status=status, presence=presence, before=before(cursor), limit=limit + 1)
    return page(found, limit, "agents", _agent)


def _agent(row: dict) -> dict:
    same = ("logical_name", "hostname", "status", "presence", "agent_version", "protocol", "epoch", "heartbeat_age_seconds", "clock_skew_ms",
            "spooled", "created_at")  # fmt: skip
    return {
        "agent_id": row["uuid"], "client_id": row["client_uuid"], "client_name": row["client_name"], **{name: row[name] for name in same},
        "enabled": bool(row["enabled"]), "serving": None if row["serving"] is None else bool(row["serving"]),
        "last_seen_at": row["contact_at"],
    }  # fmt: skip


def agents_health(tx: Tx) -> dict:
    """How the hosts are heard (VIEW-01). ``miss_rate``: the share of expected heartbeats that never came."""
    heard = health.hosts(tx)
    return {name: heard[name] if name == "miss_rate" else int(heard[name]) for name in heard}


def emergencies(tx: Tx, days: int, limit: int) -> dict:
    """The last ``days``: counts per day, kind and outcome, how fast promotions were, how many rebalances came to nothing."""
    times, ended = rows.promotion_times(tx, days), rows.rebalances(tx, days)
    return {
        "per_day": [{**row, "events": int(row["events"])} for row in rows.emergencies_by_day(tx, days)],
        "false_alarm_share": round(ended["false_alarms"] / ended["ended"], 4) if ended["ended"] else None,
        "rebalances_ended": ended["ended"],
        "time_to_promote_seconds": {f"p{share}": percentile(times, share) for share in (50, 95, 99)} | {"samples": len(times)},
        "events": [_emergency(row) for row in rows.emergencies(tx, days, limit)],
    }  # fmt: skip


def _emergency(row: dict) -> dict:
    same = ("kind", "opened_at", "closed_at", "outcome", "sentence", "downtime_seconds", "downtime_method", "promote_seconds", "ec2_instance_id")
    return {
        "incident_id": row["uuid"], "client_id": row["client_uuid"], "client_name": row["client_name"], "agent_id": row["agent_uuid"],
        "agent_name": row["logical_name"], **{name: row[name] for name in same},
    }  # fmt: skip
