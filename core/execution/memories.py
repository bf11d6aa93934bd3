"""What a refused launch teaches of its pool: where it is no use asking again, and for how long."""

from datetime import timedelta

from core.database import Tx
from core.domain.intent import Intent
from core.domain.pools import ICE_MEMORY, capacity_key
from core.forecast import risk
from core.sql import pools

PLACE_MEMORY = timedelta(hours=24)


def remember_ice(tx: Tx, intent: Intent, params: dict) -> None:
    now = tx.now()
    pools.remember(tx, capacity_key(params["pool_id"], params["lifecycle"]), now=now, ice_until=now + ICE_MEMORY)
    if params["lifecycle"] == "spot":
        risk.refused(tx, params["pool_id"], intent.client_id, f"action:{intent.id}:{intent.attempt}")


def remember_place(tx: Tx, intent: Intent, params: dict) -> None:
    """The type is not offered there, or the subnet is full: not the spot pool's fault, but no use asking again."""
    now = tx.now()
    pools.remember(tx, capacity_key(params["pool_id"], params["lifecycle"]), now=now, ice_until=now + PLACE_MEMORY)


def remember_nothing(tx: Tx, intent: Intent, params: dict) -> None:
    """The machine of this attempt ended before it was recorded; the pool has done nothing wrong."""


def remember_quota(tx: Tx, intent: Intent, params: dict) -> None:
    """The account has no more of this purchase option: every pool of it is out for a while, none is blamed."""
    now = tx.now()
    for pool in pools.in_region(tx, params["region"], intent.client_id):
        pools.remember(tx, capacity_key(pool.pool_id, params["lifecycle"]), now=now, ice_until=now + ICE_MEMORY)
