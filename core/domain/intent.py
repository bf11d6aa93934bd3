"""A recorded wish towards AWS, and the token that makes its repetition harmless."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from core.domain.row import FromRow

EMERGENCY, ORDINARY = 0, 5


@dataclass(frozen=True)
class Intent(FromRow):
    """One row of ``actions``. ``params`` is frozen JSON; it changes only together with attempt and token."""

    id: int
    uuid: str
    client_id: int
    account_id: int
    agent_id: int | None
    instance_id: int | None
    incident_id: int | None
    kind: str
    dedupe_key: str
    params: str
    priority: int
    deadline_at: datetime | None
    state: str
    attempt: int
    tries: int
    throttled: int
    client_token: str
    fence: int
    ec2_id: str | None
    why: str
    created_at: datetime

    @property
    def unanswered(self) -> int:
        """How many calls before the present one may have had an effect that nobody knows of."""
        return self.tries - self.attempt - self.throttled


def client_token(install: str, client_id: int, dedupe_key: str, attempt: int) -> str:
    """64 hex characters, the same for every try of one attempt (EC2 takes at most 64 ASCII characters)."""
    return sha256(f"spotopt:{install}:{client_id}:{dedupe_key}:{attempt}".encode()).hexdigest()
