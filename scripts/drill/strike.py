"""What hits a workload, and how patient a story is."""

from dataclasses import dataclass

from scripts.drill.fleet import Workload


@dataclass(frozen=True)
class Pace:
    """How long a story waits: from notice to end, for replicas to be ready, for old machines to end, for a launch in SAFE MODE."""

    lead_seconds: float = 120.0
    prepare_seconds: float = 20.0
    settle_seconds: float = 15.0
    safe_seconds: float = 6.0


USUAL = Pace()


@dataclass(frozen=True)
class Strike:
    """What hit one workload: its first sign could be seen at ``shown_at``, the end comes at ``deadline`` (epoch seconds).

    ``also_hit`` are machines of the workload that end at the same time: who moves to one of them has not moved.
    ``quiet`` is a time in which AWS must not be asked to change anything.
    """

    workload: Workload
    instance_id: str
    shown_at: float
    deadline: float
    also_hit: frozenset[str] = frozenset()
    quiet: tuple[float, float] | None = None

    @property
    def doomed(self) -> frozenset[str]:
        """Every machine that was hit, by instance id."""
        return self.also_hit | {self.instance_id}
