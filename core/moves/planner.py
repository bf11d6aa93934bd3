"""Puts every workload to the chooser, the riskiest first, writes down what it says, and the plan where a move is worth it.

What happens with a plan is the mode's business.
"""

from functools import partial

from core import audit, database
from core.database import Tx
from core.domain.decision.values import Verdict
from core.domain.lifecycle import Agent
from core.domain.plan import Mode, Plan
from core.domain.switch import refuse
from core.locks import for_agent
from core.moves import decisions, plans, switching
from core.moves.decisions import Decision
from core.moves.surroundings import Grounds
from core.operations import modules
from core.prices import quotes
from core.sql import instances, switches
from core.sql import plans as rows


def plan_ahead() -> dict:
    """Settle what waits too long or has drifted, plan anew, note what people moved themselves; counts of each.

    With the optimization engine switched off nothing new is planned.
    """
    settled, grounds = _each("settle plan", database.run(rows.waiting), plans.settle), Grounds()
    due = database.run(lambda tx: riskiest_first(tx, rows.agents_to_plan(tx), grounds) if modules.enabled(tx, "MOD-SPOT-01") else [])
    planned = _each("plan for agent", due, partial(consider, grounds=grounds))
    by_hand = database.run(lambda tx: switches.adopt_by_hand(tx, quotes.source()))
    return {"settled": settled, "planned": planned, "by_hand": by_hand}


def riskiest_first(tx: Tx, due: list[dict], grounds: Grounds) -> list[dict]:
    """Who is likeliest to be lost within the hour gets the best place; On-Demand, which is not, comes last."""

    def risk(row: dict) -> float:
        known = grounds.of(tx, row["client_id"], row["region"]).forecast.risks.get(row["pool_id"])
        return known.probability if known else 0.0

    return sorted(due, key=lambda row: (-risk(row), row["agent_id"]))


def consider(tx: Tx, agent: Agent, safe: bool, agent_id: int, grounds: Grounds) -> bool:
    """Whether a plan was written for this agent. What was decided is written down either way, if it is news."""
    primary = instances.get(tx, agent.primary_instance_id)
    around = grounds.of(tx, agent.client_id, primary.region)
    if rows.open_of_agent(tx, agent.id) or not around.knows(primary.instance_type):
        return False
    made = decisions.weigh(tx, agent, primary, around)
    plan, outcome = _plan(tx, agent, safe, made) if made.choice.verdict is Verdict.SWITCH else (None, None)
    decisions.note(tx, made, outcome)
    if plan and plan.mode in (Mode.APPROVE, Mode.AUTO):
        grounds.planned(agent.client_id, primary.region, agent.id, plan.target_pool_id)
    return plan is not None


def _plan(tx: Tx, agent: Agent, safe: bool, made: Decision) -> tuple[Plan | None, str | None]:
    """The plan of a move, begun where the mode says so; or why there is none, in words."""
    kind, target = "return_to_spot" if made.inputs.present.on_demand else "switch", made.choice.chosen.offer
    mode, wanted = plans.mode_of(tx, agent, kind), switching.look(tx, agent, target.pool_id)
    refusal = refuse(wanted, tx.now(), forced=mode is not Mode.AUTO)
    if refusal or (safe and mode is Mode.AUTO):
        return None, f"No plan: {refusal.reason if refusal else 'SAFE MODE is on'}"
    risk = made.forecast.risks[target.pool_id]
    evidence = {"decision_id": made.uuid, "model_version": made.forecast.model_version, "target_price": target.price}
    plan = plans.write(tx, wanted, kind=kind, mode=mode, sentence=made.choice.sentence, risk=risk, evidence=evidence)
    if mode is Mode.AUTO:
        plans.carry_out(tx, safe, wanted, plan, actor=audit.SYSTEM, request_id=f"plan:{plan.uuid}", cause="plan")
    else:
        plans.tell_proposed(tx, agent, plan)
    return plan, f"A plan was written, in mode {mode}"


def _each(what: str, due: list[dict], step) -> int:
    return sum(for_agent(row["agent_id"], f"{what} {row['id']}", lambda tx, agent, safe, row=row: step(tx, agent, safe, row["id"])) for row in due)
