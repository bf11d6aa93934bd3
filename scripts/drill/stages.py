"""Stages: products side by side, each of which plays one round after the other of whatever story is next.

A story may kill the server, move the clock, switch SAFE MODE or empty every pool: all of these belong to a product, so
what shares none of them disturbs nobody, and no story waits for another (docs/decisions/0055).
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from queue import SimpleQueue

from scripts import demo
from scripts.drill.evidence import Round
from scripts.drill.fleet import Fleet, NotReady
from scripts.drill.game import passing_folder, play_round, without_our_settings
from scripts.drill.prober import Prober
from scripts.drill.report import Report
from scripts.drill.stories import STORIES
from scripts.drill.strike import USUAL, Pace
from scripts.drill.turns import Turns, waited
from scripts.stack import Stack

CORES = os.cpu_count() or 1
ROOM = max(1, CORES // 2)  # a product with five hosts that all move at once fills two cores; more of them measure each other
ROUNDS_A_STAGE = 4  # a product takes about as long to start as a round takes: fewer rounds are not worth another one
Say = Callable[[str], None]


def silent(sentence: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Setting:
    """What every stage is like: the server, the workloads on it, how machines boot and how patient a story is."""

    app: str = "backend:app"
    agents: int = 5
    boot_seconds: float = 1.0
    pace: Pace = USUAL


@dataclass(frozen=True)
class Played:
    """One round, or why it could not be played."""

    story: str
    round: Round | None = None
    broken: str | None = None


class Programme:
    """The rounds that are still to be played. The longest story comes first, and each gets its turn before any has its second."""

    def __init__(self, stories: Sequence[str], rounds: int):
        order = sorted(stories, key=lambda story: -STORIES[story].seconds)
        self._waiting = deque(order * rounds)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def next(self) -> str | None:
        """The story of the next round; None when all are under way."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def drop(self, story: str) -> None:
        """Play no more of a story."""
        with self._lock:
            self._waiting = deque(other for other in self._waiting if other != story)


class Stage:
    """A product of its own, with a fleet that is watched from outside. All but the first start only where there is room."""

    def __init__(self, stack: Stack, setting: Setting, first: bool):
        self._stack, self._setting, self._first, self._fleets = stack, setting, first, 0
        self.prober = Prober(stack.simulator_url)
        self.has_started = False

    def perform(self, programme: Programme, turns: Turns, tell: Callable[[object], None]) -> None:
        """Every round this stage gets hold of; ``tell`` hears of each, of what went wrong, and of the end (None)."""
        try:
            if self._first or turns.wait_for_room(lambda: len(programme) >= ROUNDS_A_STAGE):
                with turns.turn():
                    self._stack.start()
                self.has_started = True
                with self.prober:
                    self._play(programme, turns, tell)
                self._stack.stop()
            tell(None)
        except Exception as error:  # noqa: BLE001 - raised again by whoever listens
            tell(error)

    def _play(self, programme: Programme, turns: Turns, tell: Callable[[object], None]) -> None:
        fleet = None
        while len(programme):
            with turns.turn():
                fleet = fleet or self._new_fleet()
                story = programme.next()
                played = story and self._round(story, fleet)
            if played:
                tell(played)
            if played and played.broken:
                programme.drop(story)
                fleet.leave()
                fleet = None

    def _round(self, story: str, fleet: Fleet) -> Played:
        try:
            return Played(story, play_round(story, fleet, self._setting.pace))
        except NotReady as error:
            return Played(story, broken=str(error))

    def _new_fleet(self) -> Fleet:
        """In an account that nobody has used."""
        self._fleets += 1
        return Fleet(self._stack, self.prober, self._setting.agents, f"{int(demo.ACCOUNT) + self._fleets - 1:012d}")


@dataclass(frozen=True)
class Held:
    """What all stories came to, how coarse the prober's figures are at worst, and how long all took on how many stages.

    ``crowding`` is the share of that time in which somebody waited for a core, whoever it was.
    """

    reports: list[Report]
    worst_pause: float
    seconds: float
    stages: int
    crowding: float

    @property
    def passed(self) -> bool:
        return all(report.passed for report in self.reports)


def hold(
    stories: Sequence[str], rounds: int, beside: int, setting: Setting, *, folder: Path | None = None, say: Say = silent,
    turns: Turns | None = None,
) -> Held:  # fmt: skip
    """Play every round of every story, on at most ``beside`` stages and on no more than there is work for."""
    began, crowd, programme = time.monotonic(), waited(), Programme(stories, rounds)
    total, heard = len(programme), SimpleQueue()
    with _stages(min(beside, ceil(total / ROUNDS_A_STAGE)), setting, folder) as stages:
        turns = turns or Turns()
        for stage in stages:
            threading.Thread(target=stage.perform, args=(programme, turns, heard.put), name="stage", daemon=True).start()
        played = list(_listen(heard, len(stages), total, say))
    reports = [_report(story, played) for story in stories]
    worst_pause, started = max(stage.prober.worst_pause for stage in stages), sum(stage.has_started for stage in stages)
    seconds = time.monotonic() - began
    return Held(reports, worst_pause, seconds, started, (waited() - crowd) / seconds)


@contextmanager
def _stages(count: int, setting: Setting, folder: Path | None) -> Iterator[list[Stage]]:
    """Stages that are not begun yet; whatever runs on them in the end is stopped."""
    with ExitStack() as leaving:
        leaving.enter_context(without_our_settings())
        place = folder or leaving.enter_context(passing_folder())
        stacks: list[Stack] = []
        for number in range(1, count + 1):
            stacks.append(_stack(place / str(number) if count > 1 else place, setting, stacks))
            leaving.callback(stacks[-1].stop)  # once more: a story that is cut may have started its server meanwhile
        for stack in stacks:
            leaving.callback(stack.stop)
        yield [Stage(stack, setting, first=stack is stacks[0]) for stack in stacks]


def _stack(folder: Path, setting: Setting, others: Sequence[Stack]) -> Stack:
    """A product none of whose ports is another's: workers share theirs, and would share its requests too."""
    while True:
        stack = Stack(folder, app=setting.app, preset="demo", boot_seconds=setting.boot_seconds)
        if not {*stack.ports.values()} & {port for other in others for port in other.ports.values()}:
            return stack
        (folder / "ports.json").unlink()


def _listen(heard: SimpleQueue, performing: int, total: int, say: Say) -> Iterator[Played]:
    """Every round as it is over, until no stage performs any more; what went wrong on one of them rises here."""
    done = 0
    while performing:
        news = heard.get()
        if isinstance(news, Exception):
            raise news
        if news is None:
            performing -= 1
            continue
        done += 1
        say(f"{done} of {total}: {news.story}, " + (f"{news.round.seconds:.0f} s" if news.round else str(news.broken)))
        yield news


def _report(story: str, played: Sequence[Played]) -> Report:
    mine = [one for one in played if one.story == story]
    return Report(
        story, tuple(one.round for one in mine if one.round), broken=next((one.broken for one in mine if one.broken), None)
    )
