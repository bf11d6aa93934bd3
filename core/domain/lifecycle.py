"""The roles of an instance, the arrows between them, and the values that carry them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain.row import FromRow


class Role(StrEnum):
    PRIMARY = "PRIMARY"
    REPLICA = "REPLICA"
    ZOMBIE = "ZOMBIE"
    TERMINATED = "TERMINATED"


NONE = "NONE"  # no role: an instance that is plain inventory

# Table `role_arrows` holds the same pairs; the database refuses every other one (SM-01).
ARROWS = {
    NONE: {Role.PRIMARY, Role.REPLICA},
    Role.REPLICA: {Role.PRIMARY, Role.TERMINATED},
    Role.PRIMARY: {Role.ZOMBIE, NONE},
    Role.ZOMBIE: {Role.REPLICA, Role.TERMINATED},
}

ZOMBIE_LIFE = timedelta(days=30)  # then it is ended, whoever meant to (MET-06)
ZOMBIE_WARNING = timedelta(days=1)

GONE_STATES = frozenset({"shutting-down", "terminated"})
STOPPED_STATES = frozenset({"stopping", "stopped"})


@dataclass(frozen=True)
class Agent(FromRow):
    """The protected workload's identity; it survives its instances."""

    id: int
    uuid: str
    client_id: int
    account_id: int
    logical_name: str
    status: str
    enabled: int
    primary_instance_id: int | None
    epoch: int
    last_failover_at: datetime | None
    fastest_boot_pool_id: str | None


@dataclass(frozen=True)
class AgentConfig(FromRow):
    """What an operator may set for one agent; waits in seconds."""

    agent_id: int
    auto_switch_enabled: int
    manual_replica_enabled: int
    auto_terminate_enabled: int
    on_demand_fallback: int
    terminate_wait_seconds: int
    rebalance_mode: str
    heartbeat_seconds: int
    notice_poll_seconds: int
    pricing_seconds: int
    config_version: int


@dataclass(frozen=True)
class Instance(FromRow):
    """One EC2 machine. ``ec2_instance_id`` is None while its launch is on its way."""

    id: int
    uuid: str
    client_id: int
    account_id: int
    agent_id: int | None
    ec2_instance_id: str | None
    instance_type: str
    region: str
    az: str | None
    az_id: str | None
    pool_id: str | None
    lifecycle: str
    state: str | None
    role: str | None
    status: str
    notice_rank: int
    replica_expiry: datetime | None
    terminate_requested_at: datetime | None
    terminate_after: datetime | None
    lost_at: datetime | None
    launched_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    launch_spec: str | None
    version: int
    replica_of_id: int | None = None
    auth_status: str = "authorized"
    asg_name: str | None = None

    @property
    def name(self) -> str:
        return self.ec2_instance_id or "the instance being launched"

    @property
    def last_day(self) -> datetime | None:
        """When a former PRIMARY is ended even where its people meant to do it themselves; None while its wait has not begun."""
        return self.terminate_after and self.terminate_after + ZOMBIE_LIFE

    @property
    def place(self) -> str:
        return f"{self.instance_type} in {self.az_id or self.az}"


@dataclass(frozen=True)
class Replica(FromRow):
    """The life of a replica, from the order to its end."""

    id: int
    uuid: str
    agent_id: int
    instance_id: int
    incident_id: int | None
    mode: str
    status: str
    pool_id: str
    requested_at: datetime
    launched_at: datetime | None
    ready_at: datetime | None
    boot_time_seconds: float | None
    expires_at: datetime | None
    ended_at: datetime | None


REPLICA_STEPS = ("launching", "syncing", "ready", "promoted")


def moves_forward(status: str, next_status: str) -> bool:
    """Whether a replica may go from ``status`` to ``next_status`` (SM-03): never backwards, never after an end."""
    if status in ("terminated", "failed", "promoted"):
        return False
    if next_status in ("terminated", "failed"):
        return True
    return REPLICA_STEPS.index(next_status) > REPLICA_STEPS.index(status)
