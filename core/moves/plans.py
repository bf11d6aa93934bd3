"""Plans: stored before anything is done, read by people, refused once the state they were made for is gone (D1)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from core import audit, errors, events
from core.database import Tx
from core.domain.lifecycle import Agent
from core.domain.plan import EVERYTHING, PLAN_LIFE, Mode, Plan, Seen, drift, effective_mode, fingerprint, what_moved
from core.domain.risk import Risk
from core.domain.serialize import canonical
from core.domain.switch import Order, is_calm, refuse
from core.execution.orders import on_paper
from core.forecast.risk import risk_of_pools
from core.locks import lock_agent
from core.moves import switching
from core.moves.engine import in_force
from core.people import notifications
from core.prices import quotes
from core.sql import agents, instances, plans

SHOWN = ("kind", "mode", "state", "target_pool_id", "target_price", "expected_usd_per_hour", "risk", "blast_radius", "sentence",
         "fingerprint", "created_at", "expires_at", "decided_at", "decided_by", "finished_at", "outcome")  # fmt: skip


def order_switch(tx: Tx, agent_id: int, target_pool: str, *, actor: str, request_id: str, why: str | None = None, forced: bool = False,
                 auto_terminate: bool | None = None, priority: int = 5) -> dict:  # fmt: skip
    """A person orders a switch: the plan is written, approved by that, and begun. Open proposals give way."""
    agent, safe = lock_agent(tx, agent_id)
    wanted = switching.look(tx, agent, target_pool)
    refusal = refuse(wanted, tx.now(), forced=forced)
    if refusal:
        raise switching.refused(refusal)
    _give_way(tx, agent, actor)
    told = _sentence(tx, wanted, why)
    plan = write(tx, wanted, kind="switch", mode=Mode.APPROVE, sentence=told, risk=_risk(tx, wanted), evidence={"ordered_by": actor})
    uuid = carry_out(
        tx, safe, wanted, plan, actor=actor, request_id=request_id, cause="forced" if forced else "manual", auto_terminate=auto_terminate,
        priority=priority,
    )  # fmt: skip
    return {
        "command_id": uuid, "switch_id": uuid, "plan_id": plan.uuid, "status": "dry_run" if safe else "pending", "target_pool": target_pool,
        **on_paper(safe, "switch"),
    }  # fmt: skip


def simulate(tx: Tx, agent: Agent, target_pool: str) -> dict:
    """What a switch would bring; nothing is changed."""
    wanted = switching.look(tx, agent, target_pool)
    refusal = refuse(wanted, tx.now(), forced=False)
    told = switching.simulate(tx, wanted, refusal and refusal.reason)
    risk = _risk(tx, wanted)
    return {**told, "target_pool": target_pool, "risk": risk and risk.probability, "evidence": risk and risk.evidence}


def _risk(tx: Tx, wanted: Order) -> Risk | None:
    """How likely the target is lost within the hour, as every page shows it."""
    return wanted.target and risk_of_pools(tx, wanted.target.region, wanted.agent.client_id)[wanted.target.pool_id]


def write(tx: Tx, wanted: Order, *, kind: str, mode: Mode, sentence: str, risk: Risk, evidence: Mapping[str, Any]) -> Plan:
    """Store a plan with its steps, the risk of its target, and the fingerprint of the state it is made for."""
    agent, now = wanted.agent, tx.now()
    values = seen(tx, wanted)
    price, target = values["price"], values["target_price"]
    plan_id = plans.insert(
        tx, uuid=str(uuid4()), client_id=agent.client_id, account_id=agent.account_id, agent_id=agent.id, kind=kind, mode=mode,
        target=wanted.target.pool_id, saves=None if None in (price, target) else round(price - target, 6),
        risk=risk.probability, blast_radius=f"One workload, {agent.logical_name}: no service while the two hosts change over",
        sentence=sentence, evidence=canonical({**evidence, "risk_evidence": risk.evidence, "data_source": quotes.source()}), seen=canonical(values),
        fingerprint=fingerprint(values), expires_at=now + PLAN_LIFE, now=now,
    )  # fmt: skip
    plans.insert_steps(tx, plan_id, switching.steps_of(wanted))
    events.emit(tx, agent.client_id, "plan", agent_id=agent.uuid)
    return plans.get(tx, plan_id)


def seen(tx: Tx, wanted: Order) -> dict[str, Any]:
    """The state that a plan for this move rests on, now."""
    price = quotes.of_instance(tx, wanted.primary, tx.now())
    return Seen(
        primary=wanted.primary.uuid, epoch=wanted.agent.epoch, pool_id=wanted.primary.pool_id, lifecycle=wanted.primary.lifecycle,
        price=price and price.usd_per_hour, target_pool_id=wanted.target.pool_id, target_price=wanted.target.price,
        target_is_calm=is_calm(wanted.target, wanted.is_ice, tx.now()),
    ).values()  # fmt: skip


def approve(tx: Tx, client_id: int, uuid: str, *, actor: str) -> dict | errors.SpotError:
    """Carry a plan out, if the state it was made for still stands.

    A plan that is too old or has drifted is marked so, in the transaction that refuses it: the failure is
    returned, not raised.
    """
    plan, agent, safe = _locked(tx, client_id, uuid)
    if plan.undecidable():
        raise errors.PlanNotOpen(plan.undecidable())
    wanted = switching.look(tx, agent, plan.target_pool_id)
    stopped = _stopped(tx, agent, plan, wanted)
    if stopped:
        return stopped
    refusal = refuse(wanted, tx.now(), forced=False)
    if refusal:
        raise switching.refused(refusal)
    carry_out(tx, safe, wanted, plan, actor=actor, request_id=f"plan:{plan.uuid}", cause="plan")
    return show(tx, client_id, uuid)


def reject(tx: Tx, client_id: int, uuid: str, *, actor: str, why: str | None) -> dict:
    """Not this one; the next proposal for this workload comes six hours later."""
    plan, agent, _ = _locked(tx, client_id, uuid)
    if not plans.move(tx, plan.id, "proposed", "rejected", now=tx.now(), by=actor, outcome=why or "Rejected"):
        raise errors.PlanNotOpen(f"this plan is {plan.state}")
    _tell(tx, agent, "reject_plan", f"Rejected: {plan.sentence}", actor)
    return show(tx, client_id, uuid)


def carry_out(tx: Tx, safe: bool, wanted: Order, plan: Plan, *, actor: str, request_id: str, cause: str, **how: Any) -> str:
    """Approved, and begun in the same transaction: nothing can drift in between. A dry run in SAFE MODE is over at once."""
    now = tx.now()
    if not plans.move(tx, plan.id, "proposed", "approved", now=now, by=actor) or not plans.move(tx, plan.id, "approved", "executing", now=now):
        raise errors.PlanNotOpen()
    uuid = switching.begin(tx, safe, wanted, plan, cause=cause, actor=actor, request_id=request_id, **how)
    if safe:
        plans.move(tx, plan.id, "executing", "done", now=now, outcome="SAFE MODE: written down as a dry run, nothing was changed")
    _tell(tx, wanted.agent, "approve_plan", f"Approved: {plan.sentence}", actor)
    return uuid


def settle(tx: Tx, agent: Agent, safe: bool, plan_id: int) -> bool:
    """A proposal that waits: over once it is too old, or the state it was made for is gone."""
    plan = plans.get(tx, plan_id)
    return plan.state == "proposed" and _stopped(tx, agent, plan, switching.look(tx, agent, plan.target_pool_id)) is not None


def mode_of(tx: Tx, agent: Agent, kind: str) -> Mode:
    """How far the product may go by itself. With auto-switch off it only proposes."""
    mode = effective_mode(plans.modes(tx, agent.client_id), agent.account_id, agent.id, kind)
    waits = mode in (Mode.APPROVE, Mode.AUTO) and not agents.config(tx, agent.id).auto_switch_enabled
    return Mode.PROPOSE if waits else mode


def set_mode(tx: Tx, client_id: int, body: Mapping[str, Any], *, actor: str) -> dict:
    """One setting for the client, one of its accounts or one of its agents, and for one kind or every kind."""
    account = body["account_id"] and plans.account_id(tx, client_id, str(body["account_id"]))
    agent = body["agent_id"] and agents.by_uuid(tx, str(body["agent_id"]))
    if (body["account_id"] and account is None) or (body["agent_id"] and (agent is None or agent.client_id != client_id)):
        raise errors.NotFound()
    kind = body["kind"] or EVERYTHING
    plans.set_mode(tx, client_id, account or 0, agent.id if agent else 0, kind, body["mode"], actor, tx.now())
    if agent and body["policy"]:
        plans.set_policy(tx, agent.id, replace(plans.policy(tx, agent.id) or in_force(tx).policy, **body["policy"]))
    words = "every kind of plan" if kind == EVERYTHING else f"plans of kind {kind}"
    whom = agent.logical_name if agent else "an account" if account else "every workload"
    audit.record(
        tx, client_id=client_id, actor=actor, action="set_mode", resource=("client", client_id), why=f"Set {words} of {whom} to {body['mode']}"
    )
    return {"modes": modes_of(tx, client_id)}


def modes_of(tx: Tx, client_id: int) -> list[dict]:
    """Every setting; null stands for every account, every agent, every kind."""
    rows = plans.shown_modes(tx, client_id)
    return [{**row, "kind": None if row["kind"] == EVERYTHING else row["kind"]} for row in rows]


def list_of(tx: Tx, client_id: int, state: str | None, limit: int) -> list[dict]:
    return [_shown(row) for row in plans.of_client(tx, client_id, state, limit)]


def show(tx: Tx, client_id: int, uuid: str) -> dict:
    """One plan with its steps, its evidence and, if it drifted, what moved."""
    row = plans.shown(tx, client_id, uuid)
    if row is None:
        raise errors.NotFound()
    return {**_shown(row), "steps": plans.steps(tx, row["id"])}


def tell_proposed(tx: Tx, agent: Agent, plan: Plan) -> None:
    """People hear of a proposal at most once a day for the same target."""
    if plan.mode == Mode.OBSERVE:
        return
    occasion = f"{agent.id}:{tx.now():%Y-%m-%d}:{plan.target_pool_id}"[:90]
    title = f"{agent.logical_name}: {'a plan waits for you' if plan.mode == Mode.APPROVE else 'a proposal'}"
    notifications.announce(tx, agent.client_id, f"plan:{occasion}", "info", title, plan.sentence, link="/plans")


def _locked(tx: Tx, client_id: int, uuid: str) -> tuple[Plan, Agent, bool]:
    agent_id = plans.agent_of(tx, client_id, uuid)
    if agent_id is None:
        raise errors.NotFound()
    agent, safe = lock_agent(tx, agent_id)
    return plans.by_uuid(tx, client_id, uuid), agent, safe


def _stopped(tx: Tx, agent: Agent, plan: Plan, wanted: Order) -> errors.SpotError | None:
    """The failure of a proposal that is too old or has drifted, after it was marked so."""
    now = tx.now()
    if plan.has_expired(now):
        plans.move(tx, plan.id, "proposed", "expired", now=now, outcome="Nobody decided in time")
        events.emit(tx, agent.client_id, "plan", agent_id=agent.uuid)
        return errors.PlanExpired(expired_at=plan.expires_at)
    moved = drift(json.loads(plan.state_seen), seen(tx, wanted))
    if not moved:
        return None
    plans.move(tx, plan.id, "proposed", "drifted", now=now, outcome="The state it was made for is no more", drift=canonical(moved))
    _tell(tx, agent, "plan_drifted", f"Plan withdrawn, {what_moved(moved)}: {plan.sentence}", audit.SYSTEM)
    return errors.PlanDrifted(drift=moved)


def _give_way(tx: Tx, agent: Agent, actor: str) -> None:
    waiting = plans.open_of_agent(tx, agent.id)
    if waiting and not plans.move(tx, waiting.id, "proposed", "rejected", now=tx.now(), by=actor, outcome="Gave way to an order by hand"):
        raise errors.SwitchRefused("a plan of this workload is being carried out")


def _sentence(tx: Tx, wanted: Order, why: str | None) -> str:
    old, target = wanted.primary, wanted.target
    move = f"Move from {old.place} to {target.instance_type} in {target.az_id}"
    return f"{move}: {why}" if why else f"{move}, ordered by hand"


def _tell(tx: Tx, agent: Agent, action: str, sentence: str, actor: str) -> None:
    audit.tell(tx, agent, action, sentence, actor=actor)
    events.emit(tx, agent.client_id, "plan", agent_id=agent.uuid)


def _shown(row: dict) -> dict:
    return {
        "plan_id": row["uuid"], "agent_id": row["agent_uuid"], "agent_name": row["logical_name"], **{name: row[name] for name in SHOWN},
        "evidence": json.loads(row["evidence"]), "state_seen": json.loads(row["state_seen"]),
        "drift": row["drift"] and json.loads(row["drift"]),
    }  # fmt: skip


def force_switch(tx: Tx, client_id: int, instance_uuid: str, target_pool: str, *, auto_terminate: bool | None, actor: str,
                 request_id: str) -> dict:  # fmt: skip
    """By instance, and with auto-switch off: a person's own decision. Only the PRIMARY can be switched away from."""
    agent = agent_of_primary(tx, client_id, instance_uuid)
    return order_switch(
        tx, agent.id, target_pool, actor=actor, request_id=request_id, forced=True, auto_terminate=auto_terminate, why="forced by hand"
    )


def agent_of_primary(tx: Tx, client_id: int, instance_uuid: str) -> Agent:
    """The agent whose PRIMARY this is; anything else of the client is a conflict, anything else at all is not found."""
    instance = instances.by_uuid(tx, instance_uuid)
    if instance is None or instance.client_id != client_id:
        raise errors.NotFound()
    agent = instance.agent_id and agents.get(tx, instance.agent_id)
    if not agent or agent.primary_instance_id != instance.id:
        raise errors.SwitchRefused("only a PRIMARY can be switched away from")
    return agent
