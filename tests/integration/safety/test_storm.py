"""SAFE MODE is turned on and off while many orders are carried out: judged by rows and by the simulated AWS's log (F38)."""

import os
import random
import threading
import time
from dataclasses import dataclass, field

from core.execution import actions
from core.operations import safe_mode
from tests.integration.safety.orders import carry_out, order_many, pending
from tests.integration.shop import Shop
from tests.world import World

INTENTS = int(os.environ.get("SPOTOPT_INTENTS", "40"))  # 300 and 200 for the full figure
TOGGLES = int(os.environ.get("SPOTOPT_TOGGLES", "25"))


@dataclass
class Storm:
    """What was seen while the switch was turned to and fro."""

    claimed_after_request: int = 0
    at_work: int = 0
    in_force: list[tuple[float, float]] = field(default_factory=list)

    def turn(self, world: World) -> None:
        """On, in force, a moment of silence, and off again."""
        world.db.run(lambda tx: safe_mode.switch(tx, True, actor="admin", reason="a storm"))
        claims = self._claims(world)
        self.at_work += pending(world) > 0
        wait_until_in_force(world)
        began = time.time()
        time.sleep(random.uniform(0.0, 0.05))
        self.claimed_after_request += self._claims(world) - claims
        self.in_force.append((began, time.time()))
        world.db.run(lambda tx: safe_mode.switch(tx, False, actor="admin", reason="calm"))
        time.sleep(random.uniform(0.0, 0.1))

    def _claims(self, world: World) -> int:
        return int(world.one("SELECT SUM(tries) AS n FROM actions")["n"])

    def calls_in_force(self, calls: list[dict]) -> list[dict]:
        return [call for call in calls if any(began <= call["at"] <= ended for began, ended in self.in_force)]


def wait_until_in_force(world: World) -> None:
    deadline = time.monotonic() + 30
    while not world.db.run(lambda tx: safe_mode.state(tx)["in_force"] or safe_mode.confirm(tx, tx.now())):
        assert time.monotonic() < deadline, "it does not come into force"
        time.sleep(0.01)


def rage(shop: Shop, executor, toggles: int) -> Storm:
    storm = Storm()
    shop.simulator.fault("RunInstances", delay_seconds=0.1, only_delay=True, share=1.0)
    order_many(shop, INTENTS)
    at_work = threading.Thread(target=carry_out, args=(executor, shop.world), kwargs={"width": 3})
    at_work.start()
    for _ in range(toggles):
        storm.turn(shop.world)
    at_work.join(120)
    return storm


def test_in_a_storm_nothing_is_claimed_once_requested_and_nothing_begins_once_in_force(shop: Shop, executor):
    storm = rage(shop, executor, TOGGLES)
    calls = shop.calls()
    print(f"{TOGGLES} toggles, {INTENTS} intents, {len(calls)} calls, {storm.at_work} toggles while at work, in force {sum(b - a for a, b in storm.in_force):.1f} s")

    assert storm.at_work > TOGGLES / 3
    assert storm.claimed_after_request == 0
    assert storm.calls_in_force(calls) == []
    assert (pending(shop.world), len(shop.machines())) == (0, INTENTS), "and nothing was lost"


def test_with_a_switch_that_claims_do_not_read_the_same_storm_is_noticed(shop: Shop, executor, monkeypatch):
    """The naive twin."""
    monkeypatch.setattr(actions.safe_mode, "requested", lambda tx: False)
    monkeypatch.setattr("core.sql.actions.in_flight", lambda tx: 0)

    storm = rage(shop, executor, 8)

    assert storm.claimed_after_request > 0
    assert storm.calls_in_force(shop.calls())
