"""Figures for Prometheus, read from rows: every process answers the same, and labels are bounded."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from core import database, events
from core.domain.histogram import cumulative
from core.sql import aws_events, measures, metrics

HELP = {
    "spotopt_agents": "active agents",
    "spotopt_agents_silent": "active agents whose PRIMARY was not heard for 45 s",
    "spotopt_incidents_open": "open incidents",
    "spotopt_promotions_total": "promotions since the installation",
    "spotopt_notices_total": "notices received",
    "spotopt_actions_pending": "intents not carried out yet",
    "spotopt_actions_oldest_seconds": "age of the oldest due intent",
    "spotopt_replicas_live": "replicas launching, syncing or ready",
    "spotopt_zombies": "former PRIMARYs not ended yet",
    "spotopt_accounts_held": "accounts in which nobody is declared lost for want of proof",
    "spotopt_accounts_away": "AWS accounts that do not answer and are left alone",
    "spotopt_safe_mode": "1 while SAFE MODE is requested or cannot be read",
    "spotopt_dead_letters_total": "messages that could not be read",
}
# What every process counts: the name of the counter and its label, the name of the histogram, and what they are.
COUNTED = {
    "aws": ("spotopt_aws_calls", "call", "spotopt_aws_seconds", "calls of AWS, every try of them"),
    "http": ("spotopt_http_requests", "kind", "spotopt_http_seconds", "requests that were answered"),
    "event": ("spotopt_events_processed", "door", "spotopt_event_seconds", "events of AWS that were processed"),
    "decision": ("spotopt_decisions", "about", "spotopt_decision_seconds", "decisions where a workload should stand"),
}
QUEUES = {
    "queues": "queues of AWS's events that are read",
    "failing": "queues of AWS's events that do not answer",
    "oldest_poll_age_seconds": "longest time since a queue of AWS's events last answered",
    "delay_seconds": "age of the oldest message of the last batch",
    "messages": "messages received from queues of AWS's events",
}


def render() -> bytes:
    """The exposition text of all figures."""
    registry = CollectorRegistry()
    figures = database.run(metrics.figures)
    for name, text in HELP.items():
        Gauge(name, text, registry=registry).set(figures[name.removeprefix("spotopt_")] or 0)
    _events(registry)
    Gauge("spotopt_streams_open", "live streams of this process", registry=registry).set(events.FEED.open_streams())
    registry.register(Counted(database.run(measures.totals)))
    Gauge("spotopt_races_lost_total", "transactions of this process that somebody else was before", registry=registry).set(database.RACES.lost)
    return generate_latest(registry)


class Counted:
    """The sums of all processes, as counters by result and histograms of seconds; rows in the order of what they count."""

    def __init__(self, rows: list[dict]):
        self._rows = rows

    def collect(self) -> Iterator[Metric]:
        for name, (counter, label, histogram, text) in COUNTED.items():
            mine = [row for row in self._rows if row["name"] == name]
            yield _counter(counter, text, label, mine)
            yield _histogram(histogram, text, label, mine)


def _counter(name: str, text: str, label: str, rows: list[dict]) -> Metric:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        sums[row["what"], row["result"]] += int(row["n"])
    told = CounterMetricFamily(name, text, labels=[label, "result"])
    for labels, n in sorted(sums.items()):
        told.add_metric(labels, n)
    return told


def _histogram(name: str, text: str, label: str, rows: list[dict]) -> Metric:
    """One for each word of the label: a long poll must not hide in it how fast a launch is."""
    told = HistogramMetricFamily(name, f"how long they took: {text}", labels=[label])
    for what, some in groupby(rows, lambda row: row["what"]):
        counts: dict[int, int] = defaultdict(int)
        seconds = 0.0
        for row in some:
            counts[row["upto_ms"]] += int(row["n"])
            seconds += float(row["seconds"])
        told.add_metric([what], cumulative(counts), seconds)
    return told


def _events(registry: CollectorRegistry) -> None:
    """AWS's own events: how their queues stand, and what was odd, by reason (a fixed set of words)."""
    queues, counts = database.run(lambda tx: (aws_events.queues(tx), aws_events.counts(tx)))
    for name, text in QUEUES.items():
        Gauge(f"spotopt_event_{name}", text, registry=registry).set(queues[name] or 0)
    odd = Gauge("spotopt_events_odd_total", "events that were odd, ignored or dead", ["reason"], registry=registry)
    for reason, n in counts.items():
        odd.labels(reason).set(n)
