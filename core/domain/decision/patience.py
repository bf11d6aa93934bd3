"""What a better pool has to wait for: a cool-down, a failover just over, On-Demand just taken, a window, a dead notice path."""

from datetime import datetime, time, timedelta

from core.domain.decision.values import Inputs


def held_back(inputs: Inputs) -> str | None:
    """Why no move is made now, in words, or None. Without a policy nothing is weighed but whether a notice would be heard."""
    present, policy, now = inputs.present, inputs.policy, inputs.now
    if present.on_demand and present.why_not_spot:
        return present.why_not_spot
    if policy is None:
        return None
    if left := _left(present.last_switch_at, policy.cooldown_seconds, now):
        return f"it was moved within its cool-down, which lasts {left} more"
    if present.on_demand:
        if left := _left(present.since, policy.restore_after_seconds, now):
            return f"it came to On-Demand too recently; it may return in {left}"
        return None if in_window(policy.return_window, now) else f"it returns to Spot within its window only, {policy.return_window} UTC"
    if left := _left(present.last_failover_at, inputs.repeat_block_seconds, now):
        return f"it was carried over too recently; moves for money wait {left} more"
    return None


def in_window(window: str | None, now: datetime) -> bool:
    """Whether ``now`` (UTC) lies in ``HH:MM-HH:MM``; a window may span midnight, and its end is outside."""
    if window is None:
        return True
    start, end = (time.fromisoformat(text) for text in window.split("-"))
    at = now.time().replace(tzinfo=None)
    return start <= at < end if start <= end else at >= start or at < end


def _left(since: datetime | None, seconds: float, now: datetime) -> str | None:
    """How much of a wait is left, in words; None when it is over."""
    if since is None or now - since >= timedelta(seconds=seconds):
        return None
    left = timedelta(seconds=seconds) - (now - since)
    return f"{left.total_seconds():.0f} s" if left < timedelta(minutes=2) else f"{left.total_seconds() / 60:.0f} min"
