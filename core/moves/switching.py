"""A planned switch: the PRIMARY moves to a better pool, and the new host is ready before the old one lets go (FLOW-10).

Like an emergency it is rows first: an intent launches the new host, the reconciler goes on from the rows, and
whatever goes wrong before the promotion ends the new host and leaves the old one untouched.
"""

from datetime import timedelta
from uuid import uuid4

from core import audit, doorbell, errors, events
from core.database import Tx
from core.domain.downtime import expected_gap, handover_gap
from core.domain.intent import ORDINARY
from core.domain.lifecycle import Agent, Instance, Role
from core.domain.plan import Plan
from core.domain.pools import Candidate
from core.domain.serialize import canonical
from core.domain.switch import Act, Order, Step, Switch, next_step
from core.emergencies import emergency
from core.execution import exchanges
from core.execution.orders import launch_params, order, order_end
from core.money.downtime import BUDGET_SECONDS
from core.moves.notice_paths import why_deaf
from core.people import notifications
from core.prices import quotes
from core.sql import actions, agents, downtime, heartbeats, incidents, instances, plans, pools, replicas, switches

LIFE = timedelta(hours=6)


def look(tx: Tx, agent: Agent, target_pool: str) -> Order:
    """All that decides whether a switch may begin."""
    primary = instances.get(tx, agent.primary_instance_id)
    return Order(
        agent=agent,
        config=agents.config(tx, agent.id),
        primary=primary,
        present=pools.get(tx, primary.pool_id, agent.client_id),
        target=pools.get(tx, target_pool, agent.client_id),
        on_demand_price=pools.on_demand_price(tx, primary.region, primary.instance_type),
        is_ice=target_pool in pools.without_capacity(tx),
        open_incidents=incidents.count_open(tx, agent.id),
        live_switches=switches.count_live(tx, agent.id),
        budget_used=downtime.used_this_month(tx, agent.client_id) / BUDGET_SECONDS,
        deaf=why_deaf(tx, primary),
        zones=exchanges.zones_of(tx, primary),
    )


def begin(tx: Tx, safe: bool, wanted: Order, plan: Plan, *, cause: str, actor: str, request_id: str, priority: int = ORDINARY,
          auto_terminate: bool | None = None) -> str:  # fmt: skip
    """The new host's row, its launch intent and the switch, in one transaction; the uuid of the switch.

    In SAFE MODE the switch and its launch are recorded as dry runs, for ever.
    """
    agent, primary, target, now = wanted.agent, wanted.primary, wanted.target, tx.now()
    uuid = str(uuid4())
    new = None if safe else _insert_host(tx, wanted, plan.sentence)
    price = quotes.of_instance(tx, primary, now)
    switches.insert(
        tx, uuid=uuid, client_id=agent.client_id, agent_id=agent.id, request_id=request_id, plan_id=plan.id, old_id=primary.id,
        new_id=new and new.id, old_price=price and price.usd_per_hour, new_price=target.price, on_demand=wanted.on_demand_price,
        data_source=quotes.source(), stale=bool(price and price.stale), state="dry_run" if safe else "preparing", cause=cause, user=actor,
        auto_terminate=auto_terminate, sentence=plan.sentence, now=now,
    )  # fmt: skip
    order(
        tx, "launch", f"switch:{uuid}", launch_params(_candidate(wanted), primary),
        subject={
            "client_id": agent.client_id, "account_id": agent.account_id, "agent_id": agent.id, "instance_id": new and new.id,
        },
        why=plan.sentence, safe=safe, priority=priority,
    )  # fmt: skip
    audit.tell(tx, agent, "order_switch", f"SAFE MODE, not done: {plan.sentence}" if safe else plan.sentence, actor=actor)
    events.emit(tx, agent.client_id, "switch", agent_id=agent.uuid, switch_id=uuid)
    return uuid


def advance(tx: Tx, agent: Agent, safe: bool, switch_id: int) -> bool:
    """One step of a switch; harmless however often it is repeated. SAFE MODE holds what would change AWS."""
    switch = switches.get(tx, switch_id)
    if switch.state not in ("preparing", "promoted", "serving"):
        return False
    old, new = instances.get(tx, switch.old_instance_id), instances.get(tx, switch.new_instance_id)
    step = _next(tx, agent, switch, old, new)
    _tick_off(tx, switch, new)
    if safe and step.act in (Act.PROMOTE, Act.FAIL):
        return False
    return DO[step.act](tx, agent, switch, old, new, step.reason)


def still_wanted(tx: Tx, instance_id: int) -> bool:
    """Whether the launch of a planned switch is still what was ordered, asked by the executor as it claims it."""
    switch = switches.live_of_instance(tx, instance_id)
    if switch is None:
        return False
    agent, new = agents.get(tx, switch.agent_id), instances.get(tx, instance_id)
    return _next(tx, agent, switch, instances.get(tx, switch.old_instance_id), new).act is not Act.FAIL


def simulate(tx: Tx, wanted: Order, refused_because: str | None) -> dict:
    """What a switch would bring, without any effect. A figure nobody measured is null."""
    price = quotes.of_instance(tx, wanted.primary, tx.now())
    gap = expected_gap(switches.measured_gaps(tx, wanted.agent.client_id, wanted.agent.id))
    boot = switches.mean_boot(tx, wanted.agent.client_id)
    target = wanted.target
    known = price is not None and target is not None and target.price is not None
    return {
        "saving_usd_per_hour": round(price.usd_per_hour - target.price, 6) if known else None,
        "expected_downtime_seconds": gap.seconds,
        "expected_downtime_rests_on": {"switches": gap.switches, "words": gap.words},
        "expected_boot_seconds": boot and round(boot, 3),
        "data_source": quotes.source(),
        "stale": bool(price and price.stale),
        "steps": [sentence for _, sentence in steps_of(wanted)] if target else [],
        "refused_because": refused_because,
    }


def steps_of(wanted: Order) -> list[tuple[str, str]]:
    """The steps of a switch, as a plan tells them beforehand."""
    old, target = wanted.primary, wanted.target
    return [
        ("launch", f"Launch a Spot {target.instance_type} in {target.az_id} as a replica"),
        ("ready", "Wait until it has booted, prepared itself and is in good health; else end it and change nothing"),
        ("promote", f"Promote it; {old.name} stops its workload as soon as it learns of it"),
        ("verify", "Measure the gap from the hosts' own reports, and see the new one serve"),
        ("end", f"Keep {old.name} for its wait, then end it" if wanted.config.auto_terminate_enabled else f"Keep {old.name}, as configured"),
    ]


def adopt_failovers(tx: Tx) -> int:
    """Moves made by emergencies enter the history of switches."""
    return switches.adopt_failovers(tx, quotes.source()) + switches.follow_failovers(tx)


def _candidate(wanted: Order) -> Candidate:
    target = wanted.target
    return Candidate(target.pool_id, target.az_id, target.instance_type, "spot", target.price, "the plan's target")


def _insert_host(tx: Tx, wanted: Order, why: str) -> Instance:
    agent, primary, target, now = wanted.agent, wanted.primary, wanted.target, tx.now()
    new_id = instances.insert(
        tx, uuid=str(uuid4()), client_id=agent.client_id, account_id=agent.account_id, agent_id=agent.id, ec2_id=None,
        instance_type=target.instance_type, region=primary.region, az=None, az_id=target.az_id, pool_id=target.pool_id,
        lifecycle="spot", role=Role.REPLICA, reason=why, status="launching", launch_spec=primary.launch_spec,
        replica_of_id=primary.id, replica_expiry=now + LIFE, now=now,
    )  # fmt: skip
    replicas.insert(
        tx, uuid=str(uuid4()), client_id=agent.client_id, agent_id=agent.id, instance_id=new_id, incident_id=None,
        mode="planned", pool_id=target.pool_id, expires_at=now + LIFE, now=now,
    )  # fmt: skip
    events.emit(tx, agent.client_id, "replica", agent_id=agent.uuid)
    return instances.get(tx, new_id)


def _next(tx: Tx, agent: Agent, switch: Switch, old: Instance, new: Instance) -> Step:
    standby = next((one for one in replicas.standbys(tx, agent.id) if one.instance.id == new.id), None)
    serving = switch.promoted_at and switches.serving_since(tx, new.id, switch.promoted_at)
    ends = agents.config(tx, agent.id).auto_terminate_enabled if switch.auto_terminate is None else switch.auto_terminate
    return next_step(
        switch, agent, old, new, standby, pools.get(tx, new.pool_id, agent.client_id), serving is not None and new.role == Role.PRIMARY, tx.now(),
        ends_by_itself=bool(ends),
    )  # fmt: skip


def _tick_off(tx: Tx, switch: Switch, new: Instance) -> None:
    if switch.plan_id and new.ec2_instance_id:
        plans.step_done(tx, switch.plan_id, "launch", tx.now())


def _wait(tx: Tx, agent: Agent, switch: Switch, old: Instance, new: Instance, why: str) -> bool:
    """The order to end the old one overrides the agent's configuration when the switch says so."""
    due = old.terminate_after is not None and old.terminate_after <= tx.now() and old.terminate_requested_at is None
    if switch.state != "serving" or not switch.auto_terminate or not due:
        return False
    return order_end(tx, old, f"{old.name} was switched away from, and its wait is over", safe=False)


def _promote(tx: Tx, agent: Agent, switch: Switch, old: Instance, new: Instance, why: str) -> bool:
    if not switches.set_promoted(tx, switch.id, tx.now()):
        return False
    emergency.promote_replica(tx, agent, new, why, actor=switch.user_id, request_id=switch.request_id)
    if switch.plan_id:
        plans.step_done(tx, switch.plan_id, "ready", tx.now())
        plans.step_done(tx, switch.plan_id, "promote", tx.now())
    _tell_pages(tx, agent, switch)
    return True


def _fail(tx: Tx, agent: Agent, switch: Switch, old: Instance, new: Instance, why: str) -> bool:
    """Before the promotion: the new host is ended, the old one is as it was."""
    why = switches.end_reason(tx, new.id) or why
    if not switches.finish(tx, switch.id, "failed", why, tx.now()):
        return False
    if new.role == Role.REPLICA and new.terminate_requested_at is None:
        emergency.retire(tx, agent, False, new, "failed", why)
        _forget_unlaunched(tx, new, why)
    return _over(tx, agent, switch, "failed", f"The switch came to nothing: {why}")


def _forget_unlaunched(tx: Tx, new: Instance, why: str) -> None:
    """A host whose launch was never begun, and will not be, has no machine to end."""
    launch = actions.live_launch_of(tx, new.id)
    if new.ec2_instance_id is None and launch.state != "pending":
        emergency.give_up(tx, instances.get(tx, new.id), "failed", why)


def _verify(tx: Tx, agent: Agent, switch: Switch, old: Instance, new: Instance, why: str) -> bool:
    """The new one serves (E-96): measure the gap, let the old one go after its wait."""
    at = switches.serving_since(tx, new.id, switch.promoted_at)
    gap = handover_gap(
        heartbeats.serving_reports(tx, old.id, switch.promoted_at), heartbeats.serving_reports(tx, new.id, switch.promoted_at),
        switch.promoted_at, heartbeats.last_contact(tx, old.id),
    )  # fmt: skip
    if not switches.set_serving(tx, switch.id, at, gap and gap.seconds, gap and gap.method):
        return False
    if gap and gap.seconds > 0:
        downtime.insert(
            tx, client_id=agent.client_id, agent_id=agent.id, incident_id=None, instance_id=old.id, start=gap.start, end=gap.end,
            seconds=gap.seconds, cause="planned", details=switch.sentence, method=gap.method, metadata=canonical({"switch": switch.uuid}),
        )  # fmt: skip
    if switch.auto_terminate is None or switch.auto_terminate:
        wait = timedelta(seconds=agents.config(tx, agent.id).terminate_wait_seconds)
        instances.set_terminate_after(tx, old.id, tx.now() + wait)
    return _tell_verified(tx, agent, switch, f"{new.name} serves in place of {old.name}; {_gap_words(gap)}")


def _tell_verified(tx: Tx, agent: Agent, switch: Switch, sentence: str) -> bool:
    if switch.plan_id:
        plans.step_done(tx, switch.plan_id, "verify", tx.now())
    audit.tell(tx, agent, "switched", sentence)
    notifications.announce(tx, agent.client_id, f"switched:{switch.uuid}", "info", f"{agent.logical_name}: switched", sentence, link="/switches")
    _tell_pages(tx, agent, switch)
    return True


def _warn(tx: Tx, agent: Agent, switch: Switch, old: Instance, new: Instance, why: str) -> bool:
    """Told once; the old one is kept, because nobody knows yet that it can go."""
    title = f"{agent.logical_name}: does not serve"
    return notifications.announce(tx, agent.client_id, f"switch_late:{switch.uuid}", "critical", title, why, link="/switches")


def _finish(tx: Tx, agent: Agent, switch: Switch, old: Instance, new: Instance, why: str) -> bool:
    if not switches.finish(tx, switch.id, "done", switch.sentence, tx.now()):
        return False
    if switch.plan_id:
        plans.step_done(tx, switch.plan_id, "end", tx.now())
    return _over(tx, agent, switch, "done", f"The switch is done: {why}")


def _over(tx: Tx, agent: Agent, switch: Switch, state: str, sentence: str) -> bool:
    if switch.plan_id:
        plans.move(tx, switch.plan_id, "executing", state, now=tx.now(), outcome=sentence)
    audit.tell(tx, agent, f"switch_{state}", sentence)
    if state == "failed":
        title = f"{agent.logical_name}: not switched"
        notifications.announce(tx, agent.client_id, f"switch_failed:{switch.uuid}", "warning", title, sentence, link="/switches")
    _tell_pages(tx, agent, switch)
    return True


def _tell_pages(tx: Tx, agent: Agent, switch: Switch) -> None:
    """The dashboard hears of it, and the ledger books at once."""
    events.emit(tx, agent.client_id, "switch", agent_id=agent.uuid, switch_id=switch.uuid)
    tx.on_commit(lambda: doorbell.ring("ledger"))


def _gap_words(gap) -> str:
    return f"{gap.seconds:.1f} s without service" if gap else "downtime not measured"


def refused(refusal) -> errors.SpotError:
    """The failure that a refusal is told as."""
    return getattr(errors, refusal.code)(refusal.reason)


DO = {
    Act.WAIT: _wait,
    Act.PROMOTE: _promote,
    Act.TAKEN_OVER: _fail,
    Act.FAIL: _fail,
    Act.VERIFY: _verify,
    Act.WARN: _warn,
    Act.FINISH: _finish,
}
