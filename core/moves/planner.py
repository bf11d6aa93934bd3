"""Looks at every workload for a move that is worth it, and writes the plan. What happens then is the mode's business."""

from collections.abc import Mapping
from functools import partial

from core import audit, database
from core.database import Tx
from core.domain.lifecycle import Agent, Instance
from core.domain.move import Move, Place, Stay, choose
from core.domain.plan import Mode
from core.domain.switch import refuse
from core.forecast.risk import risk_of_pools
from core.locks import for_agent
from core.moves import plans, switching
from core.presets import waits
from core.prices import quotes
from core.sql import instances, pools, switches
from core.sql import plans as rows

Risks = Mapping[str, float]  # P(lost within the hour) by pool; a client's own flags are in the pools it reads


def plan_ahead() -> dict:
    """Settle what waits too long or has drifted, plan anew, note what people moved themselves; counts of each."""
    settled = _each("settle plan", database.run(rows.waiting), plans.settle)
    planned = _each("plan for agent", database.run(rows.agents_to_plan), partial(consider, risks={}))
    by_hand = database.run(lambda tx: switches.adopt_by_hand(tx, quotes.source()))
    return {"settled": settled, "planned": planned, "by_hand": by_hand}


def consider(tx: Tx, agent: Agent, safe: bool, agent_id: int, risks: dict[str, Risks]) -> bool:
    """Whether a plan was written for this agent. ``risks`` of each region are learned once a run."""
    move = best_move(tx, agent, risks)
    if isinstance(move, Stay) or rows.open_of_agent(tx, agent.id):
        return False
    mode = plans.mode_of(tx, agent, move.kind)
    wanted = switching.look(tx, agent, move.target.pool_id)
    if refuse(wanted, tx.now(), forced=mode is not Mode.AUTO) or (safe and mode is Mode.AUTO):
        return False
    plan = plans.write(tx, wanted, kind=move.kind, mode=mode, sentence=move.sentence, evidence=_evidence(tx, move))
    if mode is Mode.AUTO:
        plans.carry_out(tx, safe, wanted, plan, actor=audit.SYSTEM, request_id=f"plan:{plan.uuid}", cause="plan")
    else:
        plans.tell_proposed(tx, agent, plan)
    return True


def best_move(tx: Tx, agent: Agent, risks: dict[str, Risks]) -> Move | Stay:
    """What the rules say of this agent, now."""
    primary = instances.get(tx, agent.primary_instance_id)
    if primary.region not in risks:
        risks[primary.region] = {pool: one.probability for pool, one in risk_of_pools(tx, primary.region).items()}
    known = pools.in_region(tx, primary.region, agent.client_id)
    return choose(
        _place(tx, primary), known, pools.without_capacity(tx), rows.policy(tx, agent.id), switches.last_move(tx, agent.id),
        agent.last_failover_at, tx.now(), waits().repeat_block, risks[primary.region],
    )  # fmt: skip


def _place(tx: Tx, primary: Instance) -> Place:
    price = quotes.of_instance(tx, primary, tx.now())
    on_demand = pools.on_demand_price(tx, primary.region, primary.instance_type)
    return Place(primary, pools.get(tx, primary.pool_id, primary.client_id), price and price.usd_per_hour, on_demand)


def _evidence(tx: Tx, move: Move) -> dict:
    return {"saves_usd_per_hour": move.saves, "risk_of_target": move.risk, "target_price": move.target.price}


def _each(what: str, due: list[dict], step) -> int:
    return sum(for_agent(row["agent_id"], f"{what} {row['id']}", lambda tx, agent, safe, row=row: step(tx, agent, safe, row["id"])) for row in due)
