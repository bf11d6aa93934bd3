"""Plays a story, round after round, on a product started for nothing else."""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import fields
from pathlib import Path

from config.settings import Settings
from scripts.drill.evidence import Round, gather, served_elsewhere_at
from scripts.drill.fleet import Fleet, NotReady, within
from scripts.drill.report import Report
from scripts.drill.stories import STORIES
from scripts.drill.strike import USUAL, Pace, Strike
from scripts.stack import Stack

READY_SECONDS = 40.0
PAST_EVERY_MEMORY = 31 * 60.0  # the demo blocks moves for 2 minutes and counts replicas in 10; a notice marks its pool for 30
POLL_SECONDS = 2.0
CHANGES = ("RunInstances", "TerminateInstances", "StopInstances", "CreateTags")


@contextmanager
def own_stack(app: str = "backend:app", boot_seconds: float = 1.0, folder: Path | None = None) -> Iterator[Stack]:
    """A running product in ``folder``, or in one that goes with it. Our settings are hidden: it never meets real data or AWS."""
    with without_our_settings(), nullcontext(folder) if folder else passing_folder() as place:
        stack = Stack(place, app=app, preset="demo", boot_seconds=boot_seconds)
        try:
            yield stack.start()
        finally:
            stack.stop()


@contextmanager
def passing_folder() -> Iterator[Path]:
    """Open to the database's own user."""
    folder = Path(tempfile.mkdtemp(prefix="spotopt-drill-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def without_our_settings() -> Iterator[None]:
    """No setting from the environment: it describes another product."""
    names = [field.name.upper() for field in fields(Settings) if field.name.upper() in os.environ]
    hidden = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(hidden)


def play(story: str, fleet: Fleet, *, rounds: int = 1, pace: Pace = USUAL) -> Report:
    """Every round of one story. A round that cannot begin ends the story, and that is in its verdict."""
    played: list[Round] = []
    try:
        for _ in range(rounds):
            played.append(play_round(story, fleet, pace))
    except NotReady as error:
        return Report(story, tuple(played), broken=str(error))
    return Report(story, tuple(played))


def play_round(story: str, fleet: Fleet, pace: Pace = USUAL) -> Round:
    """1 begin at rest  2 strike  3 wait for every workload's successor  4 let the old machines end  5 gather evidence."""
    began = time.time()
    _begin(fleet)
    seen = fleet.levers.health()["calls"]
    try:
        strikes = STORIES[story].play(fleet, pace)
        fleet.was_moved = True
        remaining = max(strike.deadline for strike in strikes) + 1 - time.time()
        within(remaining, lambda: all(_is_over(fleet, strike) for strike in strikes))
        fleet.settle(pace.settle_seconds)
    finally:
        fleet.levers.clear_faults()
    changes = [call for call in fleet.levers.calls(since=seen) if call["action"] in CHANGES and call["account_id"] == fleet.account]
    return gather(fleet, strikes, changes, began, time.time())


def _begin(fleet: Fleet) -> None:
    """At rest, half an hour after the last move (soon after one nothing is moved for mere risk), at any phase of the agents' polling."""
    if not fleet.settle(READY_SECONDS):
        raise NotReady(f"the fleet was not at rest within {READY_SECONDS:.0f} s")
    if not within(READY_SECONDS, fleet.awaits_nothing, every=0.5):
        raise NotReady(f"a replica was still on its way after {READY_SECONDS:.0f} s")
    fleet.prober.forget_the_gone()
    if fleet.was_moved:
        fleet.stack.jump(PAST_EVERY_MEMORY)
    time.sleep(random.uniform(0, POLL_SECONDS))


def _is_over(fleet: Fleet, strike: Strike) -> bool:
    """Whether the workload serves on another machine, or its end has come."""
    return served_elsewhere_at(strike, fleet.machines(strike.workload)) is not None or time.time() > strike.deadline
