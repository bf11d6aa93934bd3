"""What we know of each pool from our own launches and losses, and from nothing else."""

from dataclasses import dataclass

from core.domain.decision.hazard import Hazard

DECAY = 0.35  # a pool that was seen at age a is still up at age b with about (a / b) ** DECAY
LIKELY = 0.5


@dataclass
class Sight:
    """A pool as we last saw it. Times in hours; None: never."""

    up_since: float | None = None
    seen_up: float | None = None
    refused: float | None = None

    @property
    def down(self) -> bool:
        return self.refused is not None and (self.seen_up is None or self.refused >= self.seen_up)


class PoolMemory:
    """Sights of every pool, and the hazard that follows from them."""

    def __init__(self, pools: list[str], started: float, step: float) -> None:
        self.sights = {pool: Sight() for pool in pools}
        self.hazard = Hazard()
        self._started, self._step = started, step
        self._crowd = len(pools) / 2

    @property
    def crowd(self) -> float:
        """How many pools are likely up."""
        return self._crowd

    def saw_up(self, pool: str, now: float) -> None:
        """A launch succeeded or a machine lives there."""
        sight = self.sights[pool]
        if sight.up_since is None:
            sight.up_since = now - self._unseen(sight, now) / 2
        sight.seen_up = now

    def refused(self, pool: str, now: float) -> None:
        """A launch failed or every machine there was lost."""
        sight = self.sights[pool]
        sight.refused, sight.up_since = now, None

    def live(self, held: list[str], lost: list[str], now: float) -> None:
        """One step went by: what we hold was watched and lives, or was lost."""
        crowd = self._crowd
        for pool in lost:
            self.hazard.observe(pool, self._age(pool, now), crowd, self._step, lost=True)
            self.refused(pool, now)
        for pool in held:
            self.hazard.observe(pool, self._age(pool, now), crowd, self._step, lost=False)
            self.saw_up(pool, now)
        self._crowd = max(1.0, sum(self._surely_up(sight, now) for sight in self.sights.values()))

    def refusing(self) -> list[str]:
        """Pools that refused when they were last asked."""
        return [pool for pool, sight in self.sights.items() if sight.down]

    def per_hour(self, pool: str, now: float) -> float:
        """Losses per hour, given that a launch there succeeds now."""
        sight = self.sights[pool]
        if sight.up_since is None:
            return self.hazard.per_hour(pool, max(self._step, self._unseen(sight, now) / 2), self._crowd)
        age, gap = now - sight.up_since, now - sight.seen_up
        if gap <= self._step * 1.5:
            return self.hazard.per_hour(pool, age, self._crowd)
        kept = (max(self._step, age - gap) / max(self._step, age)) ** DECAY
        old, young = self.hazard.per_hour(pool, age, self._crowd), self.hazard.per_hour(pool, gap / 2, self._crowd)
        return kept * old + (1 - kept) * young

    def _age(self, pool: str, now: float) -> float:
        since = self.sights[pool].up_since
        return now - since if since is not None else 0.0

    def _unseen(self, sight: Sight, now: float) -> float:
        """How long nobody looked, hours."""
        return now - (self._started if sight.refused is None else sight.refused)

    def _surely_up(self, sight: Sight, now: float) -> bool:
        if sight.up_since is None or sight.seen_up is None:
            return False
        age, gap = now - sight.up_since, now - sight.seen_up
        return (max(self._step, age - gap) / max(self._step, age)) ** DECAY >= LIKELY
