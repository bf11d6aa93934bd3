"""A replica that nobody needed: what it cost, and what ending it spared (FLOW-11, MET-13). Nothing here is assumed but its six hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.domain.incident import EXPIRES_AFTER
from core.domain.savings import MILLION, amount


@dataclass(frozen=True)
class Needless:
    """One that was ended and never promoted. ``micros``: what the ledger booked of it; ``usd_per_hour``: None without a known price."""

    requested_at: datetime
    began_at: datetime
    ended_at: datetime
    expires_at: datetime | None
    micros: int | None
    usd_per_hour: float | None

    @property
    def hours(self) -> float:
        return max(0.0, (self.ended_at - self.began_at).total_seconds() / 3600)

    @property
    def spared_micros(self) -> int | None:
        """The price of what was left of its time when it ended."""
        left = ((self.expires_at or self.requested_at + EXPIRES_AFTER) - self.ended_at).total_seconds()
        return None if self.usd_per_hour is None else amount(max(0.0, left), self.usd_per_hour)


def summed(ended: Iterable[Needless]) -> dict:
    """USD. ``unpriced`` of them have no price anybody knew: they are in no sum."""
    every = list(ended)
    priced = [one for one in every if one.micros is not None and one.spared_micros is not None]
    return {
        "replicas": len(every), "unpriced": len(every) - len(priced), "hours": round(sum(one.hours for one in every), 3),
        "cost_usd": sum(one.micros for one in priced) / MILLION if priced else None,
        "spared_usd": sum(one.spared_micros for one in priced) / MILLION if priced else None,
    }  # fmt: skip


def sentence(name: str, hours: float, micros: int | None, usd_per_hour: float | None) -> str:
    """What the timeline says of an end, with the real cost where it is booked."""
    cost = f"it stood by for {hours:.1f} h and cost ${micros / MILLION:.3f}" if micros is not None else f"it stood by for {hours:.1f} h"
    spared = "" if usd_per_hour is None else f"; its end saves ${usd_per_hour:.4f} an hour"
    return f"{name} was not needed until its time was over: {cost}{spared}"
