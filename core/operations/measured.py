"""What is measured for each promised figure: how it is asked for, and why there is none where there is none."""

from collections.abc import Callable

from core.database import Tx
from core.domain.histogram import below as bound_of
from core.domain.target import Measured, share_of, tail_of
from core.money import cleanups
from core.money.downtime import percentile
from core.moves import engine
from core.sql import events, health, measures
from core.sql import targets as rows

DAYS = 30


def constant(value: float) -> Callable[[Tx], Measured]:
    """What a rule says."""
    return lambda tx: Measured(float(value), 1)


def unknown(reason: str) -> Callable[[Tx], Measured]:
    """What this server cannot measure, and who can."""
    return lambda tx: Measured(None, 0, reason)


def tail(ask: Callable[[Tx], list[float]], share: int) -> Callable[[Tx], Measured]:
    return lambda tx: tail_of(ask(tx), percentile, share)


def below(name: str, what: str | None, share: float) -> Callable[[Tx], Measured]:
    """The bound in ms that this share of what was counted stayed at or below."""

    def measure(tx: Tx) -> Measured:
        counts = {row["upto_ms"]: int(row["n"]) for row in measures.buckets(tx, name, what, DAYS)}
        return Measured(bound_of(counts, share), sum(counts.values()))

    return measure


def longest_run(job: str) -> Callable[[Tx], Measured]:
    """Seconds of the longest run of a job that ended well."""

    def measure(tx: Tx) -> Measured:
        found = rows.longest_run(tx, job)
        seconds = found["seconds"]
        return Measured(None if seconds is None else float(seconds), found["runs"], f"no job {job} has run")

    return measure


def in_time(tx: Tx) -> Measured:
    return share_of([bool(row["in_time"]) for row in rows.promotions_against_deadlines(tx)])


def false_alarms(tx: Tx) -> Measured:
    return share_of([not row["came"] for row in rows.closed_rebalances(tx)])


def heartbeats(tx: Tx) -> Measured:
    heard = health.hosts(tx)
    expected = int(heard["expected"])
    return Measured(float(heard["miss_rate"] or 0) if expected else None, expected, "no host is expected to speak yet")


def month(tx: Tx) -> Measured:
    used = rows.downtime_of_clients(tx)
    return Measured(max(used, default=None), len(used), "there is no client yet")


def checks(tx: Tx) -> Measured:
    took = [float(row["latency_ms"]) for row in health.components(tx).values() if row["latency_ms"] is not None]
    return Measured(max(took, default=None), len(took), "the timetable has not looked yet")


def lag(tx: Tx) -> Measured:
    told = events.stats(tx)
    seconds = told["oldest_lag_seconds"]
    return Measured(None if seconds is None else float(seconds), int(told["events_per_minute"]), "no dashboard was told anything")


def oldest(tx: Tx) -> Measured:
    waits = [row for row in health.queues(tx) if row["queue"] != "dead_letters"]
    return Measured(float(max((row["oldest_age_seconds"] or 0 for row in waits), default=0)), sum(row["depth"] for row in waits))


def busiest(tx: Tx) -> Measured:
    shares = [float(row["cpu_share"]) for row in measures.processes(tx) if row["cpu_share"] is not None]
    return Measured(max(shares, default=None), len(shares), "no process has told yet")


def largest(tx: Tx) -> Measured:
    sizes = [float(row["rss_mb"]) for row in measures.processes(tx)]
    return Measured(max(sizes, default=None), len(sizes), "no process has told yet")


def launch_tries(tx: Tx) -> Measured:
    """Claims of launches that are over, by how many they were."""
    tries = rows.launch_tries(tx)
    return Measured(sum(tries) / len(tries) if tries else None, len(tries))


def price_weight(tx: Tx) -> Measured:
    """Of the decision engine's figures in force; a client's policy may set its own."""
    return Measured(float(engine.in_force(tx).price_weight), 1)


def of_needless(name: str) -> Callable[[Tx], Measured]:
    """What the replicas of the month that nobody needed cost, or what their ends spared; USD."""

    def measure(tx: Tx) -> Measured:
        found = cleanups.of_month(tx)
        return Measured(found[name], found["replicas"] - found["unpriced"], "no replica was ended that had stood by for nothing")

    return measure


handover_gaps = tail(rows.handover_gaps, 95)
switch_gaps = tail(rows.switch_gaps, 95)
order_times = tail(rows.order_times, 95)
loss_times = tail(rows.loss_times, 95)
price_times = tail(rows.price_times, 95)
search_times = tail(rows.search_times, 95)
decision_times = tail(rows.decision_times, 99)
