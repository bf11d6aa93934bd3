"""`scripts/spotopt replay --client`: policies on a client's own history, out of the product's database."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from config.settings import use
from core import database, errors
from core.domain import recorded as files
from core.moves import recorded, replays
from core.replay.own_lineup import NAMES
from core.replay.own_play import Terms, chosen, compare
from scripts.importing import _settings

OPTIONS = (
    click.option("--client", help="a client by its id, name or address: replay its own history instead of a task"),
    click.option("--days", default=30, show_default=True, type=click.IntRange(1, 90), help="how far back (own history)"),
    click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="end of the span, in UTC  [default: now]"),
    click.option("--region", help="which region (own history)  [default: where most workloads run]"),
    click.option("--draws", default=10, show_default=True, type=click.IntRange(1, 100), help="how often chance decides what nobody saw"),
    click.option("--prices", type=click.Path(exists=True, path_type=Path, dir_okay=False), help="an export of describe-spot-price-history, beside the stored prices"),
    click.option("--zone", "zones", multiple=True, metavar="NAME=ID", help="what an AZ's name means in the export"),
    click.option("--decisions", is_flag=True, help="take the client's stored decisions again, from their own log"),
)  # fmt: skip
COLUMNS = (
    ("cost/OD", "cost_over_on_demand", 3), ("net saved $", "net_saving_usd", 2), ("away s/month", "downtime_seconds_per_workload_month", 1),
    ("interr./month", "interruptions_per_workload_month", 2), ("moves/month", "moves_per_workload_month", 2),
)  # fmt: skip


def own_options(command):
    """The options of a replay of one's own history."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def own(options: dict, policy: str, out: Path | None, hazard: float) -> int:
    """Print the comparison, and write report and logs to ``out``; 1 when a stored decision comes out otherwise."""
    database.connect(use(_settings()))
    try:
        client_id = database.run(lambda tx: replays.client_named(tx, options["client"]))
        if options["decisions"]:
            return _again(client_id)
        report, logs = _compared(client_id, options, policy, hazard)
    except errors.SpotError as error:
        raise click.ClickException(error.message) from None
    click.echo(table(report))
    if out:
        _write(out, report, logs)
    return 0


def _compared(client_id: int, options: dict, policy: str, hazard: float) -> tuple[dict, dict]:
    if policy not in ("all", *NAMES):
        raise errors.BadRequest(f"there is no policy {policy}; there are {', '.join(NAMES)}")
    imported = _imported(options["prices"], options["zones"]) if options["prices"] else None

    def read(tx):
        until = options["until"].replace(tzinfo=UTC) if options["until"] else tx.now()
        return recorded.of_client(tx, client_id, options["region"] or replays.main_region(tx, client_id), until - timedelta(days=options["days"]), until, imported)

    history, workloads, notes = database.run(read)
    policies, bound = chosen(NAMES if policy == "all" else [policy])
    report, logs = compare(history, workloads, policies, bound, Terms(options["draws"], options["seed"], hazard), _progress())
    return {**report, "gaps": notes + report["gaps"]}, logs


def _imported(path: Path, zones: tuple[str, ...]) -> dict[str, list[tuple[float, float]]]:
    known, told = dict(zone.split("=", 1) for zone in zones if "=" in zone), {}
    for price in files.prices(path.read_bytes()):
        told.setdefault(files.pool_of(price, known), []).append((price.at.timestamp(), price.usd_per_hour))
    return told


def _progress():
    if not click.get_text_stream("stderr").isatty():
        return lambda share: None
    return lambda share: click.echo(f"\r{100 * share:.0f} %  ", err=True, nl=False)


def table(report: dict) -> str:
    """One row per policy with the span of nine draws in ten, then what the data cannot tell."""
    head = f"{report['workloads']} workloads in {report['pools']} pools of {report['region']}, {report['days']:g} days, {report['terms']['draws']} draws"
    rows = [("policy", *(name for name, _, _ in COLUMNS))]
    rows += [(f"{one['policy']}{' *' if one['is_on_front'] else ''}", *(_shown(one["figures"][key], digits) for _, key, digits in COLUMNS)) for one in report["policies"]]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([head, *lines, "* nobody beats it in both cost and time away", report["verdict"], *(f"- {gap}" for gap in report["gaps"])])


def _shown(figure: dict, digits: int) -> str:
    span = f" [{figure['low']:.{digits}f}, {figure['high']:.{digits}f}]" if figure["low"] != figure["high"] else ""
    return f"{figure['mean']:.{digits}f}{span}"


def _write(out: Path, report: dict, logs: dict) -> None:
    """The report, and beside it one log per policy."""
    kept = {}
    for name, log in logs.items():
        place = out.with_name(f"{out.stem}-{name}.actions.jsonl")
        place.write_text("".join(f"{line}\n" for line in log.lines()))
        kept[name] = {"file": place.name, "actions": len(log), "sha256": log.packed()[1]}
    out.write_text(json.dumps({**report, "logs": kept}, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def _again(client_id: int) -> int:
    """Every stored decision once more by the code of today."""
    told = database.run(lambda tx: list(replays.decided_again(tx, client_id)))
    other = [(uuid, at) for uuid, at, same in told if not same]
    for uuid, at in other[:20]:
        click.echo(f"{uuid} of {datetime.isoformat(at, timespec='seconds')} comes out otherwise")
    click.echo(f"{len(told) - len(other)} of {len(told)} decisions come out the same from their own log")
    return 1 if other else 0
