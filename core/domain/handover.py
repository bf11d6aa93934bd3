"""Who may run the workload now, and how often a host should ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.lifecycle import Role
from core.domain.row import FromRow

OUT_OF_CONTACT = timedelta(seconds=10)
PEACE, ALERT, HANDOVER = 5.0, 1.0, 0.2
ENDED = frozenset({"terminated", "stopped", "lost"})


@dataclass(frozen=True)
class Predecessor(FromRow):
    """A former PRIMARY as it was last heard of."""

    ec2_instance_id: str
    status: str
    serving: int | None
    contact_at: datetime | None

    def may_still_serve(self, now: datetime, listening_since: datetime | None = None) -> bool:
        """Whether its workload may be running: it said so, is not proven gone and was heard lately.

        Before ``listening_since`` nobody could be heard, so its silence counts from then on.
        """
        heard = [at for at in (self.contact_at, listening_since) if at is not None]
        in_contact = self.contact_at is not None and now - max(heard) <= OUT_OF_CONTACT
        return bool(self.serving) and self.status not in ENDED and in_contact


@dataclass(frozen=True)
class Orders:
    """What every reply to an agent says about its host (docs/AGENTS.md)."""

    epoch: int
    role: str
    serve: bool
    poll_seconds: float


def orders(role: str, epoch: int, predecessors: list[Predecessor], notice_live: bool, now: datetime,
           listening_since: datetime | None = None) -> Orders:  # fmt: skip
    """Only a PRIMARY serves, and only once no predecessor may: two workloads never overlap (MET-44)."""
    released = not any(former.may_still_serve(now, listening_since) for former in predecessors)
    serve = role == Role.PRIMARY and released
    if role == Role.PRIMARY and not released:
        return Orders(epoch, role, False, HANDOVER)
    alert = notice_live or role in (Role.REPLICA, Role.ZOMBIE)
    return Orders(epoch, role, serve, ALERT if alert else PEACE)
