"""Where an emergency replica is launched: clean pools, poisoned ones, On-Demand, danger last (INV-12)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.domain.row import FromRow

ICE_MEMORY = timedelta(minutes=3)
DANGER_MEMORY = timedelta(minutes=30)
POISON_MEMORY = timedelta(days=15)
LAST_RESORT = "the last resort: a notice there within 30 minutes"
EQUIPMENT = ("gpus", "ebs_mbps", "instance_store_gib")
LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Pool(FromRow):
    """A spot pool with its price (USD per hour; the last known one and ten per cent when stale) and what we remember of it.

    GPUs, sustained Mbit/s to EBS and instance store are None where the catalogue does not tell them.
    """

    pool_id: str
    region: str
    az_id: str
    instance_type: str
    vcpus: int
    memory_mib: int
    arch: str
    price: float | None
    ice_until: datetime
    danger_until: datetime
    poisoned_until: datetime
    is_stale: bool = False
    price_age_seconds: int = 0  # since the price was last read
    gpus: int | None = None
    ebs_mbps: int | None = None
    instance_store_gib: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A place to launch, and why it stands where it stands in the order."""

    pool_id: str
    az_id: str
    instance_type: str
    lifecycle: str
    price: float | None
    why: str
    is_last_resort: bool = False


@dataclass(frozen=True)
class Need:
    """What a replacement must offer. ``on_demand_price`` (USD per hour) is the price of what it replaces."""

    pool_id: str
    az_id: str
    instance_type: str
    on_demand_price: float | None
    on_demand_fallback: bool = True
    zones: frozenset[str] = frozenset()  # AZ ids of its Auto Scaling group, preferred among equals; empty: any


def pool_id(az_id: str, instance_type: str, product: str = "linux") -> str:
    """The key that means the same in every account: ``<az_id>:<instance_type>:<product>``."""
    return f"{az_id}:{instance_type}:{product}"


def capacity_key(candidate_pool: str, lifecycle: str) -> str:
    """Where a lack of capacity is remembered; On-Demand and Spot run out apart."""
    return candidate_pool if lifecycle == "spot" else f"{candidate_pool}:on-demand"


def emergency_candidates(
    need: Need, pools: list[Pool], ice: set[str], now: datetime, fastest: str | None = None
) -> list[Candidate]:
    """Every place to launch, best first; never empty. ``ice`` are capacity keys that refused lately.

    What refused is asked again only after everything else. ``fastest`` is the pool that boots soonest: it
    leads the clean ones.
    """
    usable = [pool for pool in _matching(need, pools) if affordable(need.on_demand_price, pool.price)]
    calm = [pool for pool in usable if pool.danger_until <= now]
    clean = [_spot(pool, "a clean pool") for pool in calm if pool.poisoned_until <= now]
    clean.sort(key=lambda candidate: candidate.pool_id != fastest)
    poisoned = [_spot(pool, "an interruption there within 15 days") for pool in calm if pool.poisoned_until > now]
    danger = [replace(_spot(pool, LAST_RESORT), is_last_resort=True) for pool in usable if pool.danger_until > now]
    classes = (clean, poisoned, _on_demand(need, pools) if need.on_demand_fallback else [], danger)
    ordered = [candidate for some in classes for candidate in _in_zones_first(need, some)] or _on_demand(need, pools)
    return sorted(ordered, key=lambda candidate: capacity_key(candidate.pool_id, candidate.lifecycle) in ice)


def _in_zones_first(need: Need, candidates: list[Candidate]) -> list[Candidate]:
    """A member's successor can take its place in the group only in one of the group's zones."""
    return sorted(candidates, key=lambda candidate: bool(need.zones) and candidate.az_id not in need.zones)


def _matching(need: Need, pools: list[Pool]) -> list[Pool]:
    """Pools that hold what the replaced one holds: its own type in another AZ first, then others, each cheapest first."""
    model = next((pool for pool in pools if pool.instance_type == need.instance_type), None)
    if model is None:
        return []
    fits = [pool for pool in pools if holds(pool, model)]
    return sorted(fits, key=lambda p: (p.instance_type != need.instance_type, p.price is None, p.price or 0, p.pool_id))


def holds(pool: Pool, model: Pool) -> bool:
    """Whether ``pool`` is of the architecture of ``model`` and has at least what that has, as far as the catalogue knows."""
    is_large = pool.arch == model.arch and pool.vcpus >= model.vcpus and pool.memory_mib >= model.memory_mib
    return is_large and not any(lacks(getattr(pool, name), getattr(model, name)) for name in EQUIPMENT)


def lacks(has: int | None, wanted: int | None) -> bool:
    """Whether it is known to be less; of what nobody knows nothing is said."""
    return has is not None and wanted is not None and has < wanted


def affordable(on_demand_price: float | None, price: float | None) -> bool:
    """Spot is never chosen above the On-Demand price of what it replaces (INV-55). Unknown prices are no reason to refuse."""
    return on_demand_price is None or price is None or price <= on_demand_price


def _spot(pool: Pool, why: str) -> Candidate:
    return Candidate(pool.pool_id, pool.az_id, pool.instance_type, "spot", pool.price, why)


def _on_demand(need: Need, pools: list[Pool]) -> list[Candidate]:
    """The replaced type in each AZ we know of, away from the troubled one first."""
    zones = {pool.az_id for pool in pools if pool.instance_type == need.instance_type} | {need.az_id}
    return [
        Candidate(pool_id(az, need.instance_type), az, need.instance_type, "on-demand", need.on_demand_price, "no calm spot pool")
        for az in sorted(zones, key=lambda az: (az == need.az_id, az))
    ]
