"""Auto Scaling's hook before it ends a machine: move the workload, ask for more time meanwhile, then let it end.

Heartbeats and the answer are orders to AWS like any other: intents, carried out by the executor, none in SAFE MODE.
"""

import json
from datetime import timedelta

from core import audit
from core.database import Tx
from core.domain.aws_event import Item
from core.domain.incident import Incident
from core.domain.lifecycle import Agent, Instance, Role
from core.domain.notice import Rank
from core.emergencies.emergency import act, raise_incident, remember
from core.emergencies.receipts import Taken
from core.execution.orders import order
from core.intake.evidence import note, why_over
from core.sql import incidents, instances, notices, scaling

HEARTBEAT_EVERY = timedelta(minutes=15)  # a hook holds for an hour unless it says otherwise; AWS ends it after 48 h at most
AT_LEAST = timedelta(seconds=10)
GIVES_UP_AFTER = timedelta(hours=48)


def take_lifecycle(tx: Tx, agent: Agent, safe: bool, subject: Instance, item: Item, key: dict) -> Taken:
    """Auto Scaling is about to end the machine and waits for our answer."""
    over = why_over(subject)
    if over:
        return note(tx, agent, subject, item, key, "act" if over == "own_action" else "record", over)
    incident = raise_incident(
        tx, agent, subject, cause="lifecycle", rank=Rank.TERMINATION, deadline=None, aws_account=key["aws_account"],
        sentence=f"Auto Scaling is about to end {subject.name}",
    )  # fmt: skip
    uuid = remember(tx, agent, item.notice, key, "act", None, incident)
    return Taken(uuid, incident, "act", None, act(tx, agent, safe, subject, item.notice.kind, incident))


def answer(tx: Tx, agent: Agent, safe: bool, notice_id: int) -> bool:
    """One step for a hook that waits: let the machine go once nothing runs on it, else ask for more time."""
    row = notices.get(tx, notice_id)
    incident = row["incident_id"] and incidents.get(tx, row["incident_id"])
    subject = instances.by_ec2_id(tx, row["ec2_instance_id"])
    if safe or row["received_at"] + GIVES_UP_AFTER < tx.now():
        return False
    if subject.role != Role.PRIMARY and _is_free(subject, incident):
        return _tell(tx, agent, subject, row, "complete", 0, f"Told Auto Scaling that it may end {subject.name}")
    beats = int((tx.now() - row["received_at"]) / _every(tx, subject, row))
    return beats > 0 and _tell(tx, agent, subject, row, "heartbeat", beats, f"Asked Auto Scaling for more time with {subject.name}")


def _every(tx: Tx, subject: Instance, row: dict) -> timedelta:
    """A third of the hook's own timeout, where it is known (L3)."""
    named = _named(row)
    known = scaling.group(tx, subject.account_id, subject.region, named.get("AutoScalingGroupName") or "")
    seconds = json.loads((known and known["hooks"]) or "{}").get(named.get("LifecycleHookName"))
    return max(AT_LEAST, timedelta(seconds=seconds / 3)) if seconds else HEARTBEAT_EVERY


def _named(row: dict) -> dict:
    """What the event says of the hook, in whatever envelope it came."""
    detail = json.loads(row["payload"])
    return detail.get("detail", detail)


def _is_free(subject: Instance, incident: Incident | None) -> bool:
    """Whether nothing is lost with the machine: its successor serves, it never had one, or we ordered its end ourselves."""
    if subject.terminate_requested_at or incident is None:
        return True
    return bool(incident.serving_at or not incident.promoted_at)


def _tell(tx: Tx, agent: Agent, subject: Instance, row: dict, verb: str, number: int, why: str) -> bool:
    detail = _named(row)
    params = {
        "region": subject.region, "verb": verb, "group": detail.get("AutoScalingGroupName"), "hook": detail.get("LifecycleHookName"),
        "token": detail.get("LifecycleActionToken"), "ec2_instance_id": subject.ec2_instance_id,
    }  # fmt: skip
    ordered = order(
        tx, "lifecycle", f"lifecycle:{row['uuid']}:{verb}:{number}", params,
        subject={
            "client_id": agent.client_id, "account_id": subject.account_id, "agent_id": agent.id, "instance_id": subject.id,
            "incident_id": row["incident_id"],
        },
        why=why, safe=False,
    )  # fmt: skip
    if ordered:
        audit.tell(tx, agent, f"lifecycle_{verb}", why)
    return ordered is not None
