"""An incident told: its steps with their seconds, what happens next, who was told, and the agent's timeline."""

from datetime import datetime, timedelta

from core import errors
from core.database import Tx
from core.domain.incident import Incident
from core.domain.lifecycle import Agent
from core.forecast import leads
from core.people import fleet
from core.sql import agents, audit, commands, incidents, instances, notifications, replicas

SLACK = timedelta(seconds=1)
STEPS = (
    ("received", "Received"),
    ("ordered", "Ordered"),
    ("launched", "Launched"),
    ("booted", "Booted"),
    ("ready", "Ready"),
    ("promoted", "Promoted"),
    ("serving", "Serving"),
    ("ended", "Old one ended"),
)


def of_agent(tx: Tx, agent: Agent, incident_uuid: str | None = None) -> dict:
    """All that the emergency page shows; the incident is the named one, else the open or the latest one."""
    incident = _incident(tx, agent, incident_uuid)
    row = agents.fleet_row(tx, agent.id)
    shown = fleet.show(row, tx.now())
    live = incident if incident and incident.is_open else None
    deadline = live and live.deadline_at
    return {
        "server_time": tx.now(),
        "agent": shown,
        "instances": [fleet.show_instance(i) for i in instances.of_agent(tx, agent.id)],
        "notice_status": shown["notice_status"],
        "notice_deadline": shown["notice_deadline"],
        "seconds_left": deadline and max(0.0, (deadline - tx.now()).total_seconds()),
        "incident_id": incident and incident.uuid,
        "incident": incident and _told(tx, incident, shown),
        "primary": shown["primary"],
        "scaling_group": fleet.group_of(tx, agent.id),
        "emergency_replica": shown["replica"],
        "fastest_boot_pool_id": row["region"] and replicas.fastest_boot_pool(tx, row["region"]),
        "commands": [{"command_id": row.pop("uuid"), **row} for row in commands.of_agent(tx, agent.id, 10)],
        "timeline": [_entry(row) for row in audit.of_agent(tx, agent.id, 60)],
    }


def list_of(tx: Tx, client_id: int, is_open: bool | None, cursor: str | None, limit: int) -> dict:
    """A client's incidents, newest first; ``next_cursor`` is null on the last page."""
    before = int(cursor) if cursor and cursor.isdigit() else None
    rows = incidents.of_client(tx, client_id, is_open, before, limit + 1)
    page = rows[:limit]
    return {
        "incidents": [_listed(row) for row in page],
        "next_cursor": str(page[-1]["id"]) if len(rows) > limit else None,
    }


def _incident(tx: Tx, agent: Agent, incident_uuid: str | None) -> Incident | None:
    if incident_uuid is None:
        return incidents.newest_of_agent(tx, agent.id)
    incident = incidents.by_uuid(tx, agent.client_id, incident_uuid)
    if incident is None or incident.agent_id != agent.id:
        raise errors.NotFound()
    return incident


def _told(tx: Tx, incident: Incident, agent: dict) -> dict:
    return {
        "incident_id": incident.uuid,
        "kind": _kind(incident.cause, incident.notice_rank),
        "opened_at": incident.opened_at,
        "deadline": incident.deadline_at,
        "closed_at": incident.closed_at,
        "acknowledged_at": incidents.acknowledged_at(tx, incident.id),
        "outcome": incident.outcome,
        "sentence": incident.sentence,
        "next": _next(incident, agent),
        "learned_lead": leads.expected(tx, incident, _kind(incident.cause, incident.notice_rank)),
        "downtime_seconds": incident.downtime_seconds,
        "downtime_method": incident.downtime_method,
        "steps": _steps(tx, incident),
        "timeline": [_entry(row) for row in _during(tx, incident)],
        "told": [{"at": row["created_at"], "title": row["title"]} for row in notifications.of_incident(tx, incident.id)],
    }


def _during(tx: Tx, incident: Incident) -> list[dict]:
    """What was written down while it was open."""
    return audit.of_agent_between(tx, incident.agent_id, incident.opened_at, (incident.closed_at or tx.now()) + SLACK, 100)


def _entry(row: dict) -> dict:
    return {"at": row["at"], "text": row["why"], "kind": row["action"]}


def _steps(tx: Tx, incident: Incident) -> list[dict]:
    row = incidents.steps(tx, incident.id)
    at = {
        "received": incident.opened_at,
        "ordered": row["requested_at"],
        "launched": row["launched_at"],
        "booted": row["joined_at"],
        "ready": row["ready_at"],
        "promoted": incident.promoted_at,
        "serving": incident.serving_at,
        "ended": row["ended_at"],
    }
    return [{"key": key, "label": label, "at": at[key], "seconds_since_received": _after(incident, at[key])} for key, label in STEPS]


def _after(incident: Incident, at: datetime | None) -> float | None:
    return at and round((at - incident.opened_at).total_seconds(), 1)


def _next(incident: Incident, agent: dict) -> str:
    """What happens next if nothing changes."""
    if not incident.is_open:
        return "Nothing: this emergency is over."
    if incident.serving_at and incident.gone_at:
        return "Nothing: the old instance has ended. The file is closed ten minutes after AWS's deadline."
    if incident.serving_at:
        return "The old instance is ended after its wait; then this emergency is over."
    if incident.promoted_at:
        return "The new PRIMARY starts its workload as soon as the old one has stopped."
    replica = agent["replica"]
    if replica is None:
        return "A replica is ordered at the next sweep, within two seconds." if incident.notice_rank == 2 else "Nothing until AWS says more."
    if incident.notice_rank < 2:
        return "The replica stands by; it takes over the moment an interruption is announced."
    return "The replica is promoted as soon as it is ready."


def _listed(row: dict) -> dict:
    return {
        "incident_id": row["uuid"],
        "agent_id": row["agent_uuid"],
        "agent_name": row["logical_name"],
        "kind": _kind(row["cause"], row["notice_rank"]),
        "opened_at": row["opened_at"],
        "deadline": row["deadline_at"],
        "closed_at": row["closed_at"],
        "outcome": row["outcome"],
        "sentence": row["sentence"],
        "promoted_at": row["promoted_at"],
        "serving_at": row["serving_at"],
        "acknowledged_at": row["acknowledged_at"],
        "downtime_seconds": row["downtime_seconds"],
        "downtime_method": row["downtime_method"],
    }


def _kind(cause: str, rank: int) -> str:
    """A rebalance that became an interruption is shown as what it became."""
    return "termination" if cause == "rebalance" and rank >= 2 else cause
