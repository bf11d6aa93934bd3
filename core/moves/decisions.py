"""Where a workload should stand: asked by its host at any time and by the planner every minute, decided by one rule, written down.

Every decision keeps its inputs, so that it can be taken again, and names whose word the risk was.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass, replace
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import uuid4

from core import errors
from core.database import Tx
from core.domain.decision import select_best_instance
from core.domain.decision.confidence import Trust, trust
from core.domain.decision.values import Choice, Inputs, Offer, Verdict
from core.domain.lifecycle import Agent, Instance
from core.domain.serialize import members, plain
from core.forecast.risk import Forecast
from core.moves.surroundings import Grounds, Surroundings, inputs_of
from core.moves.told import NOTHING, Told, hear
from core.operations import counters, safe_mode
from core.sql import agents, decisions, instances

ADVICE = "what a host asks is advice; the planner writes plans, and the mode says how far they go"
AGAIN = timedelta(hours=6)


@dataclass(frozen=True)
class Decision:
    """What was decided, from what, by whose word about risk, and how long that took."""

    uuid: str
    agent: Agent
    instance: Instance
    inputs: Inputs
    choice: Choice
    forecast: Forecast
    trust: Trust | None
    latency_ms: float


def weigh(tx: Tx, agent: Agent, instance: Instance, around: Surroundings, current_pool: str | None = None,
          told: Told = NOTHING, *, began: float | None = None) -> Decision:  # fmt: skip
    """1 read  2 decide  3 say how far that can be trusted. Nothing is written."""
    began = perf_counter() if began is None else began
    inputs = inputs_of(tx, agent, instance, around, current_pool, told.prices)
    choice = select_best_instance(inputs)
    found = choice.chosen and _trust(choice.chosen.offer.pool_id, around, told)
    seconds = perf_counter() - began
    counters.decided(choice.verdict, seconds)
    return Decision(str(uuid4()), agent, instance, inputs, choice, around.forecast, found, seconds * 1000)


def _trust(pool_id: str, around: Surroundings, told: Told) -> Trust:
    return trust(around.forecast.risks[pool_id], told.ages.get(pool_id, around.pools[pool_id].price_age_seconds))


def decide(tx: Tx, agent: Agent, body: Mapping[str, Any]) -> dict:
    """A host asks: hear what it tells of prices, weigh, write down, answer."""
    began, instance = perf_counter(), _instance(tx, agent, body["instance_id"])
    current = body["current_pool"] or (instance.pool_id if instance.lifecycle == "spot" else None)
    around = Grounds().of(tx, agent.client_id, instance.region)
    told = hear(tx, agent, instance, body, around.pools)
    made = weigh(tx, agent, instance, around, current, told, began=began)
    _write(tx, made, "host", None)
    return {**_answer(made), "readings": told.readings}


def note(tx: Tx, made: Decision, outcome: str | None) -> bool:
    """The planner's decision, written down when it says something new; whether it was."""
    last = decisions.last_planned(tx, made.agent.id)
    if last and tx.now() - last["created_at"] < AGAIN and _gist(last["verdict"], json.loads(last["output"])["chosen"], last) == _gist_of(made, outcome):
        return False
    _write(tx, made, "planner", outcome)
    return True


def _gist_of(made: Decision, outcome: str | None) -> tuple:
    chosen = made.choice.chosen and asdict(made.choice.chosen)
    return _gist(made.choice.verdict, chosen, {"model_version": made.forecast.model_version, "outcome": outcome})


def _gist(verdict: str, chosen: Mapping | None, more: Mapping) -> tuple:
    """What a reader would call the same decision: a pool that is merely the best to stay beside makes no difference."""
    target = chosen["offer"]["pool_id"] if chosen and verdict != Verdict.STAY else None
    return str(verdict), target, more["model_version"], more["outcome"]


def _write(tx: Tx, made: Decision, asked_by: str, outcome: str | None) -> None:
    decisions.insert(
        tx, uuid=made.uuid, client_id=made.agent.client_id, agent_id=made.agent.id, instance_id=made.instance.id, verdict=made.choice.verdict,
        sentence=made.choice.sentence, inputs=made.inputs.as_json(), output=output_of(made.choice), confidence=made.trust and made.trust.confidence,
        confidence_why=_why_trusted(made), model_version=made.forecast.model_version,
        fell_back_because=made.forecast.fell_back_because, asked_by=asked_by, latency_ms=made.latency_ms, outcome=outcome, now=tx.now(),
    )  # fmt: skip


def _why_trusted(made: Decision) -> str:
    return made.trust.words if made.trust else "No pool was chosen"


def output_of(choice: Choice) -> str:
    """The decision as it is stored: the same choice gives the same bytes."""
    return _packed(members(choice))


def _packed(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_told)


def _told(value: Any) -> Any:
    return members(value) if is_dataclass(value) else plain(value)


def comes_out_the_same(stored: str, choice: Choice) -> bool:
    """Whether a decision taken again is the stored one, byte by byte; members that decisions have gained since are left out."""
    again = _as_far_as(json.loads(output_of(choice)), json.loads(stored))
    return _packed(again) == stored


def _as_far_as(told: Any, stored: Any) -> Any:
    if isinstance(told, dict) and isinstance(stored, dict):
        return {name: _as_far_as(value, stored[name]) for name, value in told.items() if name in stored}
    if isinstance(told, list) and isinstance(stored, list) and len(told) == len(stored):
        return [_as_far_as(*pair) for pair in zip(told, stored, strict=True)]
    return told


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
        "confidence": row["confidence"], "confidence_why": row["confidence_why"],
        "outcome": row["outcome"], "asked_by": row["asked_by"], "model_version": row["model_version"],
        "fell_back_because": row["fell_back_because"], "latency_ms": float(row["latency_ms"]),
    }  # fmt: skip


def options(tx: Tx, client_id: int, instance_uuid: str) -> list[dict]:
    """Every pool a machine's workload could stand in, best first, and those that are out with the reason. No move is weighed."""
    instance = instances.by_uuid(tx, instance_uuid)
    if instance is None or instance.client_id != client_id or instance.agent_id is None:
        raise errors.NotFound()
    around = Grounds().of(tx, client_id, instance.region)
    inputs = inputs_of(tx, agents.get(tx, instance.agent_id), instance, around)
    choice = select_best_instance(replace(inputs, policy=None, runners_up=len(inputs.offers)))
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


def _answer(made: Decision) -> dict:
    choice, best = made.choice, made.choice.chosen
    return {
        "decision_id": made.uuid, "decision": choice.verdict, "target_pool": best and best.offer.pool_id,
        "saving_usd_per_hour": _saving(made.inputs.present.price, best.offer.price) if best and choice.verdict == Verdict.SWITCH else None,
        "interruption_probability": best and best.offer.risk, "confidence": made.trust and made.trust.confidence,
        "confidence_why": _why_trusted(made), "reason": choice.sentence,
        "runners_up": [_candidate(asdict(one)) for one in choice.runners_up], "rejected": [members(one) for one in choice.rejected],
        "model_version": made.forecast.model_version, "fell_back_because": made.forecast.fell_back_because,
        "latency_ms": round(made.latency_ms, 3),
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
