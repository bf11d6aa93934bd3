"""The policies that a replay of one's own history compares: one's own, the product's, others', and two ends nobody can leave."""

from core.domain.decision.values import MovePolicy
from core.replay.workloads import PLANS, OwnPolicy

OWN, OMNISCIENT, ON_DEMAND = "yours", "omniscient", "on-demand"
NEVER = frozenset[str]()

LINEUP = {
    policy.name: policy
    for policy in (
        OwnPolicy(OWN, "each workload as it is set now", is_own=True),
        OwnPolicy("balanced", "the product's defaults", MovePolicy(), PLANS, "prepare_replica", True),
        OwnPolicy("steady", "moves for a quarter of the price, once a day at most", MovePolicy(25, 86400), PLANS, "prepare_replica", True),
        OwnPolicy("eager", "moves for any saving, every ten minutes", MovePolicy(1, 600, 600), PLANS, "prepare_replica", True),
        OwnPolicy("switch", "takes a rebalance recommendation as an order to move", MovePolicy(), PLANS, "switch", True),
        OwnPolicy("stay", "moves only when AWS takes a machine", MovePolicy(), NEVER, "prepare_replica", True),
        OwnPolicy("lowest-price", "an Auto Scaling group with the lowest price: no replicas, no memory", MovePolicy(), NEVER, "off", True, by_price=True),
        OwnPolicy(ON_DEMAND, "never on Spot", MovePolicy(), is_on_demand=True),
    )
}
NAMES = (*LINEUP, OMNISCIENT)  # the last one is no policy but a bound
BASELINES = frozenset({"lowest-price", ON_DEMAND})
USUAL = (OWN, "balanced", "steady", "stay", "lowest-price", ON_DEMAND, OMNISCIENT)
