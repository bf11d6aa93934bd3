"""What has gone wrong with a pool since a launch was ordered there is known before AWS is asked (H10)."""

import json

from core.database import Tx
from core.domain.intent import Intent
from core.domain.pools import capacity_key
from core.emergencies.emergency import choose_pool
from core.sql import agents, instances, pools, replicas


def why_elsewhere(tx: Tx, intent: Intent) -> str | None:
    """Why a launch goes to another candidate unasked: its pool was found empty or came into danger, and another one has not.

    A call whose outcome nobody knows is repeated as it was: it may have made a machine.
    """
    if intent.kind != "launch" or not intent.instance_id or intent.unanswered:
        return None
    params, empty = json.loads(intent.params), pools.without_capacity(tx)
    if capacity_key(params["pool_id"], params["lifecycle"]) in empty:
        return "There was no capacity a moment ago" if _is_better_elsewhere(tx, intent, empty) else None
    if params["lifecycle"] == "spot" and _came_into_danger(tx, intent, params["pool_id"]):
        return "A notice came there meanwhile" if _is_better_elsewhere(tx, intent, empty) else None
    return None


def _came_into_danger(tx: Tx, intent: Intent, pool_id: str) -> bool:
    pool = pools.get(tx, pool_id, intent.client_id)
    return pool is not None and pool.danger_until > tx.now()


def _is_better_elsewhere(tx: Tx, intent: Intent, empty: set[str]) -> bool:
    machine = instances.get(tx, intent.instance_id)
    if replicas.of_instance(tx, machine.id).mode == "planned":
        return False
    best = choose_pool(tx, instances.get(tx, machine.replica_of_id), bool(agents.config(tx, intent.agent_id).on_demand_fallback))
    return not best.is_last_resort and capacity_key(best.pool_id, best.lifecycle) not in empty
