"""A planned switch: when it is refused, and what its next step is. The new host comes before the old one goes (INV-63)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain.lifecycle import Agent, AgentConfig, Instance, Role
from core.domain.pools import Pool, holds
from core.domain.response import Standby
from core.domain.row import FromRow

GIVE_UP_AFTER = timedelta(minutes=15)
LATE_AFTER = timedelta(seconds=60)
BUDGET_SHARE = 0.8


@dataclass(frozen=True)
class Switch(FromRow):
    """One row of ``switches``. Prices in USD per hour, None where unknown."""

    id: int
    uuid: str
    client_id: int
    agent_id: int
    plan_id: int | None
    incident_id: int | None
    old_instance_id: int
    new_instance_id: int | None
    state: str
    cause: str
    auto_terminate: int | None
    user_id: str
    request_id: str
    started_at: datetime
    promoted_at: datetime | None
    serving_at: datetime | None
    sentence: str


class Act(StrEnum):
    """What the reconciler does about a switch now."""

    WAIT = "WAIT"
    PROMOTE = "PROMOTE"
    TAKEN_OVER = "TAKEN_OVER"
    FAIL = "FAIL"
    VERIFY = "VERIFY"
    WARN = "WARN"
    FINISH = "FINISH"


@dataclass(frozen=True)
class Step:
    """What is done next, and why."""

    act: Act
    reason: str


@dataclass(frozen=True)
class Order:
    """All that is looked at before a switch is accepted. ``budget_used`` is a share of the month's downtime budget."""

    agent: Agent
    config: AgentConfig
    primary: Instance
    present: Pool | None
    target: Pool | None
    on_demand_price: float | None
    is_ice: bool
    open_incidents: int
    live_switches: int
    budget_used: float
    deaf: str | None = None  # why the host may not go from On-Demand to Spot (INV-56)
    zones: frozenset[str] = frozenset()  # AZ ids of its Auto Scaling group; empty: any


@dataclass(frozen=True)
class Refusal:
    """Why a switch is not begun; ``code`` is the name of the failure."""

    code: str
    reason: str


def refuse(order: Order, now: datetime, *, forced: bool) -> Refusal | None:
    """Why this switch is not begun, or None. ``forced`` overrides auto-switch and the budget, and nothing else."""
    return _by_policy(order, forced) or _by_target(order, now) or _by_moment(order)


def is_calm(pool: Pool, is_ice: bool, now: datetime) -> bool:
    """Whether a planned launch may choose this pool: no notice within 30 minutes, no refusal within 3 (INV-12)."""
    return pool.danger_until <= now and not is_ice


def next_step(switch: Switch, agent: Agent, old: Instance, new: Instance, standby: Standby | None, target: Pool | None,
              is_serving: bool, now: datetime, *, ends_by_itself: bool) -> Step:  # fmt: skip
    """One step of a switch that stands in rows. Reads nothing and changes nothing."""
    if switch.state == "preparing":
        return _prepare(switch, agent, old, new, standby, target, now)
    if switch.state == "promoted":
        return _verify(switch, new, is_serving, now)
    if old.role == Role.TERMINATED or not ends_by_itself:
        return Step(Act.FINISH, f"{old.name} has ended" if old.role == Role.TERMINATED else f"{old.name} is kept, as configured")
    return Step(Act.WAIT, f"{old.name} is ended after its wait")


def _by_policy(order: Order, forced: bool) -> Refusal | None:
    if order.primary.auth_status != "authorized" or not order.agent.enabled:
        return Refusal("SwitchRefused", "this workload is only observed")
    if order.deaf:
        return Refusal("SwitchRefused", order.deaf)
    if forced:
        return None
    if not order.config.auto_switch_enabled:
        return Refusal("AutoSwitchDisabled", "auto-switch is off for this workload; a forced switch still works")
    if order.budget_used >= BUDGET_SHARE:
        return Refusal("BudgetSpent", f"planned switches pause: {order.budget_used:.0%} of this month's downtime budget is used")
    return None


def _by_target(order: Order, now: datetime) -> Refusal | None:
    target = order.target
    if target is None or target.region != order.primary.region:
        return Refusal("SwitchRefused", "no price is known of that pool; there is no such pool in the workload's region")
    if target.pool_id == order.primary.pool_id and order.primary.lifecycle == "spot":
        return Refusal("SwitchRefused", "the workload runs in that pool already")
    if order.present is not None and not holds(target, order.present):
        return Refusal("SwitchRefused", f"{target.instance_type} has less than {order.primary.instance_type}, or is of another architecture")
    if order.zones and target.az_id not in order.zones:
        return Refusal("SwitchRefused", "the target pool lies in none of the zones of the workload's Auto Scaling group")
    if not is_calm(target, order.is_ice, now):
        return Refusal("PoolFlagged", "the target pool had a notice within 30 minutes, or refused a launch within 3")
    if None not in (target.price, order.on_demand_price) and target.price > order.on_demand_price:
        return Refusal("SwitchRefused", "Spot costs more there than On-Demand here")
    return None


def _by_moment(order: Order) -> Refusal | None:
    if order.open_incidents:
        return Refusal("SwitchRefused", "an emergency of this workload is open; it has the right of way")
    if order.live_switches:
        return Refusal("SwitchRefused", "another switch of this workload is under way")
    if order.primary.status == "lost":
        return Refusal("SwitchRefused", "the PRIMARY is lost; an emergency takes care of it")
    return None


def _prepare(
    switch: Switch, agent: Agent, old: Instance, new: Instance, standby: Standby | None, target: Pool | None, now: datetime
) -> Step:
    if new.role == Role.PRIMARY:
        return Step(Act.TAKEN_OVER, f"{new.name} was promoted by an emergency meanwhile")
    gone = _gone(switch, agent, old, new, standby, target, now)
    if gone:
        return Step(Act.FAIL, gone)
    why_not = standby.unfit(now)
    if why_not is None:
        return Step(Act.PROMOTE, f"Promoted {new.name}: {switch.sentence}")
    return Step(Act.WAIT, f"Waiting for {new.name}: {why_not}")


def _gone(
    switch: Switch, agent: Agent, old: Instance, new: Instance, standby: Standby | None, target: Pool | None, now: datetime
) -> str | None:
    """Why the new one will not be promoted, or None while it may still be. The old one stays as it is."""
    if standby is None or new.role != Role.REPLICA:
        return f"{new.name} ended before it was ready"
    if standby.instance.terminate_requested_at:
        return f"{new.name} is being ended"
    if agent.primary_instance_id != old.id:
        return "another instance became PRIMARY meanwhile"
    if new.notice_rank:
        return f"{new.name} got a notice itself"
    if target and target.danger_until > now and old.notice_rank == 0:
        return f"the pool of {new.name} had a notice meanwhile"
    if switch.started_at + GIVE_UP_AFTER <= now:
        return f"{new.name} was not ready within 15 minutes"
    return None


def _verify(switch: Switch, new: Instance, is_serving: bool, now: datetime) -> Step:
    if is_serving:
        return Step(Act.VERIFY, f"{new.name} serves")
    if new.role != Role.PRIMARY:
        return Step(Act.FAIL, f"{new.name} was replaced before it served")
    if switch.promoted_at + LATE_AFTER <= now:
        return Step(Act.WARN, f"{new.name} is PRIMARY for a minute and does not serve; the old one is kept")
    return Step(Act.WAIT, f"Waiting for {new.name} to serve")
