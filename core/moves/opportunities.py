"""What of a client's machines could be cheaper, looked for when somebody reads it: nothing is kept, nothing moves."""

from core.database import Tx
from core.domain.decision import select_best_instance
from core.domain.decision.opportunities import Machine, Opportunity, detect_opportunities
from core.domain.decision.values import Offer
from core.moves.surroundings import Grounds, compared
from core.sql import opportunities, pools

SHOWN = 50


def of_client(tx: Tx, client_id: int) -> dict:
    """The best fifty, and how many there are; CPU is known of hosts alone, from their heartbeats."""
    found = detect(tx, client_id)
    return {"found": len(found), "shown": [_shown(one) for one in found[:SHOWN]]}


def detect(tx: Tx, client_id: int) -> list[Opportunity]:
    """1 which machines there are  2 where their types would stand as Spot, each type asked once  3 what that would save."""
    machines = opportunities.machines(tx, client_id)
    places = {(one.region, one.instance_type) for one in machines if one.lifecycle == "on-demand"}
    on_demand = {place: pools.on_demand_price(tx, *place) for place in places}
    priced = {place: float(price) for place, price in on_demand.items() if price is not None}
    return detect_opportunities(machines, _best(tx, client_id, priced), priced)


def _best(tx: Tx, client_id: int, priced: dict[tuple[str, str], float]) -> dict[tuple[str, str], Offer]:
    grounds, found = Grounds(), {}
    for region, instance_type in sorted(priced):
        around = grounds.of(tx, client_id, region)
        if around.knows(instance_type):
            chosen = select_best_instance(compared(tx, around, instance_type, priced[region, instance_type])).chosen
            found |= {(region, instance_type): chosen.offer} if chosen else {}
    return found


def _shown(one: Opportunity) -> dict:
    machine: Machine = one.machine
    return {
        "kind": one.kind, "instance_id": machine.instance_id, "agent_id": machine.agent_id, "name": machine.name, "instance_type": machine.instance_type,
        "target_pool": one.target_pool, "saving_usd_per_hour": one.saves, "cpu_pct": machine.cpu_mean and round(machine.cpu_mean, 1),
        "sentence": one.sentence,
    }  # fmt: skip
