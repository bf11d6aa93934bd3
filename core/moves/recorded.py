"""A client's own history out of the database: its region's prices, what was seen there, its notices and its workloads."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from statistics import median

from core.database import Tx
from core.domain.decision.engine import Engine
from core.domain.lifecycle import AgentConfig
from core.domain.plan import Mode, ModeRule, effective_mode
from core.domain.pools import Pool
from core.domain.risk import Sighting, Table
from core.domain.risk_model import Model
from core.domain.sightings import LOOK_BACK
from core.moves.engine import in_force
from core.replay.grid import Prices, Series, first_of, grid
from core.replay.history import PROMISED_LEAD, TICK_SECONDS, History, Told
from core.replay.workloads import PLANS, Workload
from core.sql import agents, placements, plans
from core.sql import recorded as rows

MOST_POOLS = 400
IN_FORCE = timedelta(hours=25)  # AWS writes each pool's price anew within 24.1 h
BATCH = 50
LEAST_MEASURED = 3
USUAL_BOOT, USUAL_HANDOVER = 75.0, 3.0  # seconds, where too little was measured
LONGEST_LEAD = 600.0
CARRIED_OUT = (Mode.APPROVE, Mode.AUTO)

Imported = Mapping[str, list[tuple[float, float]]]  # (seconds since 1970, USD per hour) by pool


def of_client(tx: Tx, client_id: int, region: str, since: datetime, until: datetime, imported: Imported | None = None
              ) -> tuple[History, list[Workload], list[str]]:  # fmt: skip
    """The history of a span, the workloads that lived in it, and what had to be left out.

    ``imported`` prices stand beside the stored ones, and before them where both know a moment.
    """
    every = rows.pools(tx, region)
    workloads, left_out = _workloads(tx, client_id, region, since, every, rows.on_demand(tx, region))
    pools, dropped = _fitting(every, workloads)
    told = _prices(tx, [pool.pool_id for pool in pools], since, until, imported or {})
    pools = [pool for pool in pools if pool.pool_id in told]
    first = max(since, first_of(told) or until)
    start = first.replace(minute=first.minute - first.minute % 5, second=0, microsecond=0)
    ticks = max(0, int((until - start).total_seconds() // TICK_SECONDS))
    history = History(
        region=region, start=start, pools=tuple(pools), prices=grid([pool.pool_id for pool in pools], told, start, ticks), on_demand=rows.on_demand(tx, region),
        sightings=_sightings(tx, region, start, until, {pool.pool_id for pool in pools}), notices=_notices(tx, client_id, region, start, until),
        trainings=_trainings(tx, until), ranks=_ranks(tx, region), boot_seconds=_typical(rows.boots(tx, client_id), USUAL_BOOT),
        handover_seconds=_typical(rows.handovers(tx, client_id), USUAL_HANDOVER), placement=placements.of_client(tx, client_id), engine=in_force(tx),
    )  # fmt: skip
    priced = {pool.instance_type for pool in pools}
    return history, [one for one in workloads if one.instance_type in priced], left_out + dropped


def _fitting(every: list[Pool], workloads: list[Workload]) -> tuple[list[Pool], list[str]]:
    """The pools in which some workload could stand, the smallest first, and what is said when there are too many."""
    models = {(pool.arch, pool.vcpus, pool.memory_mib) for pool in every if pool.instance_type in {one.instance_type for one in workloads}}
    fit = [pool for pool in every if any(pool.arch == arch and pool.vcpus >= cpus and pool.memory_mib >= memory for arch, cpus, memory in models)]
    fit.sort(key=lambda pool: (pool.vcpus * pool.memory_mib, pool.pool_id))
    own = {one.pool_id for one in workloads}
    kept = [pool for n, pool in enumerate(fit) if n < MOST_POOLS or pool.pool_id in own]
    note = [f"Only the {len(kept)} smallest of {len(fit)} fitting pools take part."] if len(kept) < len(fit) else []
    return sorted(kept, key=lambda pool: pool.pool_id), note


def _prices(tx: Tx, pool_ids: list[str], since: datetime, until: datetime, imported: Imported) -> dict[str, Series]:
    """What is known of each pool's price: AWS's list, then our series, then what is imported."""
    prices = Prices()
    for start in range(0, len(pool_ids), BATCH):
        batch = pool_ids[start : start + BATCH]
        for row in (*rows.published(tx, batch, since - IN_FORCE, until), *rows.consolidated(tx, batch, since, until)):
            prices.add_text(row["pool_id"], row["told"])
    for pool in set(imported) & set(pool_ids):
        prices.add(pool, imported[pool], until)
    return prices.series()


def _sightings(tx: Tx, region: str, start: datetime, until: datetime, known: set[str]) -> dict[str, tuple[Sighting, ...]]:
    told = groupby(rows.sightings(tx, region, start - LOOK_BACK, until), key=lambda row: row["pool_id"])
    return {pool: tuple(Sighting(row["kind"], row["at"]) for row in group) for pool, group in told if pool in known}


def _notices(tx: Tx, client_id: int, region: str, start: datetime, until: datetime) -> tuple[Told, ...]:
    return tuple(Told(row["at"], row["pool_id"], row["kind"], _lead(row)) for row in rows.notices(tx, client_id, region, start, until))


def _lead(row: Mapping) -> float:
    if row["kind"] != "termination" or row["action_time"] is None:
        return PROMISED_LEAD
    return min(LONGEST_LEAD, max(0.0, (row["action_time"] - row["at"]).total_seconds()))


def _trainings(tx: Tx, until: datetime) -> tuple[tuple[datetime, Table, Model | None], ...]:
    return tuple(_training(row) for row in rows.trainings(tx, until))


def _training(row: Mapping) -> tuple[datetime, Table, Model | None]:
    params = json.loads(row["params"])
    model = Model.from_json(params["model"]) if row["is_active"] and params["model"] else None
    return row["trained_at"], Table.from_json(params["table"]), model


def _ranks(tx: Tx, region: str) -> dict[str, tuple[int, datetime]]:
    """Each rank counts from the day its snapshot was taken."""
    return {row["instance_type"]: (row["bucket"], datetime.combine(row["snapshot_date"], datetime.min.time(), UTC)) for row in rows.ranks(tx, region)}


def _typical(measured: list[float], usual: float) -> float:
    return round(median(measured), 3) if len(measured) >= LEAST_MEASURED else usual


def _workloads(tx: Tx, client_id: int, region: str, at: datetime, pools: list[Pool], on_demand: Mapping[str, float]) -> tuple[list[Workload], list[str]]:
    """The client's workloads, and a word on those that cannot be played."""
    rules, engine, types = plans.modes(tx, client_id), in_force(tx), {pool.instance_type for pool in pools} & set(on_demand)
    found, left_out = [], []
    for row in rows.workloads(tx, client_id, region, at):
        if row["instance_type"] in types:
            found.append(_workload(tx, row, rules, engine))
        else:
            left_out.append(row["logical_name"])
    note = [f"{len(left_out)} left out, because no price of their type is known: {', '.join(left_out[:5])}."] if left_out else []
    return found, note


def _workload(tx: Tx, row: Mapping, rules: Iterable[ModeRule], engine: Engine) -> Workload:
    modes = {kind: effective_mode(rules, row["account_id"], row["id"], kind) for kind in PLANS}
    return Workload(
        name=row["logical_name"], instance_type=row["instance_type"], az_id=row["az_id"] or "",
        pool_id=row["pool_id"] if row["lifecycle"] == "spot" else None, config=_anybodys(agents.config(tx, row["id"])),
        moves=plans.policy(tx, row["id"]) or engine.policy, kinds=frozenset(kind for kind, mode in modes.items() if mode in CARRIED_OUT),
        auto=frozenset(kind for kind, mode in modes.items() if mode is Mode.AUTO),
    )  # fmt: skip


def _anybodys(config: AgentConfig) -> AgentConfig:
    return replace(config, agent_id=0, config_version=1)

