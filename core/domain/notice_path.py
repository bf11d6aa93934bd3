"""Whether a host would hear of its own interruption. Where it would not, nothing of it moves to Spot (INV-56).

Source: aws/karpenter-provider-aws#5943: Spot without a working way to hear of interruptions loses work.
"""

from datetime import datetime, timedelta

UNREACHABLE_AFTER = timedelta(seconds=15)


def notice_path(imds_ok: bool | int | None, silent_since: datetime | None, now: datetime) -> str:
    """``working``, ``imds_unreachable``, or ``unknown`` where the host never said; ``silent_since`` as its heartbeats tell."""
    if imds_ok is None:
        return "unknown"
    if imds_ok:
        return "working"
    brief = silent_since is not None and now - silent_since <= UNREACHABLE_AFTER
    return "working" if brief else "imds_unreachable"


def why_not_spot(lifecycle: str, path: str, queue_is_read: bool) -> str | None:
    """Why a workload that runs on ``lifecycle`` must not move to Spot now, or None when it may.

    An event queue that is read is a notice path of its own. A host that is on Spot already may move on.
    """
    if lifecycle != "on-demand" or path == "working" or queue_is_read:
        return None
    return f"it is not moved to Spot: its notice path is {path.replace('_', ' ')}, and no event queue tells of interruptions either"
