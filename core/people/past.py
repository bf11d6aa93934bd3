"""What lies behind: a machine's log, an agent's figures, every agent a client ever had, and a handover as a host saw it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core import audit, errors
from core.database import Tx
from core.domain.downtime import Gap
from core.domain.incident import Incident
from core.domain.lifecycle import Agent
from core.domain.savings import usd
from core.domain.serialize import canonical
from core.locks import lock_agent
from core.money.downtime import percentile
from core.sql import agents, downtime, incidents, instances, ledger


def log_of_instance(tx: Tx, client_id: int, instance_uuid: str, limit: int) -> dict:
    """The life of one machine in sentences, newest first."""
    instance = instances.by_uuid(tx, instance_uuid)
    if instance is None or instance.client_id != client_id:
        raise errors.NotFound()
    return {
        "instance_id": instance.uuid, "ec2_instance_id": instance.ec2_instance_id, "role": instance.role,
        "status": instance.status, "log": instances.story(tx, instance.id, limit),
    }  # fmt: skip


def statistics(tx: Tx, agent: Agent) -> dict:
    """How an agent fared; null where nothing was measured or booked."""
    counts, by_hand = incidents.statistics(tx, agent.id), downtime.count_by_hand(tx, agent.id)
    gaps = downtime.measured_of_agent(tx, agent.id)
    promoted, served = int(counts["promoted"]), int(counts["served"])
    return {
        "decisions": counts["incidents"],
        "switches": promoted + by_hand,
        "switches_by_hand": by_hand,
        "false_alarms": int(counts["false_alarms"]),
        "success_rate": round(served / promoted, 4) if promoted else None,
        "downtime_p95_seconds": percentile(gaps, 95),
        "downtime_total_seconds": round(sum(gaps), 3) if gaps else None,
        "savings_usd": usd(ledger.net_of_agent(tx, agent.id)),
    }


def agents_of_client(tx: Tx, client_id: int, limit: int) -> list[dict]:
    """Every agent with its life span, those that are gone included."""
    return [{"agent_id": row.pop("uuid"), **row} for row in agents.history_of_client(tx, client_id, limit)]


def report_switch(tx: Tx, agent_id: int, body: Mapping[str, Any]) -> dict:
    """A handover as a host saw it. What we measured ourselves stands; else the host's times are booked, and say so."""
    agent, _ = lock_agent(tx, agent_id)
    incident = incidents.by_uuid(tx, agent.client_id, str(body["switch_id"]))
    if incident is None or incident.agent_id != agent.id or incident.promoted_at is None:
        raise errors.NotFound("this agent has no such handover")
    if incident.downtime_seconds is None and _is_credible(tx, incident, body):
        _book(tx, agent, incident, Gap(body["old_lost_at"], body["new_serving_at"], "agent_report"))
    incident = incidents.get(tx, incident.id)
    return {"downtime_seconds": incident.downtime_seconds, "method": incident.downtime_method}


def _is_credible(tx: Tx, incident: Incident, body: Mapping[str, Any]) -> bool:
    """Both machines are the handover's own, and the times lie within it."""
    pair = (incident.ec2_instance_id, instances.get(tx, incident.successor_id).ec2_instance_id)
    if pair != (body["old_instance"], body["new_instance"]):
        raise errors.Invalid("these are not the machines of this handover", fields={"old_instance": ["or new_instance"]})
    times: tuple[datetime, ...] = (incident.opened_at, body["old_lost_at"], body["new_serving_at"], tx.now())
    if list(times) != sorted(times):
        raise errors.Invalid("the times do not lie within the handover", fields={"new_serving_at": ["or old_lost_at"]})
    return True


def _book(tx: Tx, agent: Agent, incident: Incident, gap: Gap) -> None:
    incidents.measure(tx, incident.id, at=gap.end, seconds=gap.seconds, method=gap.method)
    downtime.insert(
        tx, client_id=agent.client_id, agent_id=agent.id, incident_id=incident.id, instance_id=incident.instance_id,
        start=gap.start, end=gap.end, seconds=gap.seconds, cause="promotion", details=incident.sentence, method=gap.method,
        metadata=canonical({}),
    )  # fmt: skip
    audit.tell(tx, agent, "switch_reported", f"A host reports {gap.seconds:.1f} s without service for this handover")
