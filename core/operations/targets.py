"""How the running product stands against what it promises (E-17): measured from rows, over a stated window.

A figure that only an outside prober can see says so instead of a value; a rule's constant stands beside what was promised.
"""

from collections.abc import Callable
from datetime import timedelta

from core.database import Tx
from core.domain import lights, pools, presence
from core.domain.incident import EXPIRES_AFTER
from core.domain.lifecycle import ZOMBIE_LIFE
from core.domain.model.contract import AVOID_ABOVE, SAFE_BELOW
from core.domain.target import Measured, Target, judge
from core.limits import LIMITS
from core.money.downtime import BUDGET_SECONDS
from core.operations import measured as m

MONTH, WEEK, DAY, NOW, RULE = "30 days", "7 days", "24 hours", "now", "the rule in force"
ANSWER, MOVE, HOST, MARKET, SERVER, RULES = "Interruptions", "Planned moves", "Hosts", "Prices and decisions", "The server", "Rules"
Measure = Callable[[Tx], Measured]


def _span(what: timedelta) -> Measure:
    return m.constant(what.total_seconds())


PROBER = m.unknown("only an outside prober sees it: scripts/spotopt drill")
BENCH = m.unknown("measured apart from the running product: scripts/spotopt replay --task")

TARGETS: tuple[tuple[Target, Measure], ...] = (
    (Target("MET-03", ANSWER, "promoted before AWS's deadline", 0.99, "share", MONTH, "more"), m.in_time),
    (Target("MET-42", ANSWER, "carried over in an emergency: without service, p95", 10, "s", MONTH), m.handover_gaps),
    (Target("MET-07", ANSWER, "unplanned downtime of the worst client", BUDGET_SECONDS, "s", "this month"), m.month),
    (Target("MET-37", ANSWER, "a notice received, answered, p95", 5000, "ms", MONTH), m.below("http", "notice", 0.95)),
    (Target("MET-37 order", ANSWER, "a rebalance received, its replica ordered, p95", 1, "s", MONTH), m.order_times),
    (Target("MET-36", ANSWER, "a loss without notice: last word to recovery ordered, p95", 90, "s", MONTH), m.loss_times),
    (Target("MET-11", ANSWER, "an event of AWS processed, p99", 500, "ms", MONTH), m.below("event", None, 0.99)),
    (Target("MET-12", ANSWER, "rebalances that ended without an interruption", None, "share", MONTH), m.false_alarms),
    (Target("MET-13 cost", ANSWER, "replicas that nobody needed: booked", None, "usd", MONTH), m.of_needless("cost_usd")),
    (Target("MET-13 spared", ANSWER, "ending them before their time: spared", None, "usd", MONTH, "more"), m.of_needless("spared_usd")),
    (Target("MET-43", ANSWER, "notice to be read on the host, machine asked for", 3, "s", MONTH), PROBER),
    (Target("MET-44", ANSWER, "two machines of one workload serving at once", 0, "s", MONTH), PROBER),
    (Target("MET-02", MOVE, "planned switch: without service, p95", 10, "s", MONTH), m.switch_gaps),
    (Target("MET-10", MOVE, "one workload searched a better place for, p95", 5, "s", MONTH), m.search_times),
    (Target("MET-39", MOVE, "calls of AWS per launch", 2.5, "count", MONTH), m.launch_tries),
    (Target("MET-01", HOST, "heartbeats missed", 0.05, "share", "since each host enrolled"), m.heartbeats),
    (Target("MET-04", MARKET, "a price read by a host, on the chart, p95", 30, "s", DAY), m.price_times),
    (Target("MET-05", MARKET, "a decision, p99", 500, "ms", MONTH), m.decision_times),
    (Target("MET-14", MARKET, "interruptions of the past where LINEAR may go", 0.2, "share", MONTH), m.unknown("there is no such gate: pools are gated by their risk")),
    (Target("MET-41", MARKET, "quality of decisions", None, "count", "the benchmark's days"), BENCH),
    (Target("MET-08", SERVER, "the inventory of an account read, longest", 60, "s", WEEK), m.longest_run("discovery")),
    (Target("MET-09", SERVER, "the slowest health check", 1000, "ms", "the last round"), m.checks),
    (Target("MET-21", SERVER, "the oldest wait in a queue", lights.OLDEST_SECONDS, "s", NOW), m.oldest),
    (Target("MET-21 load", SERVER, "the busiest process of the server, of one core", lights.BUSY_ABOVE, "share", "the last 15 s"), m.busiest),
    (Target("MET-23", SERVER, "the largest process of the server", 500, "mb", NOW), m.largest),
    (Target("MET-24", SERVER, "one round of the alert rules, longest", 2, "s", WEEK), m.longest_run("alert_rules")),
    (Target("LIVE", SERVER, "an event handed to the dashboards", 1, "s", "the last minute"), m.lag),
    (Target("MET-06", RULES, "a former PRIMARY is kept for", 30 * 86400, "s", RULE, "same"), _span(ZOMBIE_LIFE)),
    (Target("MET-13", RULES, "a replica that is not needed lives for (the demo: shorter)", 6 * 3600, "s", RULE, "same"), _span(EXPIRES_AFTER)),
    (Target("MET-15", RULES, "a pool is safe below a risk of", 0.2, "share", RULE, "same"), m.constant(SAFE_BELOW)),
    (Target("MET-15 avoid", RULES, "a pool is avoided above a risk of", 0.5, "share", RULE, "same"), m.constant(AVOID_ABOVE)),
    (Target("MET-16", RULES, "weight of the price in a score", 0.6, "share", RULE, "same"), m.price_weight),
    (Target("MET-17 capacity", RULES, "a pool without capacity is passed over for", 180, "s", RULE, "same"), _span(pools.ICE_MEMORY)),
    (Target("MET-17 danger", RULES, "a pool with a notice is in danger for", 1800, "s", RULE, "same"), _span(pools.DANGER_MEMORY)),
    (Target("MET-17 poison", RULES, "a pool with an interruption is poisoned for", 15 * 86400, "s", RULE, "same"), _span(pools.POISON_MEMORY)),
    (Target("MET-18", RULES, "a host is late after", 60, "s", RULE, "same"), _span(presence.LATE_AFTER)),
    (Target("MET-18 offline", RULES, "a host is offline after", 120, "s", RULE, "same"), _span(presence.OFFLINE_AFTER)),
    (Target("MET-19", RULES, "tries to sign in, in a minute", 10, "count", RULE, "same"), m.constant(LIMITS["sign-in"][0])),
    (Target("MET-20", RULES, "a queue is green below", 100, "count", RULE, "same"), m.constant(lights.GREEN_BELOW)),
    (Target("MET-20 red", RULES, "a queue is red above", 500, "count", RULE, "same"), m.constant(lights.RED_ABOVE)),
)


def all_of(tx: Tx) -> list[dict]:
    return [judge(target, measure(tx)) for target, measure in TARGETS]
