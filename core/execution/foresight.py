"""What AWS has refused a moment ago is not asked for again while there is something else (H10)."""

import json

from core.database import Tx
from core.domain.intent import Intent
from core.domain.pools import capacity_key
from core.emergencies.emergency import choose_pool
from core.sql import agents, instances, pools, replicas


def is_in_vain(tx: Tx, intent: Intent) -> bool:
    """Whether a launch would ask a pool that was found empty since it was ordered, though another one is not.

    A call whose outcome nobody knows is repeated as it was: it may have made a machine.
    """
    if intent.kind != "launch" or not intent.instance_id or intent.unanswered:
        return False
    params, empty = json.loads(intent.params), pools.without_capacity(tx)
    if capacity_key(params["pool_id"], params["lifecycle"]) not in empty:
        return False
    return _another_is_not(tx, intent, empty)


def _another_is_not(tx: Tx, intent: Intent, empty: set[str]) -> bool:
    machine = instances.get(tx, intent.instance_id)
    if replicas.of_instance(tx, machine.id).mode == "planned":
        return False
    best = choose_pool(tx, instances.get(tx, machine.replica_of_id), bool(agents.config(tx, intent.agent_id).on_demand_fallback))
    return capacity_key(best.pool_id, best.lifecycle) not in empty
