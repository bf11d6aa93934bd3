"""The history of switches as people read it."""

from collections.abc import Iterator

from core import database
from core.database import Tx
from core.sql import switches

PAGE = 500
SAME = ("request_id", "state", "cause", "sentence", "old_usd_per_hour", "new_usd_per_hour", "on_demand_usd_per_hour", "data_source",
        "started_at", "promoted_at", "serving_at", "finished_at", "downtime_seconds", "downtime_method")  # fmt: skip
COLUMNS = ("switch_id", "agent_name", "cause", "user", "state", "success", "from", "to", "old_usd_per_hour", "new_usd_per_hour",
           "on_demand_usd_per_hour", "saving_usd_per_hour", "data_source", "stale", "started_at", "promoted_at", "serving_at",
           "finished_at", "downtime_seconds", "downtime_method", "sentence")  # fmt: skip


def of_client(tx: Tx, client_id: int, limit: int) -> list[dict]:
    """Moves of a client's workloads, ordered and unordered, newest first."""
    return [_shown(row) for row in switches.of_client(tx, client_id, limit)]


def everything(client_id: int) -> Iterator[dict]:
    """The same without an end, page by page, each read in a transaction of its own: no export holds a connection while it is sent."""
    page = database.run(lambda tx: switches.of_client(tx, client_id, PAGE))
    while page:
        yield from map(_shown, page)
        page = database.run(lambda tx, last=page[-1]["id"]: switches.of_client(tx, client_id, PAGE, last))


def _shown(row: dict) -> dict:
    both = None not in (row["old_usd_per_hour"], row["new_usd_per_hour"])
    return {
        "switch_id": row["uuid"], "agent_id": row["agent_uuid"], "agent_name": row["logical_name"], "plan_id": row["plan_uuid"],
        "incident_id": row["incident_uuid"], "user": row["user_id"], **{name: row[name] for name in SAME},
        "stale": bool(row["stale"]), "success": None if row["success"] is None else bool(row["success"]),
        "saving_usd_per_hour": round(row["old_usd_per_hour"] - row["new_usd_per_hour"], 6) if both else None,
        "old_instance": row["old_ec2_id"], "new_instance": row["new_ec2_id"],
        "from": _place(row, "old"), "to": _place(row, "new"),
    }  # fmt: skip


def _place(row: dict, which: str) -> str | None:
    kind = row[f"{which}_type"]
    return kind and f"{kind} in {row[f'{which}_az_id']} ({row[f'{which}_lifecycle']})"
