"""What an hour costs, with the source of the price and whether its feed fell silent (INV-21)."""

from datetime import datetime

from config.settings import current
from core.database import Tx
from core.domain.lifecycle import Instance
from core.domain.savings import ON_DEMAND_STALE_AFTER, STALE_AFTER, Quote, quote
from core.sql import ledger, pools


def source() -> str:
    """Where collected prices come from."""
    return "simulator" if current().simulated else "collector"


def spot(tx: Tx, pool_id: str | None, at: datetime) -> Quote | None:
    """The Spot price of a pool; None where it is unknown."""
    row = ledger.spot_price(tx, pool_id) if pool_id else None
    return row and quote(row["price"], row["updated_at"], STALE_AFTER, source(), at)


def on_demand(tx: Tx, region: str, instance_type: str, at: datetime) -> Quote | None:
    row = pools.on_demand(tx, region, instance_type)
    return row and quote(row["price"], row["updated_at"], ON_DEMAND_STALE_AFTER, source(), at)


def of_instance(tx: Tx, instance: Instance, at: datetime) -> Quote | None:
    """What this machine costs as it was bought."""
    if instance.lifecycle == "spot":
        return spot(tx, instance.pool_id, at)
    return on_demand(tx, instance.region, instance.instance_type, at)
