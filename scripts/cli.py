"""The command line: `scripts/spotopt`."""

import json
import os
import signal
import sys
from pathlib import Path

import click

from scripts import status as readiness
from scripts.drill.fleet import Fleet, NotReady
from scripts.drill.game import own_stack, play
from scripts.drill.prober import Prober
from scripts.drill.report import Report, table
from scripts.drill.stories import STORIES
from scripts.drill.strike import USUAL
from scripts.drill.twins import TWINS, target
from scripts.importing import importing
from scripts.replay import replay
from scripts.signing import sign
from scripts.stack import CannotStart


@click.group()
def spotopt() -> None:
    """Run an EC2 fleet on Spot without losing work."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


spotopt.add_command(replay)


@spotopt.command()
@click.option("--rounds", default=1, show_default=True, type=click.IntRange(1), help="how often each story is played")
@click.option("--agents", default=5, show_default=True, type=click.IntRange(1, 20), help="workloads hit at the same time")
@click.option("--story", "stories", multiple=True, type=click.Choice(list(STORIES)), help="only this one; may be repeated")
@click.option("--twin", type=click.Choice(list(TWINS)), help="play on a server without one of its protections: it must miss a limit")
@click.option("--boot-seconds", default=3.0, show_default=True, type=click.FloatRange(0.1), help="how long a machine takes to boot")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="a new folder to keep its logs and data in")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object instead of the table")
def drill(rounds, agents, stories, twin, boot_seconds, folder, as_json) -> None:
    """Rehearse interruptions on a product of its own, and judge them from outside.

    Exit code 1 when a limit was missed, 2 when the drill could not be held.
    """
    chosen = stories or ((TWINS[twin].story,) if twin else tuple(STORIES))
    try:
        reports, resolution = _drill(chosen, rounds, agents, twin, boot_seconds, folder)
    except (CannotStart, NotReady) as error:
        _say(str(error))
        sys.exit(2)
    passed = all(report.passed for report in reports)
    click.echo(_as_json(reports, twin, resolution, passed) if as_json else _as_text(reports, resolution))
    sys.exit(0 if passed else 1)


@spotopt.command()
@click.option("--production", is_flag=True, help="check the production checklist instead; exit 1 when a point is wrong")
def status(production) -> None:
    """How the server on this machine stands. Settings are read from the environment."""
    text, well = (readiness.production if production else readiness.summary)(os.environ)
    click.echo(text)
    sys.exit(0 if well else 1)


def _drill(stories, rounds: int, agents: int, twin: str | None, boot_seconds: float, folder: Path | None) -> tuple[list[Report], float]:
    """Play every story; the reports, and how coarse the prober's figures are at worst."""
    app, pace = (target(twin), TWINS[twin].pace) if twin else ("backend:app", USUAL)
    _say(f"starting {'the twin ' + twin if twin else 'the product'} for the drill")
    with own_stack(app, boot_seconds, folder) as stack, Prober(stack.simulator_url) as prober:
        _say(f"launching {agents} workloads")
        fleet = Fleet(stack, prober, agents)
        reports = [play(story, fleet, rounds=rounds, pace=pace, say=_say) for story in stories]
        return reports, prober.worst_pause


def _as_text(reports: list[Report], resolution: float) -> str:
    return f"{table(reports)}\nall times in seconds; no endpoint went unasked for longer than {resolution:.2f}"


def _as_json(reports: list[Report], twin: str | None, resolution: float, passed: bool) -> str:
    shown = [report.as_json() for report in reports]
    return json.dumps({"twin": twin, "stories": shown, "worst_pause_seconds": round(resolution, 3), "passed": passed}, indent=2)


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


spotopt.add_command(importing)
spotopt.add_command(sign)

if __name__ == "__main__":
    spotopt(prog_name="spotopt")
