"""Plans: what would be done, for which state of things, and who has to say yes (D1, SM-15)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from core.domain.row import FromRow
from core.domain.serialize import canonical


class Mode(StrEnum):
    """How far the product goes by itself."""

    OBSERVE = "observe"  # written down, nobody is told
    PROPOSE = "propose"  # people are told; they order it themselves if they like it
    APPROVE = "approve"  # carried out once somebody approves
    AUTO = "auto"  # approved at its birth


KINDS = ("switch", "return_to_spot")
DEFAULT_MODES = {"switch": Mode.APPROVE, "return_to_spot": Mode.AUTO}
EVERYTHING = "*"

PLAN_LIFE = timedelta(minutes=30)
PRICE_TOLERANCE = 0.10

ARROWS = {
    "proposed": {"approved", "rejected", "expired", "drifted"},
    "approved": {"executing"},
    "executing": {"done", "failed"},
}
OPEN_STATES = frozenset(ARROWS)


ELSEWHERE = "it was moved meanwhile"
MOVED = {
    "primary": ELSEWHERE, "epoch": ELSEWHERE, "pool_id": ELSEWHERE, "lifecycle": "it is bought otherwise by now",
    "price": "its price changed", "target_pool_id": "the target changed", "target_price": "the target's price changed",
    "target_is_calm": "the target is no longer calm",
}  # fmt: skip


@dataclass(frozen=True)
class ModeRule(FromRow):
    """One setting; 0 and ``*`` stand for every account, agent and kind."""

    account_id: int
    agent_id: int
    kind: str
    mode: str


@dataclass(frozen=True)
class Plan(FromRow):
    """One stored plan. ``expected_usd_per_hour`` is what it saves, ``risk`` that of its target, 0 to 1."""

    id: int
    uuid: str
    client_id: int
    account_id: int
    agent_id: int
    kind: str
    mode: str
    state: str
    target_pool_id: str
    expected_usd_per_hour: float | None
    risk: float | None
    sentence: str
    state_seen: str
    fingerprint: str
    created_at: datetime
    expires_at: datetime

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at <= now

    def undecidable(self) -> str | None:
        """Why nobody can approve this plan, or None."""
        if self.state != "proposed":
            return f"this plan is {self.state}"
        if self.mode in (Mode.OBSERVE, Mode.PROPOSE):
            return f"plans of this kind are set to {self.mode}: order the switch yourself, or set the mode to approve"
        return None


@dataclass(frozen=True)
class Seen:
    """The state of things a plan is made for. Prices in USD per hour."""

    primary: str
    epoch: int
    pool_id: str
    lifecycle: str
    price: float | None
    target_pool_id: str
    target_price: float | None
    target_is_calm: bool

    def values(self) -> dict[str, Any]:
        return asdict(self)


def fingerprint(seen: dict[str, Any]) -> str:
    """SHA-256 of the canonical state, as 64 hex characters."""
    return sha256(canonical(seen).encode()).hexdigest()


def drift(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict]:
    """What moved, each with before and after; empty when the plan still fits.

    A price has moved when it differs by more than a tenth: quotes change all the time, and a plan that dies of
    every change could never be read before it is approved.
    """
    return {
        name: {"before": before.get(name), "after": value}
        for name, value in after.items()
        if not _same(name, before.get(name), value)
    }


def what_moved(moved: Iterable[str]) -> str:
    """A drift in words: ``its price changed and the target is no longer calm``. A move of the workload itself says it all."""
    words = list(dict.fromkeys(MOVED[name] for name in sorted(moved)))
    return ELSEWHERE if ELSEWHERE in words else " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def effective_mode(rules: Iterable[ModeRule], account_id: int, agent_id: int, kind: str) -> Mode:
    """The most exact setting: the agent's before the account's before the client's, one kind before every kind."""
    fitting = [
        rule for rule in rules
        if rule.agent_id in (0, agent_id) and rule.account_id in (0, account_id) and rule.kind in (EVERYTHING, kind)
    ]  # fmt: skip
    best = max(fitting, key=_exactness, default=None)
    return Mode(best.mode) if best else DEFAULT_MODES[kind]


def _exactness(rule: ModeRule) -> tuple[bool, bool, bool]:
    return rule.agent_id != 0, rule.account_id != 0, rule.kind != EVERYTHING


def _same(name: str, before: Any, after: Any) -> bool:
    if not name.endswith("price") or before is None or after is None:
        return before == after
    return abs(after - before) <= PRICE_TOLERANCE * before
