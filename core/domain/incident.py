"""What we do about a notice, from the first sighting to the proven end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.row import FromRow

CLOSE_AFTER_DEADLINE = timedelta(minutes=10)
EXPIRES_AFTER = timedelta(hours=6)


@dataclass(frozen=True)
class Incident(FromRow):
    """One per instance while open, whatever kinds and channels report it."""

    id: int
    uuid: str
    client_id: int
    agent_id: int
    instance_id: int
    successor_id: int | None
    aws_account: str
    ec2_instance_id: str
    cause: str
    notice_rank: int
    deadline_at: datetime | None
    sentence: str
    opened_at: datetime
    promoted_at: datetime | None
    gone_at: datetime | None
    serving_at: datetime | None
    end_proven_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    verified_by: str | None
    downtime_seconds: float | None
    downtime_method: str | None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


def may_close(incident: Incident, now: datetime) -> bool:
    """Whether the proven end, and ten minutes past a deadline, are behind us (NT8)."""
    if incident.end_proven_at is None:
        return False
    return incident.deadline_at is None or incident.deadline_at + CLOSE_AFTER_DEADLINE <= now


def has_expired(incident: Incident, now: datetime, after: timedelta = EXPIRES_AFTER) -> bool:
    """Whether a warning came to nothing for so long: the primary lives and nothing was promoted."""
    quiet = incident.promoted_at is None and incident.gone_at is None
    return quiet and incident.opened_at + after <= now


def is_late_copy(closed: Incident, deadline: datetime | None, subject_ended: bool) -> bool:
    """Whether a notice belongs to an incident that is already closed (NT9)."""
    if subject_ended:
        return True
    return deadline is not None and closed.closed_at is not None and deadline <= closed.closed_at


def outcome_of(incident: Incident) -> str:
    """How an incident with a proven end is remembered."""
    return "promoted" if incident.promoted_at else "evicted"
