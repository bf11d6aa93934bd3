"""The living demo: every minute or two something worth watching happens in the simulated AWS.

What happens, and when, follows from the seed; to whom, from the seed and from who serves at that moment. Only
workloads that are cared for are touched. `scripts/server --quiet-market` leaves it out; tests and drill never have it.
"""

import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event, Thread

import requests

from core.cloud.simulator.market import Market
from scripts.client import Api, ApiError
from scripts.demo import Fleet
from scripts.stack import Stack

log = logging.getLogger("scripts.demo_market")

FIRST_SECONDS = 30.0
PAUSE_SECONDS = (45.0, 100.0)
PLAY = (
    "move_prices", "recommend", "interrupt", "move_prices", "interrupt", "move_prices", "recommend", "withdraw", "move_prices",
)  # fmt: skip
POOLS_MOVED = 4


@dataclass(frozen=True)
class Beat:
    """After so many seconds, this happens; ``draw`` decides to whom."""

    pause_seconds: float
    act: str
    draw: int


def beats(seed: int) -> Iterator[Beat]:
    """The play, over and over: the same for a seed."""
    chance = random.Random(seed)
    yield Beat(FIRST_SECONDS, PLAY[0], chance.randrange(2**32))
    at = 1
    while True:
        yield Beat(round(chance.uniform(*PAUSE_SECONDS), 1), PLAY[at % len(PLAY)], chance.randrange(2**32))
        at += 1


class DemoMarket(Thread):
    """Plays until ``stop`` is set. What cannot be reached is tried at the next beat."""

    def __init__(self, stack: Stack, fleets: list[Fleet], stop: Event):
        super().__init__(name="demo-market", daemon=True)
        self._levers, self._seed, self._stop_event = stack.levers, stack.seed, stop
        self._clients = [(fleet.client_id, Api(stack.url, fleet.token)) for fleet in fleets]
        self._recommended: str | None = None

    def run(self) -> None:
        for beat in beats(self._seed):
            if self._stop_event.wait(beat.pause_seconds):
                return
            self.play(beat)

    def play(self, beat: Beat) -> None:
        try:
            getattr(self, beat.act)(random.Random(beat.draw))
        except (requests.RequestException, ApiError) as error:
            log.warning("%s waits: %s", beat.act, error)

    def move_prices(self, chance: random.Random) -> None:
        """A few pools that somebody runs in become dearer or cheaper, by a sixth at most."""
        natural, now = Market(self._seed), 0.0
        places = sorted({(one["primary"]["az_id"], one["primary"]["instance_type"]) for one in self._workloads()})
        for az_id, instance_type in chance.sample(places, min(POOLS_MOVED, len(places))):
            price = natural.price(az_id, instance_type, now) * chance.uniform(0.84, 1.16)
            self._levers.price(az_id, instance_type, round(price, 4))

    def recommend(self, chance: random.Random) -> None:
        """AWS recommends to move off somebody's instance."""
        self._recommended = self._somebody(chance)
        if self._recommended:
            self._levers.rebalance(self._recommended)

    def withdraw(self, chance: random.Random) -> None:
        """The recommendation comes to nothing: a false alarm."""
        if self._recommended in {one["primary"]["ec2_instance_id"] for one in self._workloads()}:
            self._levers.withdraw(self._recommended)
        self._recommended = None

    def interrupt(self, chance: random.Random) -> None:
        """AWS takes an instance: the one it warned of, if it still leads, else another."""
        leading = {one["primary"]["ec2_instance_id"] for one in self._workloads()}
        subject = self._recommended if self._recommended in leading else self._somebody(chance)
        self._recommended = None
        if subject:
            self._levers.interrupt(subject)

    def _somebody(self, chance: random.Random) -> str | None:
        calm = sorted(
            (one["logical_name"], one["primary"]["ec2_instance_id"]) for one in self._workloads() if one["state"] == "serving"
        )
        return chance.choice(calm)[1] if calm else None

    def _workloads(self) -> list[dict]:
        """Those on spot that are cared for, of every client."""
        rows = [row for uuid, api in self._clients for row in api.get(f"/api/client/{uuid}/agents")["agents"]]
        return [row for row in rows if row["config"]["mode"] != "observe" and (row["primary"] or {}).get("lifecycle") == "spot"]
