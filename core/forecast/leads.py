"""The lead times that pools gave, as people read them (L-24), and the one that an open emergency may count on (UI-03)."""

from collections import defaultdict
from dataclasses import asdict

from core.database import Tx
from core.domain.incident import Incident
from core.domain.leads import LEAST_SEEN, Warned, alarms, lead_of, learned
from core.sql import instances, leads

MOST_POOLS = 200
MOST_SHOWN, MOST_COUNTED = 10_000, 500  # warnings that are read: for a page, and each two seconds while an emergency is watched


def of_pools(tx: Tx, client_id: int | None) -> dict:
    """Every pool of which a warning was seen in ninety days, the most seen first."""
    by_pool: dict[str, list[Warned]] = defaultdict(list)
    for one in leads.warned(tx, client_id, MOST_SHOWN):
        by_pool[one.pool_id].append(one)
    ordered = sorted(by_pool.items(), key=lambda item: (-len(item[1]), item[0]))
    return {"pools": [_pool(pool_id, some) for pool_id, some in ordered[:MOST_POOLS]], "least_seen": LEAST_SEEN, "days": 90}


def _pool(pool_id: str, warned: list[Warned]) -> dict:
    return {
        "pool_id": pool_id, "region": warned[0].region, "instance_type": warned[0].instance_type, "rebalances": alarms(warned),
        "rebalance_to_end_seconds": asdict(lead_of(one.lead_seconds("rebalance") for one in warned)),
        "notice_to_end_seconds": asdict(lead_of(one.lead_seconds("termination") for one in warned)),
    }  # fmt: skip


def expected(tx: Tx, incident: Incident, kind: str) -> dict | None:
    """What pools like the one of an open emergency gave; null where too few were seen, or nothing was announced."""
    subject = instances.get(tx, incident.instance_id) if incident.instance_id else None
    if not incident.is_open or kind not in ("rebalance", "termination") or subject is None or not subject.pool_id:
        return None
    seen = leads.warned(tx, incident.client_id, MOST_COUNTED, subject.instance_type)
    found = learned(seen, subject.pool_id, subject.region, subject.instance_type, kind)
    return found and {"scope": found.scope, **asdict(found.lead)}
