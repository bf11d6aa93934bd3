"""Recommendations that contradict each other: stability beats savings, in every conflict (INV-10)."""

from dataclasses import dataclass

HIGH_RISK = 0.5


@dataclass(frozen=True)
class Recommendation:
    """A proposed act. ``onto``: where the load goes, if it moves. USD per hour; ``risk`` is 0..1 at ``onto``."""

    kind: str
    node: str
    saving: float
    risk: float
    onto: str | None = None
    protects: bool = False
    sentence: str = ""


@dataclass(frozen=True)
class Blocked:
    """A recommendation that is not followed, and why."""

    recommendation: Recommendation
    why: str


@dataclass(frozen=True)
class Plan:
    """What is done, in order, and what is not."""

    actions: tuple[Recommendation, ...]
    blocked: tuple[Blocked, ...]

    @property
    def saving_per_hour(self) -> float:
        return sum(action.saving for action in self.actions)

    @property
    def sentence(self) -> str:
        return f"{len(self.actions)} actions save {self.saving_per_hour:.4f} USD/h; {len(self.blocked)} were held back for stability"


def resolve_conflicts(recommendations: list[Recommendation]) -> Plan:
    """Protective acts first; a saving is blocked where it touches what they protect or leans on a risky node."""
    protective = [one for one in recommendations if one.protects]
    guarded = {name for one in protective for name in (one.node, one.onto) if name}
    leaving = {one.node for one in recommendations}
    plan, blocked, used = list(protective), [], set()
    for one in sorted((one for one in recommendations if not one.protects), key=lambda one: (-one.saving, one.node)):
        why = _against(one, guarded, leaving, used)
        if why:
            blocked.append(Blocked(one, why))
        else:
            plan.append(one)
            used.add(one.node)
    return Plan(tuple(plan), tuple(blocked))


def _against(one: Recommendation, guarded: set[str], leaving: set[str], used: set[str]) -> str | None:
    if one.node in guarded or one.onto in guarded:
        return f"{one.node if one.node in guarded else one.onto} is being protected; stability beats savings"
    if one.onto and one.risk >= HIGH_RISK:
        return f"{one.onto} would take the load at a risk of {100 * one.risk:.0f} %; stability beats savings"
    if one.onto in leaving:
        return f"{one.onto} is to leave itself and cannot take the load"
    return f"{one.node} is acted on already" if one.node in used else None
