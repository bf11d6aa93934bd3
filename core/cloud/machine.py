"""What EC2 says of an instance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

OURS = "SpotOptimizer"


@dataclass(frozen=True)
class Machine:
    """One instance of a Describe or Run answer; ``reason`` is StateReason's code."""

    ec2_id: str
    state: str
    az: str
    lifecycle: str
    instance_type: str
    launched_at: datetime
    reason: str | None
    tags: Mapping[str, str]
    launch_spec: Mapping[str, Any] = field(default_factory=dict)
    az_id: str = ""
    client_token: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it bears our tag: only then do we end it (INV-32)."""
        return self.tags.get("ManagedBy", "").lower() == OURS.lower()

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> "Machine":
        """From a member of ``Instances`` as boto3 gives it."""
        return cls(
            ec2_id=row["InstanceId"],
            state=row["State"]["Name"],
            az=row.get("Placement", {}).get("AvailabilityZone", ""),
            lifecycle=row.get("InstanceLifecycle", "on-demand"),
            instance_type=row["InstanceType"],
            launched_at=row["LaunchTime"],
            reason=row.get("StateReason", {}).get("Code"),
            tags={tag["Key"]: tag["Value"] for tag in row.get("Tags", [])},
            launch_spec=_launch_spec(row),
            az_id=row.get("Placement", {}).get("AvailabilityZoneId", ""),
            client_token=row.get("ClientToken", ""),
        )


def _launch_spec(row: Mapping[str, Any]) -> dict:
    """What a twin of the instance needs."""
    return {
        "image_id": row.get("ImageId"),
        "security_group_ids": [group["GroupId"] for group in row.get("SecurityGroups", [])],
        "iam_instance_profile": row.get("IamInstanceProfile", {}).get("Arn"),
        "key_name": row.get("KeyName"),
    }
