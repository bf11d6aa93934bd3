"""What every decision about a client's workloads in one region looks at: pools with their risk, who stands where, the policy."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from core import errors, ml_interface
from core.database import Tx
from core.domain.decision.engine import Engine, Placement
from core.domain.decision.values import Inputs, Offer, Present
from core.domain.lifecycle import Agent, Instance
from core.domain.move import Place, offer_of, present_of, wish_of
from core.domain.pools import Pool
from core.execution.exchanges import zones_of
from core.forecast.risk import Forecast, forecast
from core.moves.engine import in_force
from core.moves.notice_paths import why_deaf
from core.presets import waits
from core.prices import quotes
from core.sql import placements, plans, pools, switches


@dataclass(frozen=True)
class Surroundings:
    """Read once, for as many workloads as stand there. ``stands``: pool and target by agent, None for On-Demand and no plan."""

    region: str
    pools: dict[str, Pool]
    forecast: Forecast
    stands: dict[int, tuple[str | None, str | None]]
    placement: Placement
    engine: Engine

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        risks, ranks = self.forecast.risks, self.forecast.ranks
        return tuple(offer_of(pool, risks[name].probability, bucket=ranks.get(pool.instance_type)) for name, pool in self.pools.items())

    def taken(self, agent_id: int) -> dict[str, int]:
        """How many other workloads stand in each pool or are on their way there."""
        others = (place for agent, places in self.stands.items() if agent != agent_id for place in set(places) if place)
        return dict(Counter(others))

    def knows(self, instance_type: str) -> bool:
        """Whether prices of this type were collected."""
        return any(pool.instance_type == instance_type for pool in self.pools.values())

    def model_of(self, instance_type: str) -> Pool:
        """A pool of this type; Conflict while no prices of it were collected."""
        model = next((pool for pool in self.pools.values() if pool.instance_type == instance_type), None)
        if model is None:
            raise errors.Conflict(f"{instance_type} is unknown in {self.region}; no prices were collected yet")
        return model


class Grounds:
    """Surroundings by client and region, each read once. The forecast of a region is everybody's; flags are each client's own."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], Surroundings] = {}
        self._forecasts: dict[str, Forecast] = {}

    def of(self, tx: Tx, client_id: int, region: str) -> Surroundings:
        key = (client_id, region)
        if key not in self._known:
            self._known[key] = self._read(tx, client_id, region)
        return self._known[key]

    def planned(self, client_id: int, region: str, agent_id: int, target_pool_id: str) -> None:
        """The next decision of this run knows where this one leads."""
        stands = self._known[client_id, region].stands
        stands[agent_id] = (stands.get(agent_id, (None, None))[0], target_pool_id)

    def _read(self, tx: Tx, client_id: int, region: str) -> Surroundings:
        found = pools.in_region(tx, region, client_id)
        if region not in self._forecasts:
            self._forecasts[region] = forecast(tx, region, found, ml_interface.active(tx))
        everybodys = self._forecasts[region]
        known = [pool for pool in found if pool.pool_id in everybodys.risks]  # one that came during the run is for the next
        return Surroundings(
            region, {pool.pool_id: pool for pool in known}, everybodys.seen_by(known, tx.now()),
            {row["agent_id"]: (row["pool_id"], row["target_pool_id"]) for row in placements.stands(tx, client_id, region)},
            placements.of_client(tx, client_id), in_force(tx),
        )  # fmt: skip


def inputs_of(tx: Tx, agent: Agent, instance: Instance, around: Surroundings, current_pool: str | None = None,
              prices: Mapping[str, float] | None = None) -> Inputs:  # fmt: skip
    """All that the decision about one workload looks at. ``prices`` of the caller stand in for the stored ones."""
    place, placement = _place(tx, instance, around, current_pool, prices or {}), around.placement
    wish = replace(wish_of(around.model_of(instance.instance_type), place.on_demand), allow=placement.allow, deny=placement.deny,
                   zones=tuple(sorted(zones_of(tx, instance))))  # fmt: skip
    present = present_of(place, switches.last_move(tx, agent.id), agent.last_failover_at, why_deaf(tx, instance))
    return Inputs(
        wish, _priced(around.offers, prices or {}), replace(present, pool_id=current_pool) if current_pool else present, tx.now(),
        taken=around.taken(agent.id), cap=placement.cap(len(around.stands)), weights=placement.weights(around.engine),
        policy=plans.policy(tx, agent.id) or around.engine.policy, gates=around.engine.gates,
        price_increase_pct=placement.price_increase_pct, repeat_block_seconds=int(waits().repeat_block.total_seconds()),
    )  # fmt: skip


def compared(tx: Tx, around: Surroundings, instance_type: str, on_demand: float) -> Inputs:
    """What a comparison of pools for a type looks at, whoever runs on it; no move is weighed."""
    placement = around.placement
    wish = replace(wish_of(around.model_of(instance_type), on_demand), allow=placement.allow, deny=placement.deny)
    return Inputs(wish, around.offers, Present(None, on_demand=True), tx.now(), weights=placement.weights(around.engine), runners_up=0)


def _place(tx: Tx, instance: Instance, around: Surroundings, current_pool: str | None, prices: Mapping[str, float]) -> Place:
    paid, on_demand = quotes.of_instance(tx, instance, tx.now()), pools.on_demand_price(tx, instance.region, instance.instance_type)
    told = prices.get(current_pool or instance.pool_id) if instance.lifecycle == "spot" else None
    return Place(instance, around.pools.get(instance.pool_id), told or (paid and paid.usd_per_hour), on_demand and float(on_demand))


def _priced(offers: tuple[Offer, ...], prices: Mapping[str, float]) -> tuple[Offer, ...]:
    return tuple(replace(one, price=prices[one.pool_id]) if one.pool_id in prices else one for one in offers) if prices else offers
