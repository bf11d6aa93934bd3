"""Where a workload should stand, asked at any time: read the market, decide by the rule, write the decision down.

Advice only: nothing is launched or moved here. Every decision keeps its inputs, so that it can be taken again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from time import perf_counter
from typing import Any
from uuid import uuid4

from core import errors
from core.database import Tx
from core.domain.decision import select_best_instance
from core.domain.decision.values import Choice, Inputs, Offer, Present, Verdict, Wish
from core.domain.lifecycle import Agent, Instance
from core.domain.pools import Pool
from core.domain.risk import Risk
from core.domain.serialize import plain
from core.forecast.risk import risk_of_pools
from core.operations import safe_mode
from core.sql import agents, decisions, heartbeats, instances, pools

MODEL = "static-rule"  # the score of core/domain/decision/select; no trained model is asked
ADVICE = "decisions are advice; a person or a switch order carries them out"


def decide(tx: Tx, agent: Agent, body: Mapping[str, Any]) -> dict:
    """1 read  2 decide  3 write down  4 answer. ``prices`` of the caller stand in for the stored ones in this decision."""
    started = perf_counter()
    instance = _instance(tx, agent, body["instance_id"])
    current = body["current_pool"] or (instance.pool_id if instance.lifecycle == "spot" else None)
    inputs = inputs_of(tx, agent, instance, current, {one["pool_id"]: one["spot_price"] for one in body["prices"]})
    choice = select_best_instance(inputs)
    uuid, latency = str(uuid4()), (perf_counter() - started) * 1000
    decisions.insert(
        tx, uuid=uuid, client_id=agent.client_id, agent_id=agent.id, instance_id=instance.id, verdict=choice.verdict,
        sentence=choice.sentence, inputs=inputs.as_json(), output=output_of(choice), model_version=MODEL, latency_ms=latency, now=tx.now(),
    )  # fmt: skip
    return _answer(uuid, inputs, choice, latency)


def inputs_of(tx: Tx, agent: Agent, instance: Instance, current_pool: str | None, prices: Mapping[str, float]) -> Inputs:
    """What is known of the market and of the workload at this moment."""
    known = pools.in_region(tx, instance.region, agent.client_id)
    model = next((pool for pool in known if pool.instance_type == instance.instance_type), None)
    if model is None:
        raise errors.Conflict(f"{instance.instance_type} is unknown in {instance.region}; no prices were collected yet")
    risks = risk_of_pools(tx, instance.region, agent.client_id)
    on_demand = pools.on_demand_price(tx, instance.region, instance.instance_type)
    return Inputs(
        wish=Wish(model.arch, model.vcpus, model.memory_mib, on_demand and float(on_demand)),
        offers=tuple(_offer(pool, risks.get(pool.pool_id), prices) for pool in known),
        present=_present(tx, agent, instance, current_pool),
        now=tx.now(),
    )


def _offer(pool: Pool, risk: Risk | None, prices: Mapping[str, float]) -> Offer:
    price = prices.get(pool.pool_id, pool.price)
    return Offer(
        pool.pool_id, pool.region, pool.az_id, pool.instance_type, pool.arch, pool.vcpus, pool.memory_mib,
        None if price is None else float(price), risk and risk.probability,
        ice_until=pool.ice_until, danger_until=pool.danger_until, poisoned_until=pool.poisoned_until,
    )  # fmt: skip


def _present(tx: Tx, agent: Agent, instance: Instance, current_pool: str | None) -> Present:
    """On-Demand whose host cannot see notices, or never said so, stays there (INV-56)."""
    on_demand, told = instance.lifecycle != "spot", heartbeats.told(tx, instance.id)
    return Present(
        pool_id=current_pool, on_demand=on_demand, since=instance.launched_at or tx.now(), last_switch_at=agent.last_failover_at,
        notice_path_works=bool(told and told["imds_ok"]),
    )  # fmt: skip


def output_of(choice: Choice) -> str:
    """The decision as it is stored: the same choice gives the same bytes."""
    return json.dumps(asdict(choice), sort_keys=True, separators=(",", ":"), default=plain)


def latest(tx: Tx, agent: Agent) -> dict:
    """The last decision, and what keeps it from being carried out by itself."""
    row = decisions.latest_of_agent(tx, agent.id)
    if row is None:
        raise errors.NotFound("nothing was decided for this agent yet; POST …/decide does")
    config = agents.config(tx, agent.id)
    blocked = [ADVICE]
    blocked += ["SAFE MODE is on"] if safe_mode.state(tx)["on"] else []
    blocked += [] if config.auto_switch_enabled else ["auto-switch is off for this agent"]
    return {**shown(row), "will_auto_execute": False, "blocked_by": blocked}


def of_client(tx: Tx, client_id: int, limit: int) -> list[dict]:
    """A client's decisions, newest first."""
    return [{"agent_id": row["agent_uuid"], "agent_name": row["logical_name"], **shown(row)} for row in decisions.of_client(tx, client_id, limit)]


def shown(row: Mapping[str, Any]) -> dict:
    """A stored decision as people read it."""
    output = json.loads(row["output"])
    return {
        "decision_id": row["uuid"], "decision": row["verdict"], "reason": row["sentence"], "decided_at": row["created_at"],
        "target_pool": output["chosen"] and output["chosen"]["offer"]["pool_id"], "chosen": _candidate(output["chosen"]),
        "runners_up": [_candidate(one) for one in output["runners_up"]], "rejected": output["rejected"], "executed": bool(row["executed"]),
        "outcome": row["outcome"], "model_version": row["model_version"], "latency_ms": float(row["latency_ms"]),
    }  # fmt: skip


def options(tx: Tx, client_id: int, instance_uuid: str) -> list[dict]:
    """Every pool a machine's workload could stand in, best first, and those that are out with the reason."""
    instance = instances.by_uuid(tx, instance_uuid)
    if instance is None or instance.client_id != client_id or instance.agent_id is None:
        raise errors.NotFound()
    current = instance.pool_id if instance.lifecycle == "spot" else None
    inputs = inputs_of(tx, agents.get(tx, instance.agent_id), instance, current, {})
    choice = select_best_instance(replace(inputs, runners_up=len(inputs.offers)))
    offers = {offer.pool_id: offer for offer in inputs.offers}
    good = [_option(one.offer, inputs, one.score, None, one.why) for one in (choice.chosen, *choice.runners_up) if one]
    return good + [_option(offers[one.pool_id], inputs, None, one.filter, one.why) for one in choice.rejected]


def _option(offer: Offer, inputs: Inputs, score: float | None, excluded_by: str | None, why: str) -> dict:
    until = max(offer.ice_until, offer.danger_until)
    return {
        "pool": offer.pool_id, "az_id": offer.az_id, "instance_type": offer.instance_type, "price": offer.price,
        "saving": _saving(inputs.wish.on_demand_price, offer.price), "risk": offer.risk, "score": score,
        "flagged_until": until if until > inputs.now else None, "excluded_by": excluded_by, "why": why,
    }  # fmt: skip


def _answer(uuid: str, inputs: Inputs, choice: Choice, latency: float) -> dict:
    best = choice.chosen
    here = next((offer.price for offer in inputs.offers if offer.pool_id == inputs.present.pool_id), None)
    paid = inputs.wish.on_demand_price if inputs.present.on_demand else here
    return {
        "decision_id": uuid, "decision": choice.verdict, "target_pool": best and best.offer.pool_id,
        "saving_usd_per_hour": _saving(paid, best.offer.price) if best and choice.verdict == Verdict.SWITCH else None,
        "interruption_probability": best and best.offer.risk, "confidence": None, "reason": choice.sentence,
        "runners_up": [_candidate(asdict(one)) for one in choice.runners_up], "rejected": [asdict(one) for one in choice.rejected],
        "model_version": MODEL, "latency_ms": round(latency, 3),
    }  # fmt: skip


def _candidate(told: Mapping[str, Any] | None) -> dict | None:
    if told is None:
        return None
    return {"pool": told["offer"]["pool_id"], "price": told["offer"]["price"], "risk": told["offer"]["risk"], "score": told["score"], "why": told["why"]}


def _saving(paid: float | None, price: float | None) -> float | None:
    return None if paid is None or price is None else round(paid - price, 6)


def _instance(tx: Tx, agent: Agent, named: str) -> Instance:
    """By our id or by AWS's; of this agent only."""
    found = instances.by_ec2_id(tx, named) if named.startswith("i-") else instances.by_uuid(tx, named)
    if found is None or found.agent_id != agent.id:
        raise errors.NotFound("this agent has no such instance")
    return found


