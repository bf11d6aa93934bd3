"""The command line: `scripts/spotopt`."""

import json
import os
import signal
import sys
from pathlib import Path

import click

from scripts import status as readiness
from scripts.drill.fleet import NotReady
from scripts.drill.report import table
from scripts.drill.stages import CORES, ROOM, Held, Setting, hold
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
@click.option("--beside", default=ROOM, show_default="one for every two cores", type=click.IntRange(1), help="at most so many products play side by side; on a busy machine fewer do")
@click.option("--boot-seconds", default=1.0, show_default=True, type=click.FloatRange(0.1), help="how long a machine takes to boot")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="a new folder to keep logs and data in")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object instead of the table")
def drill(rounds, agents, stories, twin, beside, boot_seconds, folder, as_json) -> None:
    """Rehearse interruptions on products of its own, side by side, and judge them from outside.

    Exit code 1 when a limit was missed, 2 when the drill could not be held.
    """
    chosen = stories or ((TWINS[twin].story,) if twin else tuple(STORIES))
    app, pace = (target(twin), TWINS[twin].pace) if twin else ("backend:app", USUAL)
    setting = Setting(app, agents, boot_seconds, pace)
    _say(f"{rounds * len(chosen)} rounds of {agents} workloads on {'the twin ' + twin if twin else 'the product'}")
    try:
        held = hold(chosen, rounds, beside, setting, folder=folder, say=_say)
    except (CannotStart, NotReady) as error:
        _say(str(error))
        sys.exit(2)
    click.echo(_as_json(held, twin, setting) if as_json else _as_text(held, setting))
    sys.exit(0 if held.passed else 1)


@spotopt.command()
@click.option("--production", is_flag=True, help="check the production checklist instead; exit 1 when a point is wrong")
def status(production) -> None:
    """How the server on this machine stands. Settings are read from the environment."""
    text, well = (readiness.production if production else readiness.summary)(os.environ)
    click.echo(text)
    sys.exit(0 if well else 1)


def _as_text(held: Held, setting: Setting) -> str:
    return (
        f"{table(held.reports)}\nall times in seconds; no endpoint went unasked for longer than {held.worst_pause:.2f}; machines boot in"
        f" {setting.boot_seconds:g}\n{held.seconds:.0f} s from start to end, on {held.stages} products side by side and {CORES} cores;"
        f" {held.crowding:.0%} of the time somebody waited for a core"
    )


def _as_json(held: Held, twin: str | None, setting: Setting) -> str:
    told = {
        "twin": twin, "stories": [report.as_json() for report in held.reports], "worst_pause_seconds": round(held.worst_pause, 3),
        "seconds": round(held.seconds, 1), "beside": held.stages, "cores": CORES, "crowding": round(held.crowding, 3), "agents": setting.agents,
        "boot_seconds": setting.boot_seconds, "passed": held.passed,
    }  # fmt: skip
    return json.dumps(told, indent=2)


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


spotopt.add_command(importing)
spotopt.add_command(sign)

if __name__ == "__main__":
    spotopt(prog_name="spotopt")
