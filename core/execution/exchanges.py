"""A promoted machine takes the place of a member of an Auto Scaling group: rows first, then one call after another.

Opened with the promotion, in its transaction. Each look decides the next call from what the group is like now and from
the orders that stand, so that it does not matter where anybody was cut.
"""

import json
from datetime import timedelta
from functools import partial
from uuid import uuid4

from core import audit, doorbell, events
from core.database import Tx
from core.domain.incident import Incident
from core.domain.intent import EMERGENCY, Intent
from core.domain.lifecycle import Agent, Instance, Role
from core.domain.scaling import Exchange, Group, Past, Step, Verb, next_step
from core.execution.orders import order
from core.people import notifications
from core.sql import actions, instances
from core.sql import scaling as rows

BELL = "group_exchanges"
GROUPS_ACT_EARLIER = timedelta(minutes=5)  # a group may answer a recommendation before we hear of it


def begin(tx: Tx, agent: Agent, old: Instance, new: Instance, incident: Incident | None) -> None:
    """The PRIMARY moved from ``old`` to ``new``: if the old one is a member of a group, the new one takes its place."""
    standing = rows.open_towards(tx, old.id)
    if standing and not rows.orders(tx, agent.client_id, standing.uuid):
        return _send_on(tx, standing, new)
    name = old.asg_name or (standing and standing.asg_name)
    if name:
        _open(tx, agent, old, new, name, incident)
        tx.on_commit(partial(doorbell.ring, BELL))
    return None


def zones_of(tx: Tx, member: Instance) -> frozenset[str]:
    """AZ ids of the group a machine is a member of; empty where there is none, or they are not known."""
    seen = member.asg_name and rows.group(tx, member.account_id, member.region, member.asg_name)
    return frozenset(json.loads(seen["zones"])) if seen else frozenset()


def begin_missing(tx: Tx, agent: Agent, safe: bool, old_id: int) -> bool:
    """Its membership became known only after the promotion."""
    old, new = instances.get(tx, old_id), instances.get(tx, agent.primary_instance_id)
    if old.role != Role.ZOMBIE or not old.asg_name:
        return False
    _open(tx, agent, old, new, old.asg_name, None)
    return True


def advance(tx: Tx, agent: Agent, safe: bool, exchange_id: int, group: Group | None, extras: tuple[str, ...], foreign: tuple[str, ...]) -> bool:
    """One step; whether anything was ordered or ended. While a call is on its way, or the old machine
    is still being asked in itself, nothing is asked."""
    x = rows.exchange(tx, exchange_id)
    orders = rows.orders(tx, x.client_id, x.uuid)
    if x.state != "open" or any(row["state"] == "pending" for row in orders) or rows.open_towards(tx, x.old_instance_id):
        return False
    step = next_step(x, group, _past(orders), _unknown(tx, extras), rows.is_raised_by_another(tx, x), tx.now(), _unknown(tx, foreign))
    if step.verb:
        return _order(tx, agent, safe, x, step, orders)
    if step.state == "open":
        rows.set_sentence(tx, x.id, step.why)
        return False
    return _finish(tx, agent, x, step, group)


def still_wanted(tx: Tx, intent: Intent) -> bool:
    """Asked as the executor claims a call: things may have changed while SAFE MODE or an outage held it; then it is withdrawn."""
    wanted = _is_wanted(tx, intent)
    if not wanted:
        actions.finish(tx, intent, "superseded", error="what it was ordered for is no more")
    return wanted


def _is_wanted(tx: Tx, intent: Intent) -> bool:
    params = json.loads(intent.params)
    if intent.instance_id is None:
        return True
    if params["verb"] == Verb.END_EXTRA:
        return not rows.known(tx, [params["ec2_instance_id"]])
    if params["verb"] in (Verb.ATTACH, Verb.RAISE):
        return instances.get(tx, intent.instance_id).role == Role.PRIMARY
    return params["verb"] != Verb.DETACH or instances.by_ec2_id(tx, params["ec2_instance_id"]).role != Role.PRIMARY


def _open(tx: Tx, agent: Agent, old: Instance, new: Instance, name: str, incident: Incident | None) -> None:
    now = tx.now()
    known = rows.by_machines(tx, old.id, new.id)
    if known:
        rows.reopen(tx, known["id"], now)
        return
    rows.insert_exchange(
        tx, uuid=str(uuid4()), client_id=agent.client_id, account_id=agent.account_id, agent_id=agent.id,
        incident_id=incident and incident.id, region=old.region, name=name, old_id=old.id, new_id=new.id,
        sentence=f"{new.name} is to take the place of {old.name} in {name}",
        since=incident.opened_at - GROUPS_ACT_EARLIER if incident else now, now=now,
    )  # fmt: skip


def _send_on(tx: Tx, standing: Exchange, new: Instance) -> None:
    """The machine that was to join was replaced before it was asked in."""
    if new.id == standing.old_instance_id:
        rows.finish(tx, standing.id, "done", f"{new.name} is the PRIMARY again", tx.now())
    else:
        rows.retarget(tx, standing.id, new.id)


def _unknown(tx: Tx, extras: tuple[str, ...]) -> tuple[str, ...]:
    """A machine that an agent of ours has, or had, is never ended as one too many."""
    known = rows.known(tx, list(extras))
    return tuple(extra for extra in extras if extra not in known)


def _past(orders: list[dict]) -> Past:
    """What the orders came to."""
    failures, released, raised, protected, ended, error = {}, False, None, None, set(), ""
    for row in orders:
        params = json.loads(row["params"])
        verb = params["verb"]
        if row["state"] == "failed":
            failures[verb], error = failures.get(verb, 0) + 1, row["last_error"] or ""
        elif row["state"] == "done":
            released = released or bool(params.get("decrement") and not row["last_error"])
            raised = params["maximum"] - 1 if verb == Verb.RAISE else None if verb == Verb.RESTORE else raised
            protected = {Verb.PROTECT: True, Verb.UNPROTECT: False}.get(verb, protected)
            ended |= {params["ec2_instance_id"]} if verb == Verb.END_EXTRA else set()
    return Past(failures, released, raised, protected, frozenset(ended), error)


def _order(tx: Tx, agent: Agent, safe: bool, x: Exchange, step: Step, orders: list[dict]) -> bool:
    """The next call as an intent; in SAFE MODE as a dry run, once for each kind of call."""
    if safe and any(row["state"] == "dry_run" and json.loads(row["params"])["verb"] == step.verb for row in orders):
        return False
    params = {"region": x.region, "group": x.asg_name, "verb": step.verb, "ec2_instance_id": step.ec2_id}
    optional = {"decrement": step.decrement, "maximum": step.maximum}
    order(
        tx, "asg", f"asg:{x.uuid}:{len(orders) + 1}", params | {name: value for name, value in optional.items() if value is not None},
        subject={
            "client_id": x.client_id, "account_id": x.account_id, "agent_id": x.agent_id, "instance_id": x.new_instance_id,
            "incident_id": x.incident_id,
        },
        why=step.why, safe=safe, priority=EMERGENCY,
    )  # fmt: skip
    rows.set_sentence(tx, x.id, step.why)
    audit.tell(tx, agent, "group_exchange", f"SAFE MODE, not done: {step.why}" if safe else step.why)
    return True


def _finish(tx: Tx, agent: Agent, x: Exchange, step: Step, group: Group | None) -> bool:
    """Done, or as far as it goes; what is a member now is written down, and people hear of a machine left beside its group."""
    if not rows.finish(tx, x.id, step.state, step.why, tx.now()):
        return False
    for instance_id, ec2_id in ((x.old_instance_id, x.old_ec2_id), (x.new_instance_id, x.new_ec2_id)):
        rows.set_member(tx, instance_id, x.asg_name if group and group.member(ec2_id) else None)
    audit.tell(tx, agent, "group_exchange", step.why)
    events.emit(tx, agent.client_id, "agent", agent_id=agent.uuid)
    if step.state == "outside":
        title = f"{agent.logical_name}: beside its Auto Scaling group"
        notifications.announce(tx, agent.client_id, f"group:{x.uuid}", "warning", title, step.why, link=f"/agents/{agent.uuid}")
    return True
