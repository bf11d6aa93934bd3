"""Maintenance that AWS announces days before: a plan first, a move shortly before it begins, nothing if it is cancelled."""

from uuid import uuid4

from core import audit, events
from core.database import Tx
from core.domain.aws_event import Item
from core.domain.incident import Incident
from core.domain.lifecycle import Agent, Instance, Role
from core.domain.notice import NOTICES, Rank
from core.emergencies.emergency import act, raise_incident, retire
from core.emergencies.receipts import Taken
from core.intake.evidence import note
from core.sql import accounts, agents, incidents, instances, maintenance, replicas

CLOSED = "closed"  # AWS Health's statusCode of an event that is over or taken back


def take_maintenance(tx: Tx, agent: Agent, safe: bool, subject: Instance, item: Item, key: dict) -> Taken:
    """One scheduled change of one machine; the same event may come again with another time, or be closed."""
    detail = item.notice.payload["detail"]
    event_key = str(detail.get("eventArn") or key["source_key"])[:255]
    if item.word == CLOSED:
        cancel(tx, agent, safe, subject, event_key)
    elif subject.role != Role.TERMINATED:
        _plan(tx, agent, subject, item, event_key, str(detail.get("eventTypeCode", ""))[:80])
    return note(tx, agent, subject, item, key, "act", None)


def _plan(tx: Tx, agent: Agent, subject: Instance, item: Item, event_key: str, code: str) -> None:
    begins = item.not_before or tx.now()
    maintenance.plan(
        tx, uuid=str(uuid4()), client_id=agent.client_id, agent_id=agent.id, instance_id=subject.id, event_key=event_key,
        code=code, not_before=begins, now=tx.now(),
    )  # fmt: skip
    audit.tell(tx, agent, "maintenance_planned", f"AWS will take {subject.name} down on {begins:%Y-%m-%d at %H:%M} UTC")


def begin(tx: Tx, agent: Agent, safe: bool, plan_id: int) -> bool:
    """The time has come: leave the machine as if it were to be interrupted when the maintenance begins."""
    plan = maintenance.get(tx, plan_id)
    subject = instances.get(tx, plan["instance_id"])
    if plan["state"] != "scheduled" or subject.role != Role.PRIMARY:
        maintenance.set_state(tx, plan_id, "over")
        return False
    incident = raise_incident(
        tx, agent, subject, cause="maintenance", rank=Rank.TERMINATION, deadline=max(plan["not_before"], tx.now()),
        aws_account=accounts.get(tx, subject.account_id).aws_account_id, sentence=f"AWS will soon take {subject.name} down for maintenance",
    )  # fmt: skip
    maintenance.set_state(tx, plan_id, "begun", incident.id)
    act(tx, agent, safe, subject, NOTICES["maintenance"], incident)
    return True


def cancel(tx: Tx, agent: Agent, safe: bool, subject: Instance, event_key: str) -> None:
    """AWS takes it back: what was planned is undone, unless the workload has moved already."""
    plan = maintenance.of_event(tx, subject.id, event_key)
    if plan is None or plan["state"] in ("cancelled", "over"):
        return
    maintenance.set_state(tx, plan["id"], "cancelled")
    audit.tell(tx, agent, "maintenance_cancelled", f"AWS will not take {subject.name} down after all")
    incident = plan["incident_id"] and incidents.get(tx, plan["incident_id"])
    if incident and incident.is_open and incident.cause == "maintenance" and not incident.promoted_at:
        _undo(tx, agent, safe, subject, incident)


def _undo(tx: Tx, agent: Agent, safe: bool, subject: Instance, incident: Incident) -> None:
    incidents.close_without_end(tx, incident.id, "cancelled")
    instances.clear_rank(tx, subject.id)
    agents.mirror_notice(tx, agent.id, "none", None)
    for standby in replicas.standbys(tx, agent.id):
        if standby.replica.incident_id == incident.id:
            retire(tx, agent, safe, standby.instance, "terminated", f"{standby.instance.name} is not needed: the maintenance was cancelled")
    events.emit(tx, agent.client_id, "incident", agent_id=agent.uuid, incident_id=incident.uuid)
