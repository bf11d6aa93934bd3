"""What a story must come to, and the sentence for each limit that was not kept. The limits of all stories stand first."""

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.drill.evidence import Handover, Round
from scripts.drill.spans import percentile

WARM_GAP_SECONDS = 2.0
LAUNCH_SECONDS = 3.0


@dataclass(frozen=True)
class Expectation:
    """Per workload. ``launch_within`` counts from the first sign; None where a story delays the launch on purpose.

    ``in_time`` is false where the workload can only serve again once its deadline is over.
    """

    moves: bool = True
    in_time: bool = True
    launched: int = 1
    least_calls: int = 1
    average_calls: float = 1.0
    gap_p95: float | None = None
    launch_within: float | None = LAUNCH_SECONDS


def missed(expected: Expectation, rounds: tuple[Round, ...]) -> list[str]:
    """The limits that were not kept, a sentence each; none is the verdict one wants."""
    handovers = [handover for one in rounds for handover in one.handovers]
    limits = [*_of_all_stories(rounds, handovers), *_of_moves(expected, handovers), *_of_launches(expected, handovers)]
    return [sentence for kept, sentence in limits if not kept]


def _of_all_stories(rounds: tuple[Round, ...], handovers: list[Handover]) -> Iterator[tuple[bool, str]]:
    unrecorded = sum(len(one.unrecorded) for one in rounds)
    ghosts = sum(len(one.ghosts) for one in rounds)
    surplus, forbidden = sum(one.surplus for one in rounds), sum(one.forbidden_calls for one in rounds)
    double = sum(handover.double_seconds for handover in handovers)
    yield bool(handovers), "no workload was struck"
    yield unrecorded == 0, f"{unrecorded} machines run that nobody has recorded"
    yield surplus <= 0, f"{surplus} machines more than workloads are left running"
    yield double == 0, f"two machines of a workload served at once for {seconds(double)} s"
    yield ghosts == 0, f"processes of {ghosts} ended machines are alive"
    yield forbidden == 0, f"AWS was asked for {forbidden} changes while SAFE MODE was in force"


def _of_moves(expected: Expectation, handovers: list[Handover]) -> Iterator[tuple[bool, str]]:
    gap = percentile([handover.gap_seconds for handover in handovers], 0.95)
    late = sum(not handover.in_time for handover in handovers)
    moved = sum(handover.served_after_seconds is not None for handover in handovers)
    if expected.moves:
        yield late == 0 or not expected.in_time, f"{late} workloads did not serve again before their deadline"
    else:
        yield moved == 0, f"{moved} workloads were moved for nothing"
    if expected.gap_p95 is not None:
        yield (gap or 0) <= expected.gap_p95, f"gap p95 {seconds(gap)} > {expected.gap_p95} s"


def _of_launches(expected: Expectation, handovers: list[Handover]) -> Iterator[tuple[bool, str]]:
    slowest = max((handover.launch_seconds for handover in handovers if handover.launch_seconds is not None), default=0.0)
    unlaunched = sum(handover.launched < min(1, expected.launched) for handover in handovers)
    repeated = sum(handover.launched > expected.launched for handover in handovers)
    uncut = sum(handover.launch_calls < expected.least_calls for handover in handovers)
    yield unlaunched == 0, f"nothing was launched for {unlaunched} workloads"
    yield repeated == 0, _too_many(expected.launched, repeated)
    calls = sum(handover.launch_calls for handover in handovers)
    yield uncut == 0, f"the trouble missed the launches of {uncut} workloads"
    yield calls >= expected.average_calls * len(handovers), f"{calls} calls for {len(handovers)} workloads: the trouble was not felt"
    if expected.launch_within is not None:
        yield slowest <= expected.launch_within, f"RunInstances came {seconds(slowest)} s after the first sign, limit {expected.launch_within} s"


def _too_many(expected: int, workloads: int) -> str:
    if expected == 0:
        return f"a machine was launched for {workloads} workloads that were well"
    return f"more than {'one machine was' if expected == 1 else f'{expected} machines were'} launched for {workloads} workloads"


def seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
