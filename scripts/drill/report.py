"""The figures of a story, and how they are shown beside its verdict."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from scripts.drill.evidence import Handover, Round
from scripts.drill.expectations import missed
from scripts.drill.expectations import seconds as _s
from scripts.drill.spans import percentile
from scripts.drill.stories import STORIES


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
    def seconds(self) -> float:
        """How long its rounds took, one after the other."""
        return sum(one.seconds for one in self.rounds)

    @property
    def double_seconds(self) -> float:
        return sum(handover.double_seconds for handover in self.handovers)

    @property
    def missed(self) -> list[str]:
        """The limits that were not kept, a sentence each; none is the verdict one wants."""
        return [self.broken] if self.broken else missed(STORIES[self.story].expects, self.rounds)

    @property
    def passed(self) -> bool:
        return not self.missed

    def as_json(self) -> dict:
        return {
            "story": self.story,
            "rounds": len(self.rounds),
            "seconds": round(self.seconds, 1),
            "round_seconds": _figures([one.seconds for one in self.rounds]),
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
            "evidence": [_evidence(one) for one in self.rounds],
        }


HEAD = ("story", "rounds", "seconds", "handovers", "gap p50", "gap p95", "gap max", "launch p95", "launch max", "unrecorded", "double", "verdict")


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
        report.story, str(len(report.rounds)), f"{report.seconds:.0f}", str(len(report.handovers)),
        _s(gaps["p50"]), _s(gaps["p95"]), _s(gaps["max"]), _s(launches["p95"]), _s(launches["max"]),
        str(report.unrecorded), _s(report.double_seconds), "kept" if report.passed else "MISSED",
    )  # fmt: skip


def _evidence(one: Round) -> dict:
    """All that was seen in a round, workload by workload."""
    return {
        "seconds": round(one.seconds, 1), "unrecorded": sorted(one.unrecorded), "ghosts": sorted(one.ghosts), "surplus": one.surplus,
        "forbidden_calls": one.forbidden_calls, "handovers": [asdict(handover) for handover in one.handovers],
    }  # fmt: skip


def _figures(values: Sequence[float]) -> dict[str, float | None]:
    ranks = {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "max": percentile(values, 1.0)}
    return {name: value if value is None else round(value, 3) for name, value in ranks.items()}

