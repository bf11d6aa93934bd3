"""`spotopt replay`: policies on recorded markets, with an action log that anybody can recompute."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
from click.core import ParameterSource

from core import errors
from core.replay import check, fleet_lineup, job, serve
from core.replay.availability import Market, read_markets
from core.replay.journal import Journal
from core.replay.lineup import TASK_A, TASK_C
from core.replay.report import table
from scripts.replay_own import own, own_options

HELP_POLICY = "one policy, or `all` for a table of all of them; --list names them"


@click.command()
@click.option("--task", type=click.Choice(["A", "B", "C"]), help="A: keep N replicas; B: workers by price and risk; C: a deadline job")
@click.option("--data", type=click.Path(exists=True, path_type=Path, file_okay=False), help="folder with recorded markets")
@click.option("--policy", default="all", show_default=True, help=HELP_POLICY)
@click.option("--json", "out", type=click.Path(path_type=Path, dir_okay=False), help="write metrics here and actions beside it")
@click.option("--set", "wanted_set", help="which market, where the folder holds several")
@click.option("--n", "wanted", type=click.IntRange(1, 1000), help="replicas or workers  [default: 4 in A, 10 in B]")
@click.option("--boot", default=1, show_default=True, type=click.IntRange(1, 100), help="ticks until a machine is ready (A)")
@click.option("--seed", default=0, show_default=True, type=int, help="first seed of drawn interruptions (B)")
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(1, 1000), help="how many seeds (B)")
@click.option("--hazard", default=20.0, show_default=True, type=float, help="times the advisor's interruption rates (B)")
@click.option("--from-day", default=0.0, show_default=True, type=float, help="first judged day")
@click.option("--to-day", type=float, help="end of the judged days  [default: the end of the recording]")
@click.option("--cold", is_flag=True, help="without the policy's own history of the days before (A, C)")
@click.option("--check", "checked", type=click.Path(exists=True, path_type=Path, dir_okay=False), help="recompute a report from its log")
@click.option("--list", "listed", is_flag=True, help="name the policies")
@own_options
def replay(task, data, policy, out, checked, listed, **options) -> None:
    """Play a policy on recorded markets, by the decision code of production. Exit code 1: a check found a difference."""
    if listed:
        click.echo("\n".join(f"{name}: {', '.join(lineup)}" for name, lineup in (("A", TASK_A), ("B", fleet_lineup.TASK_B), ("C", TASK_C))))
        return
    if checked:
        sys.exit(_check(checked, data))
    if options["client"]:
        chosen = click.get_current_context().get_parameter_source("hazard") is not ParameterSource.DEFAULT
        sys.exit(own(options, policy, out, options["hazard"] if chosen else 1.0))
    if not (task and data):
        raise click.UsageError("say --task and --data, or --client, or --check, or --list")
    try:
        reports = _play(task, data, policy, out, options)
    except errors.BadRequest as error:
        raise click.ClickException(str(error)) from None
    click.echo(table(task, reports))


def _play(task: str, data: Path, policy: str, out: Path | None, options: dict) -> list[dict]:
    lineup = {"A": TASK_A, "B": fleet_lineup.TASK_B, "C": TASK_C}[task]
    names = list(lineup) if policy == "all" else [policy]
    if unknown := [name for name in names if name not in lineup]:
        raise errors.BadRequest(f"task {task} knows no policy {unknown[0]}; it knows {', '.join(lineup)}")
    reports, markets = [], _markets(task, data, options["wanted_set"])
    several = policy == "all" or len(markets) > 1
    for market in markets:
        for name in names:
            report, journal = {"A": _serve, "B": _fleet, "C": _job}[task](market, name, lineup[name], options)
            reports.append(report)
            if out:
                _write(_place(out, report, several), report, journal)
    return reports


def _markets(task: str, data: Path, wanted: str | None) -> list:
    markets = fleet_lineup.read_markets(data) if task == "B" else read_markets(data)
    chosen = [market for market in markets if wanted in (None, market.name)]
    if not chosen:
        raise errors.BadRequest(f"no market {wanted}; there are {', '.join(market.name for market in markets)}")
    return chosen if task == "C" else [max(chosen, key=lambda market: len(market.pools))]


def _serve(market: Market, name: str, make, options: dict) -> tuple[dict, Journal]:
    last = market.ticks if options["to_day"] is None else market.tick_of_day(options["to_day"])
    task = serve.ServeTask(options["wanted"] or 4, options["boot"], market.tick_of_day(options["from_day"]), last, options["cold"])
    metrics, journal = serve.play(market, task, make, progress(name))
    terms = {**asdict(task), "gap_seconds": market.gap_seconds, "settle": serve.SETTLE}
    return {"task": "A", "policy": name, "market": market.name, "terms": terms, "metrics": metrics}, journal


def _job(market: Market, name: str, make, options: dict) -> tuple[dict, Journal]:
    last = market.ticks if options["to_day"] is None else market.tick_of_day(options["to_day"])
    task = job.JobTask(first=market.tick_of_day(options["from_day"]), last=last, cold=options["cold"])
    journal = Journal()
    metrics = job.cells(market, task, make and (lambda one: make(one, market.hours)), journal, progress(name))
    return {"task": "C", "policy": name, "market": market.name, "terms": {**asdict(task), "gap_seconds": market.gap_seconds}, "metrics": metrics}, journal


def _fleet(market, name: str, make, options: dict) -> tuple[dict, Journal]:
    return fleet_lineup.play(market, name, make, options, progress(name))


def _write(out: Path, report: dict, journal: Journal) -> None:
    log = out.with_name(f"{out.stem}.actions.jsonl")
    report = {**report, "action_log": log.name, "action_log_sha256": journal.write(log), "actions": len(journal)}
    out.write_text(json.dumps(report, indent=2, sort_keys=True) + "\n")


def _place(out: Path, report: dict, several: bool) -> Path:
    """One policy and market: OUT itself; several: OUT with their names."""
    return out.with_name(f"{out.stem}-{report['market']}-{report['policy']}{out.suffix}") if several else out


def progress(name: str):
    """Progress on stderr, where somebody watches."""
    if not sys.stderr.isatty():
        return None
    return lambda done, of: click.echo(f"\r{name}: {100 * done // max(1, of)} %   ", err=True, nl=False)


def _check(path: Path, data: Path | None) -> int:
    """Say what a report's own log and, with --data, the market say of it."""
    report = json.loads(path.read_text())
    log = check.read_log(path.with_name(report["action_log"]))
    found = {"A": _serve_check, "B": _fleet_check, "C": job_check}[report["task"]](report, log, data)
    click.echo("\n".join(found[:20]) or f"the log of {len(log)} actions gives the same figures")
    return 1 if found else 0


def _serve_check(report: dict, log: list[dict], data: Path | None) -> list[str]:
    """Task A: every figure from the log, and the log against the market."""
    found = check.differences(report["metrics"], check.recompute(log, report["terms"]))
    for market in read_markets(data) if data else []:
        found += check.against_market(log, market) if market.name == report["market"] else []
    return found


def _fleet_check(report: dict, log: list[dict], data: Path | None) -> list[str]:
    """Task B: interruptions and shares from the log; with the recorded prices, the cost."""
    markets = fleet_lineup.read_markets(data) if data else []
    return fleet_lineup.check(report, log, next((market for market in markets if market.name == report["market"]), None))


def job_check(report: dict, log: list[dict], data: Path | None = None) -> list[str]:
    """Task C: the total cost of all jobs from their launches, releases and losses."""
    return job.differences(report, log)
