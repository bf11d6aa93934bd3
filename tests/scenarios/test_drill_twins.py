"""The drill can see what it looks for: each server without one protection misses the limit that the protection keeps."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from scripts.drill.fleet import Fleet
from scripts.drill.game import own_stack, play
from scripts.drill.prober import Prober
from scripts.drill.report import Report
from scripts.drill.stories import STORIES
from scripts.drill.twins import TWINS, target
from scripts.stack import ROOT, Stack

MISSES = {
    "without_replica": ["after the first sign"],
    "without_release": ["served at once"],
    "without_launch": ["nothing was launched", "before their deadline"],
    "without_zombie_end": ["run that nobody has recorded"],
    "without_on_demand": ["before their deadline"],
    "without_safe_mode": ["while SAFE MODE was in force"],
    "without_expiry": ["left running"],
    "without_retry": ["more than one machine"],
    "without_adoption": ["more than one machine"],
    "without_ground_truth": ["that were well"],
    "without_hibernation": ["nothing was launched", "before their deadline"],
    "without_loss": ["nothing was launched", "before their deadline"],
    "without_doubt": ["before their deadline"],
    "without_second_try": ["nothing was launched", "before their deadline"],
    "without_token_reuse": ["more than one machine", "run that nobody has recorded"],
}
LONGEST = "without_token_reuse"
ACCOUNTS = {name: f"{number:012d}" for number, name in enumerate(MISSES, start=200000000001)}


@pytest.fixture(scope="module")
def longest() -> Iterator[subprocess.Popen]:
    """The longest twin, played from the command line on a product of its own while the others play."""
    command = [sys.executable, "-m", "scripts.cli", "drill", "--twin", LONGEST, "--agents", "1", "--boot-seconds", "1", "--json"]
    playing = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    yield playing
    playing.terminate()
    playing.wait(timeout=60)


@pytest.fixture(scope="module")
def product(longest: subprocess.Popen) -> Iterator[tuple[Stack, Prober]]:
    """The product on which one twin after the other takes the server's place."""
    with own_stack(target(next(iter(MISSES))), boot_seconds=1.0) as stack, Prober(stack.simulator_url) as prober:
        yield stack, prober


@pytest.mark.parametrize("name", [name for name in MISSES if name != LONGEST])
def test_a_server_without_one_protection_misses_its_limit(product, name):
    missed = " ".join(_in_place(product, name).missed)

    assert [sentence for sentence in MISSES[name] if sentence not in missed] == []


def test_a_cut_launch_without_the_same_token_is_billed_twice_and_the_command_line_says_so(longest):
    printed, _ = longest.communicate(timeout=120)
    missed = " ".join(json.loads(printed)["stories"][0]["missed"])

    assert longest.returncode == 1
    assert [sentence for sentence in MISSES[LONGEST] if sentence not in missed] == []


def test_every_story_has_a_twin_and_every_twin_is_tried():
    assert {twin.story for twin in TWINS.values()} == STORIES.keys()
    assert MISSES.keys() == TWINS.keys()


def _in_place(product: tuple[Stack, Prober], name: str) -> Report:
    """The twin's story on the running product, with workloads of its own that leave with it."""
    stack, prober = product
    if stack.app != target(name):
        stack.stop_server()
        stack.app = target(name)
        stack.start_server()
    try:
        fleet = Fleet(stack, prober, 1, ACCOUNTS[name])
        return play(TWINS[name].story, fleet, pace=TWINS[name].pace)
    finally:
        stack.levers.reset(ACCOUNTS[name])
