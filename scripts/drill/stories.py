"""The stories: what happens to every workload of the fleet at the same time, and what it must come to."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from scripts.drill.expectations import WARM_GAP_SECONDS, Expectation
from scripts.drill.fleet import Fleet, NotReady, Workload, within
from scripts.drill.processes import freeze_agent
from scripts.drill.strike import Pace, Strike

CALLED_WITHIN_SECONDS = 8.0
BOOTED_WITHIN_SECONDS = 20.0
PLANNED_WITHIN_SECONDS = 20.0
ALONE_LEAD_SECONDS = 8.0  # the machine launched alone serves only once its predecessor is gone: the story need not last two minutes
SILENT_SECONDS, SILENT_BY_THE_CLOCK_SECONDS = 12.0, 120.0
FROZEN_SECONDS = 4.0  # long enough for a promotion; after 10 s without contact the successor rightly serves anyway
REPLICA_LIFE_SECONDS = 6 * 3600
EXPIRED_WITHIN_SECONDS = 15.0
RECOVERED_WITHIN_SECONDS = 90.0  # MET-36: from a loss without notice to the order of its replacement
IN_FORCE_WITHIN_SECONDS = 25.0


def warm(fleet: Fleet, pace: Pace) -> list[Strike]:
    """A rebalance recommendation, a replica made ready in time, then the interruption notice."""
    return _interrupt(fleet, pace.lead_seconds, _prepared(fleet, pace))


def cold(fleet: Fleet, pace: Pace) -> list[Strike]:
    """An interruption notice, and nothing is prepared."""
    return _interrupt(fleet, pace.lead_seconds)


def cut(fleet: Fleet, pace: Pace) -> list[Strike]:
    """An interruption notice; the server is killed when AWS has launched and before it knows of it. Hosts may not act alone."""
    for workload in fleet.workloads:
        fleet.levers.imds(_serving_id(fleet, workload), denied=["RunInstances"])
    fleet.levers.hold("RunInstances", len(fleet.workloads))
    try:
        strikes = _interrupt(fleet, pace.lead_seconds)
        within(CALLED_WITHIN_SECONDS, lambda: len(fleet.levers.holds()) == len(fleet.workloads))
        fleet.stack.kill_server()
    finally:
        fleet.levers.release(drop=True)
        fleet.levers.clear_faults()
    fleet.stack.start_server()
    return strikes


def frozen(fleet: Fleet, pace: Pace) -> list[Strike]:
    """An interruption notice; the old machine's agent stands still while its successor is promoted, and its workload serves on."""
    strikes = _interrupt(fleet, pace.lead_seconds)
    with ThreadPoolExecutor(len(strikes)) as hands:
        list(hands.map(partial(_freeze_at_succession, fleet), strikes))
    return strikes


def hibernate(fleet: Fleet, pace: Pace) -> list[Strike]:
    """AWS hibernates the machines: the notice comes with the end, without two minutes in between."""
    strikes = _interrupt(fleet, pace.lead_seconds, action="hibernate")
    return [replace(strike, deadline=strike.shown_at + pace.lead_seconds) for strike in strikes]


def alone(fleet: Fleet, pace: Pace) -> list[Strike]:
    """Every server is killed, then the interruption comes; one is started again only once the workloads serve elsewhere."""
    if not within(PLANNED_WITHIN_SECONDS, lambda: all(_has_a_plan(fleet, workload) for workload in fleet.workloads), every=0.5):
        raise NotReady("not every host has a failover plan")
    fleet.stack.kill_server()
    try:
        strikes = _interrupt(fleet, min(pace.lead_seconds, ALONE_LEAD_SECONDS))
        within(ALONE_LEAD_SECONDS + BOOTED_WITHIN_SECONDS, lambda: all(_serves_elsewhere(fleet, strike) for strike in strikes))
    finally:
        fleet.stack.start_server()
    within(4 * pace.settle_seconds, lambda: fleet.running() == fleet.primaries(), every=2.0)  # each look is a request of one client
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


def no_notice(fleet: Fleet, pace: Pace) -> list[Strike]:
    """The machines are gone, and nobody announced it."""
    return [_lose(fleet, workload, pace) for workload in fleet.workloads]


def false_alarm(fleet: Fleet, pace: Pace) -> list[Strike]:
    """A rebalance recommendation after which nothing comes for six hours: the replicas are ended, nobody moves."""
    signs = _prepared(fleet, pace)
    for workload in fleet.workloads:
        fleet.levers.withdraw(_serving_id(fleet, workload))
    fleet.stack.jump(REPLICA_LIFE_SECONDS)
    within(EXPIRED_WITHIN_SECONDS, fleet.is_at_rest, every=0.5)
    return [Strike(workload, _serving_id(fleet, workload), shown_at, time.time()) for workload, shown_at in signs.items()]


def doomed_replica(fleet: Fleet, pace: Pace) -> list[Strike]:
    """A replica is ready; then the interruption is announced for it and its primary at the same moment."""
    signs = _prepared(fleet, pace)
    replicas = frozenset(fleet.replica_ids())
    for instance_id in replicas:
        fleet.levers.interrupt(instance_id, lead_seconds=pace.lead_seconds)
    return [replace(strike, also_hit=replicas) for strike in _interrupt(fleet, pace.lead_seconds, signs)]


def no_capacity(fleet: Fleet, pace: Pace) -> list[Strike]:
    """An interruption notice, and no Spot pool of the region has a machine to give: On-Demand has."""
    fleet.set_spot_capacity(0)
    try:
        seen = {workload: len(fleet.machines(workload)) for workload in fleet.workloads}
        strikes = _interrupt(fleet, pace.lead_seconds)
        within(pace.lead_seconds, lambda: all(len(fleet.machines(workload)) > known for workload, known in seen.items()), every=0.1)
        return strikes
    finally:
        fleet.set_spot_capacity(None)


def throttled(fleet: Fleet, pace: Pace) -> list[Strike]:
    """An interruption notice while AWS throttles, and loses replies of what it has done."""
    fleet.levers.fault("RunInstances", code="RequestLimitExceeded", http_status=503, share=0.3)
    fleet.levers.lose_reply("RunInstances", count=len(fleet.workloads))
    return _interrupt(fleet, pace.lead_seconds)


def safe_mode(fleet: Fleet, pace: Pace) -> list[Strike]:
    """An interruption notice while SAFE MODE is in force: nothing is changed at AWS until it is released."""
    fleet.switch_safe_mode(True)
    try:
        if not within(IN_FORCE_WITHIN_SECONDS, fleet.is_safe_mode_in_force, every=0.2):
            raise NotReady(f"SAFE MODE was not in force within {IN_FORCE_WITHIN_SECONDS:.0f} s")
        since, known = time.time(), fleet.running()
        strikes = _interrupt(fleet, pace.lead_seconds)
        within(pace.safe_seconds, lambda: bool(fleet.running() - known), every=0.3)
        until = time.time()
    finally:
        fleet.switch_safe_mode(False)
    return [replace(strike, quiet=(since, until)) for strike in strikes]


def storm(fleet: Fleet, pace: Pace) -> list[Strike]:
    """Everything at once: every machine is interrupted, pools are empty, AWS throttles and answers late."""
    fleet.levers.fault("RunInstances", code="InsufficientInstanceCapacity", http_status=500, count=len(fleet.workloads))
    fleet.levers.fault("RunInstances", code="RequestLimitExceeded", http_status=503, share=0.3)
    fleet.levers.fault("DescribeInstances", delay_seconds=0.3, share=0.5)
    return _interrupt(fleet, pace.lead_seconds)


@dataclass(frozen=True)
class Story:
    """What is played, what it must come to, and about how many ``seconds`` a round takes."""

    play: Callable[[Fleet, Pace], list[Strike]]
    expects: Expectation
    seconds: float


STORIES = {
    "warm": Story(warm, Expectation(gap_p95=WARM_GAP_SECONDS), 8),
    "cold": Story(cold, Expectation(), 8),
    "cut": Story(cut, Expectation(least_calls=2), 27),
    "frozen": Story(frozen, Expectation(), 11),
    "hibernate": Story(hibernate, Expectation(launch_within=RECOVERED_WITHIN_SECONDS), 7),
    "no_notice": Story(no_notice, Expectation(launch_within=RECOVERED_WITHIN_SECONDS), 6),
    "false_alarm": Story(false_alarm, Expectation(moves=False, gap_p95=0.5), 6),
    "doomed_replica": Story(doomed_replica, Expectation(launched=2), 12),
    "no_capacity": Story(no_capacity, Expectation(average_calls=2), 9),  # what one was refused, the others pass over unasked
    "throttled": Story(throttled, Expectation(average_calls=2), 12),
    "safe_mode": Story(safe_mode, Expectation(launch_within=None), 16),
    "storm": Story(storm, Expectation(), 12),
    "alone": Story(alone, Expectation(gap_p95=10.0, launch_within=5.0, in_time=False), 20),
    "silent": Story(silent, Expectation(moves=False, launched=0, least_calls=0, average_calls=0, gap_p95=1.0), 14),
}


def _prepared(fleet: Fleet, pace: Pace) -> dict[Workload, float]:
    """Recommend a rebalance of every machine and wait for the replicas; when each sign could be seen first."""
    signs = {workload: fleet.levers.rebalance(_serving_id(fleet, workload))["shown_at"] for workload in fleet.workloads}
    within(pace.prepare_seconds, fleet.replicas_are_ready, every=0.5)
    return signs


def _interrupt(fleet: Fleet, lead_seconds: float, signs: dict[Workload, float] | None = None, action: str = "terminate") -> list[Strike]:
    return [_interrupt_one(fleet, workload, lead_seconds, (signs or {}).get(workload), action) for workload in fleet.workloads]


def _interrupt_one(fleet: Fleet, workload: Workload, lead_seconds: float, sign: float | None, action: str) -> Strike:
    instance_id = _serving_id(fleet, workload)
    shown_at = fleet.levers.interrupt(instance_id, action=action, lead_seconds=lead_seconds)["shown_at"]
    return Strike(workload, instance_id, sign or shown_at, shown_at + lead_seconds)


def _lose(fleet: Fleet, workload: Workload, pace: Pace) -> Strike:
    instance_id, lost_at = _serving_id(fleet, workload), time.time()
    fleet.levers.kill(instance_id)
    return Strike(workload, instance_id, lost_at, lost_at + pace.lead_seconds)


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
