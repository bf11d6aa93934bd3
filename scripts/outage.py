"""An agent through a schedule of outages, for real: `python -m scripts.outage` prints what was lost and what it cost.

A product of its own is started with one workload. The metadata service, the server and the database fail one after the
other, in every way the simulator knows, and in each outage AWS recommends to move (one clock jump apart, because notices
within a minute of each other are the same one). Judged from outside: the database's rows, /proc and the endpoint.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from scripts import demo
from scripts.client import Api
from scripts.drill import processes
from scripts.drill.fleet import within
from scripts.drill.game import own_stack
from scripts.drill.prober import Prober
from scripts.drill.spans import longest_gap
from scripts.stack import Stack

SEEN_WITHIN_SECONDS = 5.0
DRAINED_WITHIN_SECONDS = 60.0
RSS_MB, IDLE_CPU_PERCENT = 40.0, 1.0
BETWEEN_NOTICES = 120.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Outage:
    """What fails for ``seconds``: the metadata in the way ``imds`` names, the server, the database."""

    name: str
    seconds: float
    imds: int | str | None = None
    server: bool = False
    database: bool = False


SCHEDULE = (
    Outage("metadata answers 503", 15, imds=503),
    Outage("metadata refuses connections", 15, imds="refused"),
    Outage("metadata answers 401 to every token", 12, imds=401),
    Outage("metadata answers 404 to everything", 15, imds=404),
    Outage("metadata does not answer", 15, imds="timeout"),
    Outage("metadata drips", 12, imds="drip"),
    Outage("server killed", 25, server=True),
    Outage("database away: the server answers 503", 15, database=True),
    Outage("server killed and metadata refuses", 25, imds="refused", server=True),
)


class Patient:
    """The host, and what is known of its agent from outside."""

    def __init__(self, stack: Stack, prober: Prober):
        self.stack, self.levers, self.prober = stack, stack.levers, prober
        client = demo.create_client(stack, "outage")
        self.id = demo.launch_workload(stack, Api(stack.url, client.token), "patient", "m5.large", "use1-az6")
        if not within(40, self._serves):
            raise SystemExit("the workload did not come up")
        self.began = time.time()
        self.pid = next(pid for pid in processes.by_machine(stack.folder / "simulator")[self.id] if processes.is_agent(pid))

    def _serves(self) -> bool:
        sight = self.prober.sights.get(self.id)
        return sight is not None and sight.answering

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_mb(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def stored(self) -> list[tuple]:
        """Every notice row of this host: (source key, sightings)."""
        with self.stack.connection() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT source_key, sightings FROM notices WHERE ec2_instance_id = %s", (self.id,))
            return list(cursor.fetchall())

    def dead(self) -> int:
        return len(list((self.stack.folder / "simulator" / "hosts" / self.id / "state" / "spool" / "dead").glob("*.json")))

    def gap(self) -> float:
        """How long the workload went without an answer, at most."""
        return longest_gap(self.prober.sights[self.id].spans, self.began, time.time())


@contextmanager
def _failing(patient: Patient, outage: Outage) -> Iterator[None]:
    """The outage, and its end; what is started again is up when this returns."""
    if outage.imds:
        patient.levers.imds(patient.id, status=outage.imds)
    if outage.server:
        patient.stack.kill_server()
    if outage.database:
        patient.stack.database.kill()
    yield
    if outage.database:
        patient.stack.database.start()
    if outage.server:
        patient.stack.start_server()
    if outage.imds:
        patient.levers.imds(patient.id, clear=True)


def live_through(patient: Patient, outage: Outage) -> dict:
    """One outage with one recommendation in it; how soon after the recovery the server had it."""
    patient.stack.jump(BETWEEN_NOTICES)
    with _failing(patient, outage):
        key = patient.levers.rebalance(patient.id)["notice_time"]
        time.sleep(outage.seconds)
    recovered = time.monotonic()
    arrived = within(DRAINED_WITHIN_SECONDS, lambda: any(row[0] == key for row in patient.stored()), every=0.1)
    return {
        "outage": outage.name, "seconds": outage.seconds, "arrived": arrived,
        "seconds_after_recovery": round(time.monotonic() - recovered, 2), "agent_rss_mb": round(patient.rss_mb(), 1),
    }  # fmt: skip


def at_rest(patient: Patient, seconds: float) -> dict:
    """What the agent costs while nothing happens."""
    before, began = patient.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    percent = 100 * (patient.cpu_seconds() - before) / (time.monotonic() - began)
    return {"idle_seconds": seconds, "idle_cpu_percent_of_a_core": round(percent, 2), "rss_mb": round(patient.rss_mb(), 1)}


def verdict(patient: Patient, lived: list[dict], rest: dict, threads: int) -> dict:
    """What was promised, and what came of it."""
    rows = patient.stored()
    missed = [(one["outage"], "not arrived") for one in lived if not one["arrived"]]
    late = [one["outage"] for one in lived if "metadata" in one["outage"] and one["seconds_after_recovery"] > SEEN_WITHIN_SECONDS]
    figures = {
        "notices_shown": len(lived), "notices_stored": len(rows), "lost": len(missed), "doubled": len(rows) - len({row[0] for row in rows}),
        "dead": patient.dead(), "later_than_5_s": late, "longest_time_without_service": round(patient.gap(), 2), "threads": threads, **rest,
    }  # fmt: skip
    kept = not missed and not late and figures["doubled"] == figures["dead"] == 0 and figures["longest_time_without_service"] < 1
    kept = kept and rest["rss_mb"] <= RSS_MB and rest["idle_cpu_percent_of_a_core"] < IDLE_CPU_PERCENT
    return {**figures, "kept": kept}


@click.command()
@click.option("--idle", default=60.0, show_default=True, help="seconds to measure the agent at rest")
@click.option("--only", multiple=True, help="part of an outage's name; may be repeated")
@click.option("--stretch", default=1.0, show_default=True, help="how many times as long each outage lasts; 12 makes half an hour")
def main(idle: float, only: tuple[str, ...], stretch: float) -> None:
    """Exit code 1 when a notice was lost, late or doubled, the workload paused, or the agent is too heavy."""
    named = [outage for outage in SCHEDULE if not only or any(part in outage.name for part in only)]
    chosen = [replace(outage, seconds=outage.seconds * stretch) for outage in named]
    with own_stack(boot_seconds=1.0) as stack, Prober(stack.simulator_url) as prober:
        patient = Patient(stack, prober)
        time.sleep(5)
        rest = at_rest(patient, idle)
        lived = [_said(live_through(patient, outage)) for outage in chosen]
        result = verdict(patient, lived, rest, len(list(Path(f"/proc/{patient.pid}/task").iterdir())))
    click.echo(json.dumps(result, indent=2))
    sys.exit(0 if result["kept"] else 1)


def _said(figures: dict) -> dict:
    click.echo(json.dumps(figures), err=True)
    return figures


if __name__ == "__main__":
    main()
