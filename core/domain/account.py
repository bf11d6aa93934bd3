"""An AWS account that a client has linked."""

from dataclasses import dataclass

from core.domain.row import FromRow


@dataclass(frozen=True)
class Account(FromRow):
    """``regions`` is a JSON list; ``role_arn`` and ``external_id`` open it on real AWS."""

    id: int
    uuid: str
    client_id: int
    aws_account_id: str
    name: str
    status: str
    role_arn: str | None
    external_id: str | None
    regions: str
    health: str
