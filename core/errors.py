"""What can go wrong, by name. The docstring is the message, `code` and `status` are the reply."""

from typing import Any, NamedTuple, Self


class Alarm(NamedTuple):
    """What a client is told of a refusal, once for each ``key`` (its name, a colon, the occasion)."""

    client_id: int
    key: str
    title: str
    text: str


class SpotError(Exception):
    """The server cannot do this."""

    code, status = "INTERNAL", 500
    retry_after: int | None = None
    alarm: Alarm | None = None

    def __init__(self, message: str | None = None, **details: Any):
        self.message = message or (type(self).__doc__ or "").strip().split("\n")[0]
        self.details = details
        super().__init__(self.message)

    def alarming(self, client_id: int, key: str, title: str, text: str) -> Self:
        """The refusal itself leaves no row: its alarm is raised when it is answered."""
        self.alarm = Alarm(client_id, key, title, text)
        return self


class BadRequest(SpotError):
    """The request cannot be read."""

    code, status = "BAD_REQUEST", 400


class MissingRequestId(BadRequest):
    """This call needs X-Request-ID: 8 to 128 characters of A-Za-z0-9._:-"""

    code = "MISSING_REQUEST_ID"


class TooLarge(SpotError):
    """The body is larger than 256 KB."""

    code, status = "TOO_LARGE", 413


class WrongMediaType(SpotError):
    """The body must be application/json."""

    code, status = "UNSUPPORTED_MEDIA_TYPE", 415


class NotAModel(WrongMediaType):
    """This kind of file is never opened."""


class Invalid(SpotError):
    """Some fields are not as they must be."""

    code, status = "VALIDATION_ERROR", 422


class Unfit(Invalid):
    """A value does not fit where it is kept: too long, too large, or text of another alphabet."""


class RequestIdReused(SpotError):
    """This X-Request-ID was used before with another body."""

    code, status = "REQUEST_ID_REUSED", 422


class Unauthenticated(SpotError):
    """Sign in, or send a valid token."""

    code, status = "UNAUTHENTICATED", 401


class Forbidden(SpotError):
    """You may not do this."""

    code, status = "FORBIDDEN", 403


class NotFound(SpotError):
    """There is no such thing, or it is not yours."""

    code, status = "NOT_FOUND", 404


class Conflict(SpotError):
    """This cannot be done in the present state."""

    code, status = "CONFLICT", 409


class Stale(Conflict):
    """Someone else moved first; read again and decide again."""

    code = "STALE"


class StaleEpoch(Stale):
    """Another instance has become PRIMARY meanwhile."""

    code = "STALE_EPOCH"


class NotPromotable(Conflict):
    """This instance cannot become PRIMARY."""

    code = "NOT_PROMOTABLE"


class ModeConflict(Conflict):
    """Auto-switch and manual replica cannot both be on."""

    code = "MODE_CONFLICT"


class PoolFlagged(Conflict):
    """This pool had a notice lately; choose another one."""

    code = "POOL_FLAGGED"


class AlreadyIssued(Conflict):
    """The secret of this request was shown once and is not stored."""

    code = "ALREADY_ISSUED"


class Busy(Conflict):
    """Somebody is at it right now; try again in a second."""

    code, retry_after = "BUSY", 1


class RequestInProgress(Busy):
    """The first request with this X-Request-ID is still running."""

    code = "REQUEST_IN_PROGRESS"


class RateLimited(SpotError):
    """Too many requests."""

    code, status, retry_after = "RATE_LIMITED", 429, 60


class Unavailable(SpotError):
    """The database cannot be reached; nothing was changed that was not acknowledged."""

    code, status, retry_after = "UNAVAILABLE", 503, 1


class LostRace(SpotError):
    """The database chose another transaction; this one starts over."""

    code, status, retry_after = "BUSY", 409, 1


class Duplicate(SpotError):
    """A row with this key exists already."""

    code, status = "CONFLICT", 409

    def __init__(self, key: str):
        super().__init__()
        self.key = key


class Refused(SpotError):
    """The database refuses what must never be true."""

    code, status = "CONFLICT", 409


class Deposed(SpotError):
    """Another process holds the lease now; this one stops."""

    code, status = "DEPOSED", 409


class AutoSwitchDisabled(Forbidden):
    """Auto-switch is off for this workload; a forced switch still works."""

    code = "AUTO_SWITCH_DISABLED"


class BudgetSpent(Conflict):
    """Planned switches pause: 80 % of this month's downtime budget is used."""

    code = "BUDGET_SPENT"


class SwitchRefused(Conflict):
    """This switch makes no sense now."""

    code = "SWITCH_REFUSED"


class PlanNotOpen(Conflict):
    """This plan waits for no decision."""

    code = "PLAN_NOT_OPEN"


class PlanExpired(Conflict):
    """This plan is too old; the next one is made from present prices."""

    code = "PLAN_EXPIRED"


class PlanDrifted(Conflict):
    """The state this plan was made for is no more."""

    code = "PLAN_DRIFTED"
