"""What was saved and lost, as finance reads it: every figure is a sum of ledger lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core import audit, errors
from core.database import Tx
from core.domain.savings import HOURS_PER_MONTH, LINES, MILLION, cents, net
from core.money import cleanups
from core.prices import quotes
from core.sql import ledger, spend, switches

SHAPES = {"hour": "%Y-%m-%dT%H:00Z", "day": "%Y-%m-%d", "month": "%Y-%m"}
COLUMNS = ("period", *LINES, "net", "stale")
LINE = ("hour", "line", "debit", "credit", "seconds", "usd_per_hour", "data_source")
LONGEST = timedelta(days=800)


def series(tx: Tx, client_id: int, start: datetime, end: datetime, granularity: str) -> dict:
    """Sums per hour, day or month, each with its net, and the total; USD."""
    rows = ledger.sums_by_period(tx, client_id, start, end, SHAPES[granularity])
    periods, stale = defaultdict(dict), defaultdict(bool)
    for row in rows:
        periods[row["period"]][row["line"]] = int(row["micros"])
        stale[row["period"]] |= bool(row["stale"])
    return {
        "from": start, "to": end, "granularity": granularity, "currency": "USD", "data_source": quotes.source(),
        "series": [{"period": name, **_usd(sums), "stale": stale[name]} for name, sums in periods.items()],
        "total": _usd(_added(periods.values())),
    }  # fmt: skip


def told(tx: Tx, client_id: int, start: datetime, end: datetime, granularity: str) -> dict:
    """The series, and what replicas cost in these days that nobody needed."""
    return {**series(tx, client_id, start, end, granularity), "needless_replicas": cleanups.of_client(tx, client_id, start, end)}


def allocation(tx: Tx, client_id: int, start: datetime, end: datetime, by: str) -> dict:
    """The net by agent, account or ``tag:<name>``, in whole cents that add up to the total's cents."""
    rows = _grouped(tx, client_id, start, end, by)
    groups = defaultdict(dict)
    for row in rows:
        groups[row["name"]][row["line"]] = groups[row["name"]].get(row["line"], 0) + int(row["micros"])
    nets = {name or "": net(sums) for name, sums in groups.items()}
    rounded = cents(nets)
    return {
        "by": by,
        "groups": [
            {"name": name, **_usd(sums), "net": rounded[name or ""] / 100}
            for name, sums in sorted(groups.items(), key=lambda item: -rounded[item[0] or ""])
        ],
        "net": sum(rounded.values()) / 100,
    }  # fmt: skip


def lines(tx: Tx, client_id: int, start: datetime, end: datetime, cursor: str | None, limit: int) -> dict:
    """The single lines, newest first; ``next_cursor`` is null on the last page."""
    before = int(cursor) if cursor and cursor.isdigit() else None
    rows = ledger.lines(tx, client_id, start, end, before, limit + 1)
    page = rows[:limit]
    return {"lines": [_line(row) for row in page], "next_cursor": str(page[-1]["id"]) if len(rows) > limit else None}


def reconciliation(tx: Tx, client_id: int, start: datetime, end: datetime) -> dict:
    """Per day what we booked as cost against what the bill says; a gap needs both."""
    days = [_gap(row) for row in ledger.booked_and_billed(tx, client_id, start, end)]
    both = [day for day in days if day["gap_usd"] is not None]
    booked, billed = (round(sum(day[name] for day in both), 6) for name in ("booked_usd", "billed_usd"))
    return {"days": days, "booked_usd": booked, "billed_usd": billed, "gap_pct": _percent(booked - billed, billed)}


def import_bill(tx: Tx, client_id: int, source: str, rows: Iterable[Mapping[str, Any]], *, actor: str = audit.SYSTEM) -> dict:
    """Lines of a bill, one per machine and day. What is not a machine of this client is counted and left out."""
    own, now = ledger.own_machines(tx, client_id), tx.now()
    kept = [row for row in rows if row["instance_id"] in own]
    if kept:
        ledger.write_bill(tx, [(client_id, row["instance_id"], row["day"], round(row["usd"] * MILLION), source, now) for row in kept])
        sentence = f"Imported {len(kept)} lines of a bill ({source})"
        audit.record(tx, client_id=client_id, actor=actor, action="import_bill", resource=("client", client_id), why=sentence)
    return {"imported": len(kept), "unknown": len(list(rows)) - len(kept)}


def kpi(tx: Tx, client_id: int) -> dict:
    """Spend as it runs now, by the month of 730 hours; what has no price is counted, not guessed."""
    machines = spend.running(tx, client_id)
    priced = [row for row in machines if row["price"] is not None]
    primaries = [row["on_demand"] for row in machines if row["role"] == "PRIMARY" and row["on_demand"] is not None]
    month = tx.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sums = series(tx, client_id, month, month + timedelta(days=32), "month")
    return {
        "monthly_spend": round(HOURS_PER_MONTH * sum(row["price"] for row in priced), 2) if priced else None,
        "on_demand_equivalent": round(HOURS_PER_MONTH * sum(primaries), 2) if primaries else None,
        "savings_month_to_date": sums["total"]["net"] if sums["series"] else None,
        "instances": len(machines), "unpriced": len(machines) - len(priced), "data_source": quotes.source(),
        "stale": any(row["stale"] for row in machines),
    }  # fmt: skip


def composition(tx: Tx, client_id: int) -> dict:
    """USD per hour by type, AZ, lifecycle and role."""
    machines = spend.running(tx, client_id)
    return {
        **{f"by_{name}": _shares(machines, key) for name, key in (("type", "instance_type"), ("az", "az_id"), ("lifecycle", "lifecycle"), ("role", "role"))},
        "by_cluster": [], "data_source": quotes.source(),
    }  # fmt: skip


def timeseries(tx: Tx, client_id: int, days: int) -> dict:
    """Per day what was paid and what On-Demand would have cost."""
    end = tx.now() + timedelta(hours=1)
    told = series(tx, client_id, start_of_day(tx.now() - timedelta(days=days - 1)), end, "day")
    return {"days": [{"day": row["period"], "actual": round(row["baseline"] - row["net"], 6), "on_demand": row["baseline"]} for row in told["series"]]}


def charts(tx: Tx, client_id: int, days: int) -> dict:
    """What the client's charts draw: savings, modes, how often switches happen, prices paid."""
    told = series(tx, client_id, start_of_day(tx.now() - timedelta(days=days - 1)), tx.now() + timedelta(hours=1), "day")
    return {
        "savings": [{"day": row["period"], "net": row["net"]} for row in told["series"]],
        "modes": spend.modes(tx, client_id),
        "switch_frequency": [{**row, "succeeded": int(row["succeeded"] or 0)} for row in switches.per_day(tx, client_id, days)],
        "prices": timeseries(tx, client_id, days)["days"],
    }


def span(tx: Tx, first: date | None, last: date | None) -> tuple[datetime, datetime]:
    """From the beginning of ``first`` (default: 30 days back) to the end of ``last`` (default: today), UTC."""
    end = start_of_day(last or tx.now()) + timedelta(days=1)
    start = start_of_day(first) if first else end - timedelta(days=30)
    if not timedelta(0) < end - start <= LONGEST:
        raise errors.Invalid(fields={"from": ["must lie before `to`, at most 800 days"]})
    return start, end


def start_of_day(at: date | datetime) -> datetime:
    return datetime.combine(at.date() if isinstance(at, datetime) else at, time(), UTC)


def _grouped(tx: Tx, client_id: int, start: datetime, end: datetime, by: str) -> list[dict]:
    if by.startswith("tag:"):
        return ledger.sums_by_tag(tx, client_id, start, end, f'$."{by[4:]}"')
    return {"agent": ledger.sums_by_agent, "account": ledger.sums_by_account}[by](tx, client_id, start, end)


def _usd(sums: Mapping[str, int]) -> dict[str, float]:
    return {**{line: sums.get(line, 0) / MILLION for line in LINES}, "net": net(sums) / MILLION}


def _added(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for part in parts:
        for line, micros in part.items():
            total[line] += micros
    return total


def _line(row: dict) -> dict:
    return {
        "line_id": row["id"], "agent_id": row["agent_uuid"], "agent_name": row["logical_name"], "ec2_instance_id": row["ec2_instance_id"],
        **{name: row[name] for name in LINE}, "usd": row["micros"] / MILLION, "stale": bool(row["stale"]),
    }  # fmt: skip


def _gap(row: dict) -> dict:
    booked, billed = (None if row[name] is None else int(row[name]) / MILLION for name in ("booked", "billed"))
    both = None not in (booked, billed)
    return {
        "day": row["day"], "booked_usd": booked, "billed_usd": billed, "gap_usd": round(booked - billed, 6) if both else None,
        "gap_pct": _percent(booked - billed, billed) if both else None,
    }  # fmt: skip


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 3) if whole else None


def _shares(machines: list[dict], key: str) -> list[dict]:
    sums: dict[str, float] = defaultdict(float)
    for row in machines:
        sums[row[key] or "none"] += row["price"] or 0
    return [{"name": name, "usd_per_hour": round(usd, 6)} for name, usd in sorted(sums.items(), key=lambda item: -item[1])]
