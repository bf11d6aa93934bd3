"""The figures of the decision engine, as an administrator may set them: weights, gates, cool-downs; and a client's placement."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.domain.decision.values import Gates, MovePolicy, Weights


@dataclass(frozen=True)
class Engine:
    """What holds where a client or a workload has set nothing of its own."""

    price_weight: float = Weights.price
    worth_moving: float = Gates.worth_moving
    riskier: float = Gates.riskier
    historic_below: float = Gates.historic_below
    min_saving_pct: int = MovePolicy.min_saving_pct
    cooldown_seconds: int = MovePolicy.cooldown_seconds
    restore_after_seconds: int = MovePolicy.restore_after_seconds

    @property
    def gates(self) -> Gates:
        return Gates(self.worth_moving, self.riskier, self.historic_below)

    @property
    def policy(self) -> MovePolicy:
        return MovePolicy(self.min_saving_pct, self.cooldown_seconds, self.restore_after_seconds)


BOUNDS: dict[str, tuple[float, float]] = {
    "price_weight": (0, 1), "worth_moving": (0, 0.5), "riskier": (0, 1), "historic_below": (0, 1), "min_saving_pct": (0, 100),
    "cooldown_seconds": (60, 30 * 86400), "restore_after_seconds": (0, 30 * 86400),
}  # fmt: skip
WHOLE = frozenset(f.name for f in fields(Engine) if f.type is int)


def problems(told: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with a document of settings, by its members; empty when it can be used."""
    found = {name: ["no such figure; known are " + ", ".join(BOUNDS)] for name in told if name not in BOUNDS}
    for name, (low, high) in BOUNDS.items():
        value = told.get(name, low)
        if isinstance(value, bool) or not isinstance(value, int if name in WHOLE else (int, float)) or not low <= value <= high:
            found[name] = [f"must be a {'whole ' if name in WHOLE else ''}number from {low:g} to {high:g}"]
    return found


@dataclass(frozen=True)
class Placement:
    """A client's own: how its workloads are spread, how much calm may cost, which types may be used (globs)."""

    max_share_pct: int = 50
    price_increase_pct: int | None = None
    price_weight: float | None = None
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def cap(self, workloads: int) -> int:
        """How many of so many workloads may stand in one pool; one always may."""
        return max(1, int(workloads * self.max_share_pct / 100 + 1e-9))

    def weights(self, engine: Engine) -> Weights:
        price = engine.price_weight if self.price_weight is None else self.price_weight
        return Weights(price, round(1 - price, 6))
