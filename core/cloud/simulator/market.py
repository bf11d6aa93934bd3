"""A seeded spot market: each pool moves gently between a quarter and two fifths of on-demand."""

import hashlib
import math
from dataclasses import dataclass, field

from core.cloud.simulator.catalogue import TYPES

STEP = 3 * 3600
KEPT = 90 * 86400


@dataclass
class Market:
    """Prices in USD per hour by (AZ id, type) at a time in epoch seconds."""

    seed: int
    overrides: dict[str, list[list[float]]] = field(default_factory=dict)

    def price(self, az_id: str, instance_type: str, at: float) -> float:
        set_since = [price for since, price in self.overrides.get(f"{az_id}:{instance_type}", []) if since <= at]
        return set_since[-1] if set_since else self._natural(az_id, instance_type, int((at + self._phase(az_id, instance_type)) // STEP))

    def set(self, az_id: str, instance_type: str, price: float, at: float) -> None:
        self.overrides.setdefault(f"{az_id}:{instance_type}", []).append([at, price])

    def history(self, az_id: str, instance_type: str, start: float, end: float) -> list[tuple[float, float]]:
        """(time, price) of each change in [start, end] and the one in force at ``start``, newest first."""
        phase = self._phase(az_id, instance_type)
        first, last = int((start + phase) // STEP), int((end + phase) // STEP)
        times = [step * STEP - phase for step in range(first, last + 1)]
        times += [since for since, _ in self.overrides.get(f"{az_id}:{instance_type}", []) if since <= end]
        in_force = max(at for at in times if at <= start)
        return [(at, self.price(az_id, instance_type, at)) for at in sorted(times, reverse=True) if at >= in_force]

    def _natural(self, az_id: str, instance_type: str, step: int) -> float:
        """Two slow waves and a little noise."""
        base = 0.28 + 0.08 * self._noise(az_id, instance_type, "base")
        wave = 0.03 * math.sin(step / 9 + 6 * self._noise(az_id, instance_type, "a"))
        wave += 0.015 * math.sin(step / 2.3 + 6 * self._noise(az_id, instance_type, "b"))
        jitter = 0.01 * (self._noise(az_id, instance_type, str(step)) - 0.5)
        return round(TYPES[instance_type].usd_per_hour * (base + wave + jitter), 4)

    def _phase(self, az_id: str, instance_type: str) -> float:
        return round(STEP * self._noise(az_id, instance_type, "phase"))

    def _noise(self, *words: str) -> float:
        """A number in [0, 1) that follows from the seed and the words."""
        digest = hashlib.blake2b(f"{self.seed}:{':'.join(words)}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64
