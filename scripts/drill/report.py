"""The figures of a story, the limits they must keep, and how both are shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.drill.evidence import Handover, Round
from scripts.drill.spans import percentile


@dataclass(frozen=True)
class Limits:
    """What a story must keep, in seconds; ``gap_p95`` None where the boot time decides, ``launches`` how many machines are due."""

    gap_p95: float | None = None
    launch: float = 3.0
    launches: int = 1
    least_calls: int = 0
    in_time: bool = True


LIMITS = {
    "warm": Limits(gap_p95=2.0),
    "cold": Limits(),
    "cut": Limits(least_calls=2),
    "frozen": Limits(),
    "alone": Limits(gap_p95=10.0, launch=5.0, in_time=False),
    "silent": Limits(gap_p95=1.0, launches=0, in_time=False),
}


@dataclass(frozen=True)
class Report:
    """What all rounds of one story came to."""

    story: str
    rounds: tuple[Round, ...]
    broken: str | None = None

    @property
    def handovers(self) -> list[Handover]:
        return [handover for one in self.rounds for handover in one.handovers]

    @property
    def gaps(self) -> list[float]:
        return [handover.gap_seconds for handover in self.handovers]

    @property
    def launches(self) -> list[float]:
        return [handover.launch_seconds for handover in self.handovers if handover.launch_seconds is not None]

    @property
    def unrecorded(self) -> int:
        return sum(len(one.unrecorded) for one in self.rounds)

    @property
    def ghosts(self) -> int:
        return sum(len(one.ghosts) for one in self.rounds)

    @property
    def double_seconds(self) -> float:
        return sum(handover.double_seconds for handover in self.handovers)

    @property
    def missed(self) -> list[str]:
        """The limits that were not kept, a sentence each; none is the verdict one wants."""
        return ([self.broken] if self.broken else []) + [sentence for kept, sentence in self._limits() if not kept]

    @property
    def passed(self) -> bool:
        return not self.missed

    def _limits(self) -> list[tuple[bool, str]]:
        limits, every = LIMITS[self.story], self.handovers
        gap, slowest = percentile(self.gaps, 0.95), max(self.launches, default=0.0)
        late = sum(not handover.in_time for handover in every)
        unlaunched = sum(handover.launched < limits.launches for handover in every)
        repeated = sum(handover.launched > 1 for handover in every)
        needless = sum(handover.launched > limits.launches for handover in every) - repeated
        uncut = sum(handover.launch_calls < limits.least_calls for handover in every)
        return [
            (bool(every), "no handover was played"),
            (late == 0 or not limits.in_time, f"{late} workloads did not serve again before their deadline"),
            (limits.gap_p95 is None or (gap or 0) <= limits.gap_p95, f"gap p95 {_s(gap)} > {limits.gap_p95} s"),
            (unlaunched == 0, f"nothing was launched for {unlaunched} workloads"),
            (repeated == 0, f"more than one machine was launched for {repeated} workloads"),
            (needless <= 0, f"a machine was launched for {needless} workloads that were well"),
            (slowest <= limits.launch, f"RunInstances came {_s(slowest)} s after the first sign, limit {limits.launch} s"),
            (uncut == 0, f"the cut missed the launches of {uncut} workloads"),
            (self.unrecorded == 0, f"{self.unrecorded} machines run that nobody has recorded"),
            (self.double_seconds == 0, f"two machines of a workload served at once for {_s(self.double_seconds)} s"),
            (self.ghosts == 0, f"processes of {self.ghosts} ended machines are alive"),
        ]

    def as_json(self) -> dict:
        return {
            "story": self.story,
            "rounds": len(self.rounds),
            "handovers": len(self.handovers),
            "gap_seconds": _figures(self.gaps),
            "launch_seconds": _figures(self.launches),
            "served_after_seconds": _figures([h.served_after_seconds for h in self.handovers if h.served_after_seconds]),
            "launch_calls": sum(handover.launch_calls for handover in self.handovers),
            "launched": sum(handover.launched for handover in self.handovers),
            "unrecorded_instances": self.unrecorded,
            "double_serving_seconds": round(self.double_seconds, 3),
            "ended_instances_with_processes": self.ghosts,
            "passed": self.passed,
            "missed": self.missed,
        }


HEAD = ("story", "rounds", "handovers", "gap p50", "gap p95", "gap max", "launch p95", "launch max", "unrecorded", "double", "verdict")


def table(reports: Sequence[Report]) -> str:
    """A row per story, and below it each limit that was missed."""
    rows = [HEAD, *(_row(report) for report in reports)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    missed = [f"{report.story}: {sentence}" for report in reports for sentence in report.missed]
    return "\n".join([*lines, *missed])


def _row(report: Report) -> tuple[str, ...]:
    gaps, launches = _figures(report.gaps), _figures(report.launches)
    return (
        report.story, str(len(report.rounds)), str(len(report.handovers)),
        _s(gaps["p50"]), _s(gaps["p95"]), _s(gaps["max"]), _s(launches["p95"]), _s(launches["max"]),
        str(report.unrecorded), _s(report.double_seconds), "kept" if report.passed else "MISSED",
    )  # fmt: skip


def _figures(values: Sequence[float]) -> dict[str, float | None]:
    ranks = {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "max": percentile(values, 1.0)}
    return {name: value if value is None else round(value, 3) for name, value in ranks.items()}


def _s(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.2f}"
