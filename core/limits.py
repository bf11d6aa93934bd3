"""Rate limits, counted in the database so that they are exact over all workers and servers."""

from core import database, errors
from core.sql import limits

# name: (how many, in seconds)
LIMITS = {
    "sign-in": (10, 60),
    "token": (100, 60),
    "session": (600, 60),  # of one sign-in; the dashboard refetches on every live event (docs/decisions/0069)
    "identity": (100, 60),  # who am I, and signing out
    "agent": (600, 60),
    "admin": (600, 60),
    "events": (6000, 60),  # AWS's own, per linked account; a refused one is sent again by EventBridge for a day
    "report": (600, 60),  # heartbeats, serving reports and notices of one agent, whoever posts them
}


def spend(limit: str, who: str) -> None:
    """Count one use by ``who``; RateLimited over the limit. Its own transaction: a refused request counts too."""
    refusal = over(limit, who)
    if refusal:
        raise refusal


def over(limit: str, who: str) -> errors.RateLimited | None:
    """Count one use by ``who``; what is to be raised when it was one too many."""
    most, window = LIMITS[limit]
    used = database.run(lambda tx: limits.count(tx, f"{limit}:{who}"[:96], window))
    if used <= most:
        return None
    error = errors.RateLimited(f"more than {most} requests in {window} s")
    error.retry_after = window
    return error
