"""Prices: what agents report and what our collector fetches. Pools are keyed on the AZ id."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from core import database, doorbell, errors
from core.cloud.aws import Clouds
from core.cloud.prices import Catalogue, fetch_catalogue, fetch_on_demand, fetch_spot
from core.database import Tx
from core.domain.account import Account
from core.domain.lifecycle import Agent, Instance
from core.domain.notice import parse_time
from core.domain.pools import pool_id
from core.sql import accounts, pools

HIGHEST = 1000.0


def report(tx: Tx, agent: Agent, instance: Instance, body: Mapping[str, Any]) -> dict:
    """Store an agent's prices; copies are counted, impossible ones named and passed over."""
    now = tx.now()
    rows, rejected = [], []
    for row in body["pools"]:
        why = _impossible(row, now)
        if why:
            rejected.append({"pool": pool_id(row["az_id"], row["instance_type"]), "why": why})
        else:
            rows.append(_snapshot(row, agent, instance, now))
    stored = pools.write_snapshots(tx, rows) if rows else 0
    return {"stored": stored, "duplicates": len(rows) - stored, "rejected": rejected}


def _impossible(row: Mapping[str, Any], now: datetime) -> str | None:
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
    """Fetch spot and on-demand prices of every region in use; counts of what was stored."""
    counts = {"pools": 0, "on_demand": 0, "unreachable": 0}
    seen: set[str] = set()
    for account in database.run(accounts.active):
        for region in set(json.loads(account.regions)) - seen:
            seen.add(region)
            try:
                stored = _collect_region(clouds, account, region)
            except errors.Unavailable:
                counts["unreachable"] += 1
                continue
            counts["pools"] += stored[0]
            counts["on_demand"] += stored[1]
    return counts


def _collect_region(clouds: Clouds, account: Account, region: str) -> tuple[int, int]:
    ec2 = clouds.of(account)
    catalogue = fetch_catalogue(ec2, region)
    spot, on_demand = fetch_spot(ec2, region, sorted(catalogue.types)), fetch_on_demand(ec2, region, sorted(catalogue.types))
    return database.run(lambda tx: _store(tx, region, catalogue, spot, on_demand))


def _store(tx: Tx, region: str, catalogue: Catalogue, spot: list, on_demand: dict[str, float]) -> tuple[int, int]:
    now = tx.now()
    rows = []
    for price in spot:
        size, az_id = catalogue.types.get(price.instance_type), catalogue.zones.get(price.az)
        if size and az_id:
            rows.append(
                (pool_id(az_id, price.instance_type), region, az_id, price.instance_type, size.vcpus, size.memory_mib, size.arch,
                 price.usd_per_hour, price.at, now)
            )  # fmt: skip
    if rows:
        pools.write_pools(tx, rows)
    tx.on_commit(partial(doorbell.ring, "planner"))
    if on_demand:
        pools.write_on_demand(tx, [(region, name, usd, now) for name, usd in sorted(on_demand.items())])
    return len(rows), len(on_demand)
