"""The stories: what happens to every workload of the fleet at the same time."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from scripts.drill.fleet import Fleet, NotReady, Workload, within
from scripts.drill.processes import freeze_agent

CALLED_WITHIN_SECONDS = 8.0
BOOTED_WITHIN_SECONDS = 20.0
PLANNED_WITHIN_SECONDS = 20.0
ADOPTED_WITHIN_SECONDS = 60.0
ALONE_LEAD_SECONDS = 12.0  # the machine launched alone serves only once its predecessor is gone: the story need not last two minutes
SILENT_SECONDS, SILENT_BY_THE_CLOCK_SECONDS = 12.0, 120.0
FROZEN_SECONDS = 4.0  # long enough for a promotion; after 10 s without contact the successor rightly serves anyway


@dataclass(frozen=True)
class Pace:
    """How long a story waits: from notice to end, for replicas to be ready, for old machines to end."""

    lead_seconds: float = 120.0
    prepare_seconds: float = 20.0
    settle_seconds: float = 15.0


USUAL = Pace()


@dataclass(frozen=True)
class Strike:
    """What hit one workload: its first sign could be seen at ``shown_at``, the end comes at ``deadline`` (epoch seconds)."""

    workload: Workload
    instance_id: str
    shown_at: float
    deadline: float


def warm(fleet: Fleet, pace: Pace) -> list[Strike]:
    """A rebalance recommendation, a replica made ready in time, then the interruption notice."""
    signs = {workload: fleet.levers.rebalance(_serving_id(fleet, workload))["shown_at"] for workload in fleet.workloads}
    within(pace.prepare_seconds, fleet.replicas_are_ready, every=1.0)
    return _interrupt(fleet, pace.lead_seconds, signs)


def cold(fleet: Fleet, pace: Pace) -> list[Strike]:
    """An interruption notice, and nothing is prepared."""
    return _interrupt(fleet, pace.lead_seconds, {})


def cut(fleet: Fleet, pace: Pace) -> list[Strike]:
    """An interruption notice; the server is killed when AWS has launched and before it knows of it."""
    fleet.levers.hold("RunInstances", len(fleet.workloads))
    try:
        strikes = _interrupt(fleet, pace.lead_seconds, {})
        within(CALLED_WITHIN_SECONDS, lambda: len(fleet.levers.holds()) == len(fleet.workloads))
        fleet.stack.kill_server()
    finally:
        fleet.levers.release(drop=True)
        fleet.levers.clear_faults()
    fleet.stack.start_server()
    return strikes


def frozen(fleet: Fleet, pace: Pace) -> list[Strike]:
    """An interruption notice; the old machine's agent stands still while its successor is promoted, and its workload serves on."""
    strikes = _interrupt(fleet, pace.lead_seconds, {})
    with ThreadPoolExecutor(len(strikes)) as hands:
        list(hands.map(partial(_freeze_at_succession, fleet), strikes))
    return strikes


def alone(fleet: Fleet, pace: Pace) -> list[Strike]:
    """Every server is killed, then the interruption comes; one is started again only once the workloads serve elsewhere."""
    if not within(PLANNED_WITHIN_SECONDS, lambda: all(_has_a_plan(fleet, workload) for workload in fleet.workloads), every=0.5):
        raise NotReady("not every host has a failover plan")
    fleet.stack.kill_server()
    try:
        strikes = _interrupt(fleet, min(pace.lead_seconds, ALONE_LEAD_SECONDS), {})
        within(ALONE_LEAD_SECONDS + BOOTED_WITHIN_SECONDS, lambda: all(_serves_elsewhere(fleet, strike) for strike in strikes))
    finally:
        fleet.stack.start_server()
    within(ADOPTED_WITHIN_SECONDS, lambda: fleet.running() == fleet.primaries(), every=0.5)
    return strikes


def silent(fleet: Fleet, pace: Pace) -> list[Strike]:
    """The agents fall silent, for two minutes by the server's clock; their machines and workloads are well."""
    shown_at = time.time()
    strikes = [Strike(w, _serving_id(fleet, w), shown_at, shown_at + SILENT_SECONDS) for w in fleet.workloads]
    with ThreadPoolExecutor(len(strikes)) as hands:
        for strike in strikes:
            hands.submit(freeze_agent, fleet.stack.folder / "simulator", strike.instance_id, SILENT_SECONDS)
        time.sleep(1.0)
        fleet.stack.jump(SILENT_BY_THE_CLOCK_SECONDS)
    return strikes


Story = Callable[[Fleet, Pace], list[Strike]]
STORIES: dict[str, Story] = {"warm": warm, "cold": cold, "cut": cut, "frozen": frozen, "alone": alone, "silent": silent}


def _interrupt(fleet: Fleet, lead_seconds: float, signs: dict[Workload, float]) -> list[Strike]:
    return [_interrupt_one(fleet, workload, lead_seconds, signs.get(workload)) for workload in fleet.workloads]


def _interrupt_one(fleet: Fleet, workload: Workload, lead_seconds: float, sign: float | None) -> Strike:
    instance_id = _serving_id(fleet, workload)
    shown_at = fleet.levers.interrupt(instance_id, lead_seconds=lead_seconds)["shown_at"]
    return Strike(workload, instance_id, sign or shown_at, shown_at + lead_seconds)


def _freeze_at_succession(fleet: Fleet, strike: Strike) -> None:
    machines = len(fleet.machines(strike.workload))
    if within(BOOTED_WITHIN_SECONDS, lambda: len(fleet.machines(strike.workload)) > machines):
        freeze_agent(fleet.stack.folder / "simulator", strike.instance_id, FROZEN_SECONDS)


def _has_a_plan(fleet: Fleet, workload: Workload) -> bool:
    """Whether the host of the machine that serves may act alone; its own folder tells."""
    host = fleet.stack.folder / "simulator" / "hosts" / _serving_id(fleet, workload)
    return (host / "state" / "plan.json").exists()


def _serves_elsewhere(fleet: Fleet, strike: Strike) -> bool:
    return any(sight.instance_id != strike.instance_id for sight in fleet.serving(strike.workload))


def _serving_id(fleet: Fleet, workload: Workload) -> str:
    """The machine that serves, as the prober sees it."""
    serving = fleet.serving(workload)
    if not serving:
        raise NotReady(f"{workload.name} does not serve")
    return serving[0].instance_id
