"""Whether the host of a workload would hear of an interruption, by its metadata or by its account's event queue (INV-56)."""

from core.database import Tx
from core.domain.lifecycle import Instance
from core.domain.notice_path import notice_path, why_not_spot
from core.sql import aws_events, heartbeats


def why_deaf(tx: Tx, primary: Instance) -> str | None:
    """Why nothing of this host moves from On-Demand to Spot now, or None when it may."""
    if primary.lifecycle == "spot":
        return None
    told = heartbeats.told(tx, primary.id)
    path = notice_path(told and told["imds_ok"], told and told["imds_silent_since"], tx.now())
    return why_not_spot(primary.lifecycle, path, aws_events.is_read(tx, primary.account_id, primary.region))
