"""One simulated machine."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

ALIVE = ("pending", "running")


@dataclass
class SimInstance:
    """Times are epoch seconds of the simulator's clock; ``tags`` and ``imds`` are plain dicts."""

    instance_id: str
    account_id: str
    region: str
    az: str
    az_id: str
    instance_type: str
    image_id: str
    lifecycle: str
    client_token: str
    launched_at: float
    visible_at: float
    boots_at: float
    user_data: str = ""
    key_name: str | None = None
    security_group_ids: list[str] = field(default_factory=list)
    profile_arn: str | None = None
    spot_request_id: str | None = None
    state: str = "pending"
    state_reason: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    booted_at: float | None = None
    ends_at: float | None = None
    terminated_at: float | None = None
    port: int | None = None
    notice: dict[str, Any] | None = None
    rebalance: dict[str, Any] | None = None
    stops_at: float | None = None
    imds: dict[str, Any] = field(default_factory=dict)

    @property
    def endpoint(self) -> str | None:
        return self.port and f"http://127.0.0.1:{self.port}"

    def shown(self, pid: int | None) -> dict:
        """For the levers' list."""
        row = asdict(self)
        for hidden in ("user_data", "imds", "security_group_ids", "visible_at", "boots_at", "ends_at", "stops_at"):
            row.pop(hidden)
        return {**row, "endpoint": self.endpoint, "pid": pid}


def iso(at: float) -> str:
    """An epoch time as the metadata service writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
