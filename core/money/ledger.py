"""Books the savings ledger, hour by hour, from what machines were and cost; never from what anybody reported (D3).

An hour is booked again and again while it lasts, and once more when it is over; the same facts give the same
lines, so a run too many changes nothing. Prices are fixed by the first run of their hour.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import database, events
from core.database import Tx
from core.domain.lifecycle import Role
from core.domain.savings import HOUR, LINES, HourPrices, Life, Line, Quote, Span, hour_of, hours_between, lines_of, spans_of
from core.prices import quotes
from core.sql import ledger

HOURS_PER_RUN = 200
SETTLED_AFTER = timedelta(minutes=2)
WAIT_FOR_PRICES = timedelta(hours=48)


@dataclass(frozen=True)
class Machine:
    """One machine in one hour: its row and the roles it had."""

    row: dict
    spans: tuple[Span, ...]

    @property
    def own_key(self) -> str:
        r = self.row
        return r["pool_id"] if r["lifecycle"] == "spot" else f"{r['region']}:{r['instance_type']}:on-demand"

    @property
    def became_primary(self) -> datetime | None:
        return max((span.start for span in self.spans if span.role == Role.PRIMARY), default=None)


def book() -> dict:
    """Book every hour that is not closed, the present one included; counts of hours, lines, and machines without a price."""
    counts = {"hours": 0, "lines": 0, "unpriced": 0}
    may_close = True
    for hour in database.run(_hours_due):
        lines, unpriced, over = database.run(lambda tx, hour=hour: _book_hour(tx, hour))
        may_close = may_close and over and not unpriced
        if may_close or over and database.run(lambda tx, hour=hour: tx.now() - hour > WAIT_FOR_PRICES):
            database.run(lambda tx, hour=hour: ledger.close_hour(tx, hour) and ledger.add_to_months(tx, hour))
        counts = {"hours": counts["hours"] + 1, "lines": counts["lines"] + lines, "unpriced": counts["unpriced"] + unpriced}
    return counts


def _hours_due(tx: Tx) -> list[datetime]:
    """From the hour after the last closed one to the present one."""
    found = ledger.span(tx)
    if found["first"] is None:
        return []
    return hours_between(found["closed"] + HOUR if found["closed"] else found["first"], tx.now())[:HOURS_PER_RUN]


def _book_hour(tx: Tx, hour: datetime) -> tuple[int, int, bool]:
    """Lines written, machines without a price, and whether the hour is over and settled."""
    now = tx.now()
    machines = _machines(tx, hour, min(hour + HOUR, now))
    _fix_baselines(tx, machines, now)
    prices, baselines = _prices(tx, machines, hour, now), _baselines(tx)
    rows, unpriced = [], 0
    for machine in machines:
        own, baseline = prices.get(machine.own_key), _baseline_of(machine, baselines)
        if own is None or baseline is None:
            unpriced += 1
            continue
        lines = lines_of(_life(machine), hour, HourPrices(own, prices.get(machine.row["pool_id"]), baseline))
        rows += [_row(machine.row, hour, line, now) for line in lines]
    if rows:
        ledger.write(tx, rows)
        _tell(tx, {machine.row["client_id"] for machine in machines})
    return len(rows), unpriced, hour + HOUR + SETTLED_AFTER <= now


def _machines(tx: Tx, start: datetime, end: datetime) -> list[Machine]:
    changes: dict[int, list] = defaultdict(list)
    for row in ledger.role_changes(tx, start, end):
        changes[row["instance_id"]].append((row["to_role"], row["at"]))
    return [
        Machine(row, spans_of(changes[row["id"]], row["begin_at"], min(row["ended_at"] or end, end)))
        for row in ledger.machines(tx, start, end)
    ]


def _prices(tx: Tx, machines: list[Machine], hour: datetime, now: datetime) -> dict[str, Quote]:
    """The fixed prices of an hour by key, after fixing those that are missing and known.

    Of a PRIMARY on On-Demand the Spot price of its own pool is wanted, too: it tells what the fallback costs.
    """
    known = {row["price_key"]: Quote(row["usd_per_hour"], row["data_source"], bool(row["stale"])) for row in ledger.fixed_prices(tx, hour)}
    wanted = {key: machine.row for machine in machines for key in (machine.own_key, machine.row["pool_id"]) if key}
    for key in sorted(wanted.keys() - known.keys()):
        row = wanted[key]
        found = quotes.on_demand(tx, row["region"], row["instance_type"], now) if key.endswith(":on-demand") else quotes.spot(tx, key, now)
        if found:
            late = now - hour > 2 * HOUR  # a price of now for an hour long gone is a guess, and is marked as one
            known[key] = Quote(found.usd_per_hour, found.data_source, found.stale or late)
            ledger.fix_price(tx, key, hour, found.usd_per_hour, found.data_source, found.stale or late)
    return known


def _fix_baselines(tx: Tx, machines: list[Machine], now: datetime) -> None:
    """The On-Demand price of the type a workload registered with, fixed at its registration and again at each switch."""
    known = {(row["agent_id"], row["from_at"]) for row in ledger.baselines(tx)}
    for machine in machines:
        row = machine.row
        moments = {row["registered_at"]} if machine.row["replica_of_id"] is None else {machine.became_primary}
        for at in moments - {None}:
            price = (row["agent_id"], at) not in known and quotes.on_demand(tx, row["region"], row["registered_type"], now)
            if price:
                ledger.fix_baseline(tx, row["agent_id"], at, row["registered_type"], price.usd_per_hour, price.data_source, price.stale)


def _baselines(tx: Tx) -> dict[int, list[tuple[datetime, Quote]]]:
    found: dict[int, list] = defaultdict(list)
    for row in ledger.baselines(tx):
        found[row["agent_id"]].append((row["from_at"], Quote(row["usd_per_hour"], row["data_source"], bool(row["stale"]))))
    return found


def _baseline_of(machine: Machine, baselines: dict[int, list[tuple[datetime, Quote]]]) -> Quote | None:
    """The one in force when this machine became PRIMARY; for one that never was, any."""
    rows = baselines.get(machine.row["agent_id"], [])
    at = machine.became_primary
    return next((price for from_at, price in reversed(rows) if at is None or from_at <= at), rows[0][1] if rows else None)


def _life(machine: Machine) -> Life:
    row = machine.row
    fallback = row["lifecycle"] == "on-demand" and row["replica_of_id"] is not None
    return Life(row["id"], row["lifecycle"], fallback, machine.spans)


def _row(machine: dict, hour: datetime, line: Line, now: datetime) -> tuple:
    debit, credit = LINES[line.line]
    return (
        machine["client_id"], machine["account_id"], machine["agent_id"], machine["id"], hour, line.line, debit, credit, line.seconds,
        line.usd_per_hour, line.micros, machine["tags"], line.data_source, line.stale, now,
    )  # fmt: skip


def _tell(tx: Tx, client_ids: set[int]) -> None:
    for client_id in sorted(client_ids):
        events.emit(tx, client_id, "ledger", hour=hour_of(tx.now()).isoformat())
