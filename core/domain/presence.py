"""How a workload stands, in one word and one sentence."""

from datetime import datetime, timedelta

LATE_AFTER = timedelta(seconds=60)
OFFLINE_AFTER = timedelta(seconds=120)


def presence(contact_at: datetime | None, now: datetime) -> str:
    """never, online, late (over 60 s) or offline (over 120 s)."""
    if contact_at is None:
        return "never"
    silence = now - contact_at
    if silence > OFFLINE_AFTER:
        return "offline"
    return "late" if silence > LATE_AFTER else "online"


def state(enabled: bool, serving: int | None, notice: str, primary_status: str, here: str) -> str:
    """The sign of the fleet table; the first that applies, worst first."""
    if not enabled:
        return "observed"
    if primary_status == "lost" or (serving == 0 and notice == "none") or here == "offline":
        return "interrupted"
    if notice == "termination":
        return "interrupted" if not serving else "at_risk"
    if notice == "rebalance":
        return "at_risk"
    return "serving" if serving else "preparing"


def below_on_demand(price: float | None, on_demand: float | None) -> str | None:
    """``68 % below on-demand``, or None where a price is missing."""
    if not price or not on_demand:
        return None
    share = round(100 * (1 - price / on_demand))
    return f"{abs(share)} % {'below' if share >= 0 else 'above'} on-demand"
