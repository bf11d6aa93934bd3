"""Workloads as they live through a replay: their machines, what those cost, and how production's rules see them."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.domain.decision.engine import Placement
from core.domain.decision.values import MovePolicy
from core.domain.incident import Incident
from core.domain.lifecycle import Agent, AgentConfig, Instance, Replica, Role
from core.domain.pools import Candidate
from core.domain.response import Situation, Standby
from core.domain.waits import USUAL, Waits

PLANS = frozenset({"switch", "return_to_spot"})
AUTO = frozenset({"return_to_spot"})  # the product's own modes: a switch waits for its approval
CONFIG = AgentConfig(0, 1, 0, 1, 1, 3600, "prepare_replica", 15, 2, 300, 1)  # as the schema's defaults


@dataclass(frozen=True)
class Workload:
    """A workload as it stands when a replay begins. ``pool_id`` None: On-Demand in ``az_id``.

    ``kinds`` are the plans that are carried out, ``auto`` those of them that nobody has to approve.
    """

    name: str
    instance_type: str
    az_id: str
    pool_id: str | None
    config: AgentConfig = CONFIG
    moves: MovePolicy = MovePolicy()
    kinds: frozenset[str] = PLANS
    auto: frozenset[str] = AUTO


@dataclass
class Machine:
    """One machine; ``pool`` is its place in the market's list, None for On-Demand. Its bill is paid up to ``paid``."""

    number: int
    region: str
    instance_type: str
    az_id: str
    pool_id: str
    pool: int | None
    launched: int
    paid: int
    ready_at: datetime | None = None

    def as_instance(self, role: Role, launched_at: datetime, rank: int = 0) -> Instance:
        return Instance(
            id=self.number, uuid="", client_id=0, account_id=0, agent_id=0, ec2_instance_id=f"machine {self.number}",
            instance_type=self.instance_type, region=self.region, az=None, az_id=self.az_id, pool_id=self.pool_id,
            lifecycle="on-demand" if self.pool is None else "spot", state="running", role=role, status="", notice_rank=rank,
            replica_expiry=None, terminate_requested_at=None, terminate_after=None, lost_at=None, launched_at=launched_at,
            ended_at=None, created_at=launched_at, launch_spec=None, version=1,
        )  # fmt: skip


@dataclass
class Life:
    """A workload in one draw. ``warned_at``: a recommendation that may still come to something."""

    workload: Workload
    primary: Machine | None
    standby: Machine | None = None
    zombies: list[tuple[int, Machine]] = field(default_factory=list)
    warned_at: datetime | None = None
    last_move: datetime | None = None
    last_failover: datetime | None = None
    orders: list[datetime] = field(default_factory=list)
    sums: Counter = field(default_factory=Counter)

    def add(self, **figures: float) -> None:
        for name, figure in figures.items():
            self.sums[name] += figure

    def situation(self, rank: int, now: datetime, launched_at: datetime, flagged: bool, waits: Waits = USUAL) -> Situation:
        """What production's response to an incident looks at."""
        subject = self.primary.as_instance(Role.PRIMARY, launched_at, rank)
        return Situation(
            incident=_incident("termination" if rank == 2 else "rebalance", rank, now), subject=subject, config=self.workload.config,
            standbys=(self._standby(now, flagged),) if self.standby else (), last_failover_at=self.last_failover,
            recent_orders=sum(now - at < waits.window for at in self.orders), enabled=True, waits=waits,
        )  # fmt: skip

    def _standby(self, now: datetime, flagged: bool) -> Standby:
        ready = self.standby.ready_at <= now
        replica = Replica(
            self.standby.number, "", 0, self.standby.number, 0, "emergency", "ready" if ready else "launching", self.standby.pool_id,
            now, now, self.standby.ready_at if ready else None, None, None, None,
        )  # fmt: skip
        return Standby(replica, self.standby.as_instance(Role.REPLICA, now), now, flagged)

    def agent(self) -> Agent:
        return Agent(0, "", 0, 0, self.workload.name, "active", 1, self.primary.number, 1, self.last_failover, None)


@dataclass(frozen=True)
class OwnPolicy:
    """How the workloads are run. What is None stays as each workload is set.

    ``by_price``: a baseline that launches where it is cheapest and knows no danger. ``is_on_demand``: never on Spot.
    """

    name: str
    words: str
    moves: MovePolicy | None = None
    kinds: frozenset[str] | None = None
    rebalance_mode: str | None = None
    on_demand_fallback: bool | None = None
    by_price: bool = False
    is_on_demand: bool = False
    is_own: bool = False

    def applied(self, workload: Workload) -> Workload:
        config = workload.config
        if self.rebalance_mode is not None:
            config = replace(config, rebalance_mode=self.rebalance_mode)
        if self.on_demand_fallback is not None:
            config = replace(config, on_demand_fallback=int(self.on_demand_fallback))
        kinds = workload.kinds if self.kinds is None else self.kinds
        auto = workload.auto if self.kinds is None else AUTO & kinds
        changed = {"config": config, "moves": self.moves or workload.moves, "kinds": frozenset() if self.is_on_demand else kinds, "auto": auto}
        return replace(workload, **changed, **({"pool_id": None} if self.is_on_demand else {}))

    def spread(self, own: Placement) -> Placement:
        """How workloads are spread: one's own way, else the product's; which types may be used is not up for comparison."""
        return own if self.is_own else Placement(allow=own.allow, deny=own.deny)


def cheapest_first(candidates: list[Candidate]) -> list[Candidate]:
    """What an Auto Scaling group with the lowest price does: no memory of danger, On-Demand last."""
    return sorted(candidates, key=lambda one: (one.lifecycle != "spot", one.price is None, one.price or 0.0, one.pool_id))


def seconds(figure: float) -> timedelta:
    return timedelta(seconds=figure)


def _incident(cause: str, rank: int, now: datetime) -> Incident:
    return Incident(
        id=0, uuid="", client_id=0, agent_id=0, instance_id=0, successor_id=None, aws_account="", ec2_instance_id="", cause=cause,
        notice_rank=rank, deadline_at=None, sentence="", opened_at=now, promoted_at=None, gone_at=None, serving_at=None,
        end_proven_at=None, closed_at=None, outcome=None, verified_by=None, downtime_seconds=None, downtime_method=None,
    )  # fmt: skip
