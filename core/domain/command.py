"""An order to a host."""

from dataclasses import dataclass
from datetime import datetime

from core.domain.row import FromRow

KINDS = ("restart_workload", "refresh_config", "cleanup")


@dataclass(frozen=True)
class Command(FromRow):
    """Delivered at least once, executed at most once, refused below the host's epoch."""

    id: int
    uuid: str
    agent_id: int
    instance_id: int
    kind: str
    epoch: int
    payload: str
    status: str
    priority: int
    expires_at: datetime
