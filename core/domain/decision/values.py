"""What a decision looks at and what it says. Inputs go to JSON and come back the same, so that a decision can be replayed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from core.domain.pools import LONG_AGO
from core.domain.row import FromRow
from core.domain.serialize import members

# P(interrupted within a month) by Spot Advisor bucket: the middle of what AWS publishes. It ranks; it is no hazard (K-40).
MONTHLY_BY_BUCKET = (0.025, 0.08, 0.135, 0.19, 0.40)


class Verdict(StrEnum):
    SWITCH = "SWITCH"
    STAY = "STAY"
    PREPARE_REPLICA = "PREPARE_REPLICA"
    HOLD = "HOLD"


@dataclass(frozen=True)
class Offer:
    """A spot pool as a candidate. USD per hour; ``risk`` is P(lost within the hour), 0..1, None when unknown.

    ``bucket`` is the Spot Advisor's of its type, 0 to 4: how many were interrupted within a month; None where it ranks none.
    """

    pool_id: str
    region: str
    az_id: str
    instance_type: str
    arch: str
    vcpus: int
    memory_mib: int
    price: float | None
    risk: float | None = None
    gpus: int | None = None
    ebs_mbps: int | None = None
    instance_store_gib: int | None = None
    virtualisation: str = "hvm"
    ice_until: datetime = LONG_AGO
    danger_until: datetime = LONG_AGO
    poisoned_until: datetime = LONG_AGO
    bucket: int | None = None


@dataclass(frozen=True)
class Wish:
    """What is looked for: at least this much of everything that is known, of this kind, within the policy."""

    arch: str
    vcpus: int
    memory_mib: int
    on_demand_price: float | None
    gpus: int | None = None
    ebs_mbps: int | None = None
    instance_store_gib: int | None = None
    virtualisation: str = "hvm"
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()  # AZ ids of its Auto Scaling group; empty: any


@dataclass(frozen=True)
class Weights:
    """Of the score; a client's policy may set its own (MET-16)."""

    price: float = 0.6
    risk: float = 0.4


@dataclass(frozen=True)
class Gates:
    """What a better pool must come to. Two of them are risks, and are no substitutes for each other (K-25).

    ``worth_moving`` in points of the score; ``riskier``, the live one, in P(lost within the hour) above here;
    ``historic_below``, the historic one, in the share of such machines that AWS interrupted within a month (MET-14).
    """

    worth_moving: float = 0.02
    riskier: float = 0.1
    historic_below: float = 0.2


@dataclass(frozen=True)
class MovePolicy(FromRow):
    """When a move is worth it. ``return_window`` is ``22:00-06:00`` in UTC, or None for any time."""

    min_saving_pct: int = 10
    cooldown_seconds: int = 3600
    restore_after_seconds: int = 3600
    return_window: str | None = None


@dataclass(frozen=True)
class Present:
    """Where the workload stands now. ``pool_id`` None: On-Demand, or nowhere yet; ``price`` in USD per hour, None when unknown.

    ``why_not_spot`` is what forbids a move from On-Demand now, in words; ``has_notice``: AWS wants its machine back.
    """

    pool_id: str | None
    on_demand: bool = False
    since: datetime = LONG_AGO
    last_switch_at: datetime | None = None
    last_failover_at: datetime | None = None
    price: float | None = None
    has_notice: bool = False
    why_not_spot: str | None = None


@dataclass(frozen=True)
class Inputs:
    """Everything that one decision looks at. Without a ``policy`` pools are only compared; no move is weighed.

    ``taken``: how many others of ours stand in a pool, or are on their way there; ``cap``: how many may.
    ``price_increase_pct``: how much dearer than the cheapest fitting pool the chosen one may be.
    """

    wish: Wish
    offers: tuple[Offer, ...]
    present: Present
    now: datetime
    taken: Mapping[str, int] = field(default_factory=dict)
    cap: int | None = None
    weights: Weights = Weights()
    runners_up: int = 5
    policy: MovePolicy | None = None
    gates: Gates = Gates()
    price_increase_pct: int | None = None
    repeat_block_seconds: int = 3600

    @cached_property
    def here(self) -> Offer | None:
        """The pool in which it stands."""
        return next((offer for offer in self.offers if offer.pool_id == self.present.pool_id), None)

    @cached_property
    def is_troubled(self) -> bool:
        """A notice came lately in the pool in which it stands: what is looked for then is safety, at any price."""
        return self.here is not None and self.here.danger_until > self.now

    def as_json(self) -> str:
        """Canonical: the same inputs give the same bytes."""
        return json.dumps(members(self), sort_keys=True, separators=(",", ":"), default=_exactly)

    @classmethod
    def from_json(cls, text: str) -> "Inputs":
        told = json.loads(text)
        kinds = {"wish": Wish, "present": Present, "weights": Weights, "gates": Gates}
        whole = {name: _of(kind, told[name]) for name, kind in kinds.items() if name in told}
        offers, policy = tuple(_of(Offer, one) for one in told["offers"]), told.get("policy")
        return cls(**{
            **told, **whole, "offers": offers, "now": datetime.fromisoformat(told["now"]), "policy": policy and _of(MovePolicy, policy),
        })  # fmt: skip


@dataclass(frozen=True)
class Ranked:
    """A candidate that passed, and its score: lower is better."""

    offer: Offer
    score: float
    why: str


@dataclass(frozen=True)
class Rejected:
    """A pool that is out, by which filter, and why."""

    pool_id: str
    filter: str
    why: str


@dataclass(frozen=True)
class Choice:
    """The decision: what to do, where, what else was good, what was out and why, in one sentence."""

    verdict: Verdict
    chosen: Ranked | None
    runners_up: tuple[Ranked, ...]
    rejected: tuple[Rejected, ...]
    sentence: str


def _of(kind: type, told: Mapping[str, Any]) -> Any:
    """What was stored once and has no member any more is passed over."""
    times = {f.name for f in fields(kind) if "datetime" in str(f.type)}
    lists = {f.name for f in fields(kind) if "tuple" in str(f.type)}
    return kind(**{f.name: _read(told[f.name], f.name in times, f.name in lists) for f in fields(kind) if f.name in told})


def _read(value: Any, is_time: bool, is_list: bool) -> Any:
    if value is None:
        return None
    return datetime.fromisoformat(value) if is_time else tuple(value) if is_list else value


def _exactly(value: Any) -> Any:
    """Times to the microsecond: a decision near a limit must come out the same."""
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value):
        return members(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
