"""Trouble by rule: refusals, lost replies, delays, and replies that are held back."""

import threading
import time
from dataclasses import dataclass, field
from random import Random

from core.cloud.simulator.failure import AwsError, Dropped


@dataclass
class Rule:
    """Applies to ``count`` calls, or to a ``share`` of them; ``code`` None means a dropped connection."""

    action: str
    when: str = "before"
    code: str | None = None
    http_status: int = 503
    count: int | None = None
    share: float | None = None
    delay_seconds: float = 0.0
    account_id: str | None = None
    only_delay: bool = False

    def applies(self, action: str, account: str, when: str, random: Random) -> bool:
        if self.action not in (action, "*") or self.account_id not in (None, account) or self.when != when:
            return False
        if self.count is not None:
            self.count -= 1
            return self.count >= 0
        return self.share is None or random.random() < self.share


@dataclass
class Hold:
    """A reply that waits for its release."""

    action: str
    call_seq: int
    released: threading.Event = field(default_factory=threading.Event)
    drop: bool = False


class Faults:
    """All rules and holds of the simulator."""

    def __init__(self, seed: int):
        self._random = Random(seed)
        self._rules: list[Rule] = []
        self._to_hold: dict[str, int] = {}
        self.held: list[Hold] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            self._to_hold.clear()
        self.release(drop=False)

    def strike(self, action: str, account: str, when: str) -> None:
        """Delay, refuse or drop, as the rules say."""
        with self._lock:
            hits = [rule for rule in self._rules if rule.applies(action, account, when, self._random)]
        for rule in hits:
            time.sleep(rule.delay_seconds)
            if rule.only_delay:
                continue
            if rule.code is None:
                raise Dropped()
            raise AwsError(rule.code, "simulated", rule.http_status)

    def hold_next(self, action: str, count: int) -> None:
        with self._lock:
            self._to_hold[action] = self._to_hold.get(action, 0) + count

    def maybe_hold(self, action: str, seq: int) -> None:
        """Wait here, the effect done and the reply unsent, until released."""
        with self._lock:
            if self._to_hold.get(action, 0) <= 0:
                return
            self._to_hold[action] -= 1
            hold = Hold(action, seq)
            self.held.append(hold)
        hold.released.wait(120)
        if hold.drop:
            raise Dropped()

    def release(self, drop: bool) -> int:
        with self._lock:
            held, self.held = self.held, []
        for hold in held:
            hold.drop = drop
            hold.released.set()
        return len(held)
