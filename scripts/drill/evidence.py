"""What the prober, the call log, the bill and /proc say of one round. The product's own words are no evidence."""

from dataclasses import dataclass

from scripts.drill.fleet import Fleet
from scripts.drill.prober import Sight
from scripts.drill.spans import double_serving, longest_gap
from scripts.drill.strike import Strike


@dataclass(frozen=True)
class Handover:
    """One workload carried from one machine to the next; times in seconds, None for what never happened."""

    workload: str
    gap_seconds: float
    double_seconds: float
    launch_seconds: float | None
    served_after_seconds: float | None
    launch_calls: int
    launched: int
    in_time: bool


@dataclass(frozen=True)
class Round:
    """What one round came to."""

    handovers: tuple[Handover, ...]
    unrecorded: frozenset[str]
    ghosts: frozenset[str]
    surplus: int = 0
    forbidden_calls: int = 0
    seconds: float = 0.0  # from its beginning at rest to its evidence


def gather(fleet: Fleet, strikes: list[Strike], calls: list[dict], began: float, until: float) -> Round:
    """Read the evidence once the round is over; ``calls`` are those that change something. Times are epoch seconds."""
    running = fleet.running()
    launches = [call for call in calls if call["action"] == "RunInstances"]
    return Round(
        handovers=tuple(_handover(fleet, strike, launches, until) for strike in strikes),
        unrecorded=frozenset(running - fleet.recorded()),
        ghosts=frozenset(fleet.ghosts()),
        surplus=len(running) - len(fleet.workloads),
        forbidden_calls=sum(_is_forbidden(call, strikes) for call in calls),
        seconds=until - began,
    )


def _is_forbidden(call: dict, strikes: list[Strike]) -> bool:
    """Whether a call falls into a time in which nothing may be changed."""
    return any(strike.quiet and strike.quiet[0] <= call["at"] <= strike.quiet[1] for strike in strikes)


def served_elsewhere_at(strike: Strike, machines: list[Sight]) -> float | None:
    """When a machine that was not hit itself first answered."""
    answers = [span.start for sight in machines if sight.instance_id not in strike.doomed for span in sight.spans]
    return min((at for at in answers if at > strike.shown_at), default=None)


def _handover(fleet: Fleet, strike: Strike, calls: list[dict], until: float) -> Handover:
    machines, launches = fleet.machines(strike.workload), _launches(strike, calls)
    spans = [sight.spans for sight in machines]
    served_at = served_elsewhere_at(strike, machines)
    return Handover(
        workload=strike.workload.name,
        gap_seconds=longest_gap((span for some in spans for span in some), strike.shown_at, until),
        double_seconds=double_serving(spans, strike.shown_at, until),
        launch_seconds=launches[0]["at"] - strike.shown_at if launches else None,
        served_after_seconds=served_at and served_at - strike.shown_at,
        launch_calls=len(launches),
        launched=len({instance_id for call in launches for instance_id in call["instance_ids"]}),
        in_time=served_at is not None and served_at < strike.deadline,
    )


def _launches(strike: Strike, calls: list[dict]) -> list[dict]:
    """The RunInstances calls that were made for a workload."""
    return [call for call in calls if strike.workload.runs_on(_tags(call)) and call["at"] >= strike.shown_at]


def _tags(call: dict) -> dict[str, str]:
    specifications = call["params"].get("TagSpecifications", [])
    return {tag["Key"]: tag["Value"] for specification in specifications for tag in specification["Tags"]}
