"""Small markets for tests: offers by hand, and availability drawn from a seed."""

import random
from datetime import UTC, datetime

from core.domain.decision.values import Inputs, Offer, Present, Wish
from core.replay.availability import Market

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WISH = Wish(arch="x86_64", vcpus=2, memory_mib=8192, on_demand_price=0.096)


def offer(name: str = "m5.large", az: str = "use1-az1", **changes) -> Offer:
    told = {"arch": "x86_64", "vcpus": 2, "memory_mib": 8192, "price": 0.03, "risk": 0.05, **changes}
    return Offer(f"{az}:{name}:linux", "us-east-1", az, name, **told)


def inputs(*offers: Offer, present: Present | None = None, **changes) -> Inputs:
    return Inputs(**{"wish": WISH, "offers": offers, "present": present or Present(None), "now": NOW, **changes})


def drawn_market(pools: int = 6, ticks: int = 3000, seed: int = 1, gap_seconds: float = 195.0, leaving: float = 0.01, coming: float = 0.03) -> Market:
    """Pools that come and go by chance."""
    rng = random.Random(seed)
    traces = []
    for _ in range(pools):
        up, trace = rng.random() < 0.7, bytearray()
        for _ in range(ticks):
            up = rng.random() >= leaving if up else rng.random() < coming
            trace.append(up)
        traces.append(bytes(trace))
    return Market("drawn", tuple(f"zone-{number}" for number in range(pools)), gap_seconds, tuple(traces))
