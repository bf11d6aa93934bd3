"""The market as people see it: pools with price and risk, and prices over time. Where a figure comes from is always told (INV-23)."""

from datetime import datetime, timedelta
from statistics import fmean, pstdev

from core import errors
from core.database import Tx
from core.domain.pools import Candidate, Pool, pool_id
from core.domain.price_series import BUCKET_SECONDS
from core.domain.savings import ON_DEMAND_STALE_AFTER
from core.emergencies import emergency
from core.forecast.risk import risk_of
from core.prices import consolidation, feeds
from core.sql import feeds as feed_rows
from core.sql import instances, market, pools
from core.sql import price_series as series
from core.sql import risk as risks

DAY = timedelta(hours=24)
FINE_HOURS = 168
SURCHARGE = 1.1
SHOWN_RUNS_DAYS = 7
UNKNOWN_PRICE = {"price_usd_per_hour": None, "stale": True, "as_of": None, "data_source": None}


def of_client(tx: Tx, client_id: int, region: str | None) -> dict:
    """A region's pools as this client's decisions see them, and how fresh all of it is."""
    regions = market.regions(tx, client_id)
    region = region or (regions[0] if regions else None)
    shown = _pools(tx, client_id, region, None) if region else []
    return {
        "server_time": tx.now(), "region": region, "regions": regions, "feed": region and feeds.of_region(tx, region), "pools": shown,
        "consolidation": consolidation.history(tx, SHOWN_RUNS_DAYS)[:10],
    }  # fmt: skip


def statistics(tx: Tx, region: str | None, instance_type: str | None) -> list[dict]:
    """For the administrator: every pool as everybody sees it, with the agents in it."""
    return _pools(tx, 0, region, instance_type)


def _pools(tx: Tx, client_id: int, region: str | None, instance_type: str | None) -> list[dict]:
    found = market.pools(tx, region, instance_type, bucket(tx.now() - DAY))
    places = sorted({row["region"] for row in found})
    known = {place: pools.in_region(tx, place, client_id) for place in places}
    memory = {pool.pool_id: pool for some in known.values() for pool in some}
    risk = {pool: one for place, some in known.items() for pool, one in risk_of(tx, place, some).risks.items()}
    scores = {place: feed_rows.scores(tx, place) for place in places}
    ranks = {place: risks.rates(tx, place) for place in places}
    own = market.own_workloads(tx, client_id)
    return [
        {
            **_priced(row), **_flag(memory[row["pool_id"]], tx.now()),
            "risk": risk[row["pool_id"]].probability, "evidence": risk[row["pool_id"]].evidence, "samples": risk[row["pool_id"]].samples,
            "advisor_bucket": ranks[row["region"]].get(row["instance_type"]),
            "placement_score": scores[row["region"]].get((row["az_id"], row["instance_type"])),
            **({"workloads": own.get(row["pool_id"], [])} if client_id else {"agents": row["agents"]}),
        }
        for row in found
    ]  # fmt: skip


def _priced(row: dict) -> dict:
    price, before = row["price"], row["price_before"]
    same = ("pool_id", "region", "az_id", "instance_type", "vcpus", "memory_mib", "arch")
    return {
        **{name: row[name] for name in same},
        **_current(row),
        "on_demand_usd_per_hour": row["on_demand_price"],
        "trend_24h": None if not before or price is None else round(price / before - 1, 4),
    }


def _current(row: dict) -> dict:
    """The price decisions count with: a stale one is the last known and ten per cent."""
    stale, price = bool(row["is_stale"]), row["price"]
    counted = None if price is None else round(price * SURCHARGE, 6) if stale else price
    return {
        "price_usd_per_hour": counted, "stale": stale, "as_of": row["updated_at"], "changed_at": row["price_at"],
        "data_source": "last_known_plus_10_pct" if stale else "collector",
    }  # fmt: skip


def _flag(pool: Pool, now: datetime) -> dict:
    """Why a pool is avoided and until when: the strongest reason."""
    reasons = (
        (pool.danger_until, "danger", "a notice there within 30 minutes"),
        (pool.ice_until, "no_capacity", "it refused a launch within 3 minutes"),
        (pool.poisoned_until, "poisoned", "an interruption there within 15 days; it stands behind clean pools"),
    )
    for until, flag, why in reasons:
        if until > now:
            return {"flag": flag, "avoided_until": until, "why_avoided": why}
    return {"flag": None, "avoided_until": None, "why_avoided": None}


def pricing_of(tx: Tx, client_id: int, uuid: str) -> dict:
    """What an instance costs, and where it would be cheapest among the pools that fit and are calm."""
    row = _instance(tx, client_id, uuid)
    on_demand = pools.on_demand(tx, row["region"], row["instance_type"])
    current = _spot_now(tx, row["pool_id"]) if row["lifecycle"] == "spot" else _on_demand_now(on_demand, tx.now())
    best = _cheapest(emergency.places(tx, instances.by_uuid(tx, uuid), fallback=True))
    return {
        "current": current["price_usd_per_hour"], "on_demand": on_demand and on_demand["price"],
        "lifecycle": row["lifecycle"], "pool_id": row["pool_id"],
        "best": {"pool": best.pool_id, "price": best.price, "lifecycle": best.lifecycle, "why": best.why},
        **{name: current[name] for name in ("stale", "as_of", "data_source")},
    }  # fmt: skip


def _cheapest(places: list[Candidate]) -> Candidate:
    """Of the calmest kind there is; the first of equals."""
    calmest = [place for place in places if place.why == places[0].why and place.price is not None]
    return min(calmest, key=lambda place: place.price, default=places[0])


def _spot_now(tx: Tx, pool_id: str | None) -> dict:
    here = market.pool(tx, pool_id) if pool_id else None
    return _current(here) if here else UNKNOWN_PRICE


def _on_demand_now(listed: dict | None, now: datetime) -> dict:
    """As AWS's price list had it when it was read; after a day it is stale, and counts all the same."""
    if listed is None:
        return UNKNOWN_PRICE
    is_stale = now - listed["updated_at"] > ON_DEMAND_STALE_AFTER
    return {"price_usd_per_hour": listed["price"], "stale": is_stale, "as_of": listed["updated_at"], "data_source": "collector"}


def history_of_instance(tx: Tx, client_id: int, uuid: str, hours: int) -> list[dict]:
    """The prices of the pool an instance runs in."""
    row = _instance(tx, client_id, uuid)
    return points(tx, row["pool_id"], hours) if row["pool_id"] else []


def history(tx: Tx, client_id: int, named: str, hours: int) -> dict:
    """A pool's prices with what happened to the client's own machines there."""
    pool = resolve(tx, client_id, named)
    since = tx.now() - timedelta(hours=hours)
    here = market.pool(tx, pool)
    return {
        "pool_id": pool, "hours": hours, "step_seconds": BUCKET_SECONDS if hours <= FINE_HOURS else 3600, "points": points(tx, pool, hours),
        "markers": _markers(tx, client_id, pool, since), "on_demand_usd_per_hour": here and here["on_demand_price"],
        "current": here and _current(here), "server_time": tx.now(),
    }  # fmt: skip


def points(tx: Tx, pool: str, hours: int) -> list[dict]:
    """Consolidated prices, then what the next run would make of what is staged; beyond a week one per hour. Gaps are left out."""
    since, hourly = tx.now() - timedelta(hours=hours), hours > FINE_HOURS
    told = {row["at"]: (row["price"], row["data_source"]) for row in series.of_pool(tx, pool, since, hourly)}
    told |= {at: (price, source) for at, price, source in consolidation.preview(tx, pool, since) if not (hourly and at.minute)}
    return [{"ts": at, "price": price, "data_source": source} for at, (price, source) in sorted(told.items()) if at >= since]


def volatility(tx: Tx, client_id: int, uuid: str, hours: int) -> dict:
    """How a pool's price moved. For information: it says nothing about interruptions (K-40)."""
    told = history_of_instance(tx, client_id, uuid, hours)
    prices = [point["price"] for point in told]
    if not prices:
        return {"mean": None, "sigma": None, "min": None, "max": None, "changes": 0, "samples": 0, "data_sources": {}, "is_risk": False}
    changes = sum(a != b for a, b in zip(prices, prices[1:], strict=False))
    sources = {name: sum(point["data_source"] == name for point in told) for name in sorted({point["data_source"] for point in told})}
    return {
        "mean": round(fmean(prices), 6), "sigma": round(pstdev(prices), 6), "min": min(prices), "max": max(prices), "changes": changes,
        "samples": len(prices), "data_sources": sources, "is_risk": False,
    }  # fmt: skip


def resolve(tx: Tx, client_id: int, named: str) -> str:
    """``use1-az4:m5.large`` or ``us-east-1a:m5.large`` as a pool id; an AZ's name by the client's own account."""
    place, _, rest = named.partition(":")
    instance_type, _, product = rest.partition(":")
    az_id = place if "-az" in place else market.az_id_of(tx, client_id, place)
    if not instance_type or az_id is None:
        raise errors.Invalid(fields={"pool": [f"{named} names no pool: <az id>:<instance type>"]})
    return pool_id(az_id, instance_type, product or "linux")


def bucket(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


def _markers(tx: Tx, client_id: int, pool: str, since: datetime) -> list[dict]:
    told = [
        {"at": row["at"], "kind": row["kind"], "sentence": f"{row['logical_name'] or row['ec2_instance_id']}: {row['kind']} announced"}
        for row in market.notices(tx, client_id, pool, since)
    ]
    told += [
        {"at": row["at"], "kind": "arrived" if row["to_role"] == "PRIMARY" else "left",
         "sentence": f"{row['logical_name']} {'came here' if row['to_role'] == 'PRIMARY' else 'moved away'}"}
        for row in market.switches(tx, client_id, pool, since)
    ]  # fmt: skip
    return sorted(told, key=lambda marker: marker["at"])


def _instance(tx: Tx, client_id: int, uuid: str) -> dict:
    row = market.instance(tx, client_id, uuid)
    if row is None:
        raise errors.NotFound()
    return row
