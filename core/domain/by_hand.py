"""What somebody has to do at AWS while SAFE MODE holds our own hands back."""

from dataclasses import dataclass

from core.domain.lifecycle import Role
from core.domain.response import Action, Decision, Situation

ENOUGH = frozenset({Action.PROMOTE, Action.ALREADY_COVERED})


@dataclass(frozen=True)
class Instructions:
    """A title with the deadline, and the steps in words."""

    title: str
    text: str


def instructions(s: Situation, decision: Decision, held_back: list[str]) -> Instructions | None:
    """None where nothing at AWS is wanted: what we do without it (a promotion) goes on by itself."""
    over = s.incident.promoted_at or s.subject.role != Role.PRIMARY
    if over or decision.action in ENOUGH or not held_back:
        return None
    deadline = s.incident.deadline_at
    until = f" before {deadline:%Y-%m-%d %H:%M:%S} UTC" if deadline else ""
    return Instructions(f"act by hand{until}", " ".join((f"SAFE MODE is on, so nothing is launched for {s.subject.name}.", *_steps(held_back))))


def _steps(held_back: list[str]) -> list[str]:
    """What was planned, and the two ways on."""
    planned = [f"{number}. {why}." for number, why in enumerate(held_back, 1)]
    return [
        "Planned:", *planned, "Launch it yourself with the enrolment of this agent's client,"
        " or switch SAFE MODE off: what is still wanted is then ordered at once.",
    ]  # fmt: skip
