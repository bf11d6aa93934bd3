"""Prices: what agents report and what our collector fetches. Pools are keyed on the AZ id."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core import database, doorbell, errors
from core.cloud.aws import Clouds, Ec2
from core.cloud.prices import Catalogue, SpotPrice, fetch_catalogue, fetch_changes, fetch_on_demand, fetch_placement_scores
from core.database import Tx
from core.domain.account import Account
from core.domain.lifecycle import Agent, Instance
from core.domain.notice import parse_time
from core.domain.pools import pool_id
from core.execution import breaker
from core.prices import feeds
from core.sql import accounts, pools
from core.sql import feeds as feed_rows

log = logging.getLogger("core.prices.pricing")

HIGHEST = 1000.0
OVERLAP = timedelta(hours=1)  # AWS's list may still gain rows of the last minutes
FIRST_LOOK = timedelta(days=7)
BATCH = 2000
MOST_SCORED = 10


def report(tx: Tx, agent: Agent, instance: Instance, body: Mapping[str, Any]) -> dict:
    """Store an agent's prices; copies are counted, impossible ones named and passed over."""
    now = tx.now()
    rows, rejected = [], []
    for row in body["pools"]:
        why = impossible(row, now)
        if why:
            rejected.append({"pool": pool_id(row["az_id"], row["instance_type"]), "why": why})
        else:
            rows.append(_snapshot(row, agent, instance, now))
    stored = pools.write_snapshots(tx, rows) if rows else 0
    return {"stored": stored, "duplicates": len(rows) - stored, "rejected": rejected}


def impossible(row: Mapping[str, Any], now: datetime) -> str | None:
    """Why a price that was reported is none."""
    if not 0 < row["spot_price"] < HIGHEST:
        return "not a price"
    at = parse_time(row["observed_at"])
    if at is None:
        return "no time"
    return "observed in the future" if (at - now).total_seconds() > 300 else None


def _snapshot(row: Mapping[str, Any], agent: Agent, instance: Instance, now: datetime) -> tuple:
    return (
        agent.client_id, instance.id, "agent", instance.role if instance.role in ("PRIMARY", "REPLICA") else "NONE",
        pool_id(row["az_id"], row["instance_type"]), row["spot_price"], parse_time(row["observed_at"]), now,
    )  # fmt: skip


def collect(clouds: Clouds) -> dict:
    """Fetch spot and on-demand prices of every region in use; counts of what was stored. Then look after the feeds.

    Prices are the same for every account: the first that answers for a region is enough.
    """
    counts = {"pools": 0, "changes": 0, "on_demand": 0, "unreachable": 0}
    seen: set[str] = set()
    for account in database.run(accounts.active):
        for region in set(json.loads(account.regions)) - seen:
            try:
                stored = _collect_region(clouds, account, region)
                seen.add(region)
            except errors.Unavailable as error:
                log.warning("prices of %s: %s", region, error.message)
                counts["unreachable"] += 1
                continue
            counts = {name: number + stored.get(name, 0) for name, number in counts.items()}
    return {**counts, **database.run(feeds.check)}


def _collect_region(clouds: Clouds, account: Account, region: str) -> dict:
    """Every change since the last one we know, an hour of overlap included; then the price list."""
    ask = partial(breaker.ask, clouds, account, once=False)
    with feeds.watched(region, "spot"):
        catalogue, changes = ask(partial(_spot, region=region, since=database.run(lambda tx: _since(tx, region))))
        counts = database.run(lambda tx: _store(tx, region, catalogue, changes))
    with feeds.watched(region, "on_demand"):
        on_demand = ask(partial(fetch_on_demand, region=region, types=sorted(catalogue.types)))
        return {**counts, "on_demand": database.run(lambda tx: _store_on_demand(tx, region, on_demand))}


def _spot(ec2: Ec2, region: str, since: datetime) -> tuple[Catalogue, list[SpotPrice]]:
    catalogue = fetch_catalogue(ec2, region)
    return catalogue, fetch_changes(ec2, region, sorted(catalogue.types), since)


def _since(tx: Tx, region: str) -> datetime:
    """The watermark less an hour; a week back at the first time."""
    feed = feed_rows.one(tx, region, "spot")
    return (feed["watermark_at"] - OVERLAP) if feed and feed["watermark_at"] else tx.now() - FIRST_LOOK


def _store(tx: Tx, region: str, catalogue: Catalogue, changes: list[SpotPrice]) -> dict:
    """Each change into staging, the newest of each pool as its price, unless the whole feed stands still."""
    _store_types(tx, catalogue)
    now, known = tx.now(), [(price, catalogue.pool_of(price)) for price in changes]
    known = [(price, pool) for price, pool in known if pool]
    staged = [(None, 0, "collector", "NONE", pool, price.usd_per_hour, price.at, now) for price, pool in known]
    for start in range(0, len(staged), BATCH):
        pools.write_snapshots(tx, staged[start : start + BATCH])
    if not known:
        return {"pools": 0, "changes": 0}
    newest = {pool: price for price, pool in sorted(known, key=lambda one: one[0].at)}
    watermark = max(price.at for price in newest.values())
    feed_rows.reach(tx, region, "spot", watermark)
    if not feeds.stands_still("spot", watermark, now):
        pools.write_pools(tx, [_pool(region, catalogue, pool, price, now) for pool, price in sorted(newest.items())])
    return {"pools": len(newest), "changes": len(staged)}


def _store_types(tx: Tx, catalogue: Catalogue) -> None:
    now = tx.now()
    told = [(name[:32], size.gpus, size.ebs_mbps, size.instance_store_gib, now) for name, size in sorted(catalogue.types.items())]
    for start in range(0, len(told), BATCH):
        pools.write_types(tx, told[start : start + BATCH])


def _pool(region: str, catalogue: Catalogue, pool: str, price: SpotPrice, now: datetime) -> tuple:
    size, az_id = catalogue.types[price.instance_type], pool.split(":")[0]
    return (pool, region, az_id, price.instance_type, size.vcpus, size.memory_mib, size.arch, price.usd_per_hour, price.at, now)


def _store_on_demand(tx: Tx, region: str, on_demand: dict[str, float]) -> int:
    now = tx.now()
    tx.on_commit(partial(doorbell.ring, "planner"))
    if on_demand:
        pools.write_on_demand(tx, [(region, name, usd, now) for name, usd in sorted(on_demand.items())])
    return len(on_demand)


def score_placements(clouds: Clouds) -> dict:
    """EC2's placement scores of the types in use, at most ten per region: AWS counts new questions per day."""
    stored = 0
    for account in database.run(accounts.active):
        for region in json.loads(account.regions):
            try:
                stored += _score_region(clouds, account, region)
            except errors.Unavailable as error:
                log.warning("placement scores of %s: %s", region, error.message)
    return {"placement_scores": stored}


def _score_region(clouds: Clouds, account: Account, region: str) -> int:
    stored = 0
    for name in database.run(lambda tx: feed_rows.types_in_use(tx, region, MOST_SCORED)):
        scores = breaker.ask(clouds, account, partial(fetch_placement_scores, region=region, instance_type=name), once=False)
        stored += database.run(partial(_store_scores, region=region, name=name, scores=scores))
    return stored


def _store_scores(tx: Tx, region: str, name: str, scores: dict[str, int]) -> int:
    now = tx.now()
    return feed_rows.write_scores(tx, [(region, az_id, name, score, now) for az_id, score in sorted(scores.items())]) if scores else 0
