"""One simulated Auto Scaling group and its members."""

from dataclasses import dataclass, field
from typing import Any

STAYING = ("Pending", "Pending:Wait", "InService")  # what a group counts towards its desired capacity
LEAVING = ("Terminating", "Terminating:Wait")
TAG = "aws:autoscaling:groupName"
KEPT_ACTIVITIES = 200


@dataclass
class Member:
    """``state`` as LifecycleState names it; ``replaces`` is the member at risk that this one was launched for."""

    instance_id: str
    state: str = "Pending"
    health: str = "Healthy"
    protected: bool = False
    replaces: str | None = None


@dataclass
class SimGroup:
    """``template`` is LaunchTemplate or MixedInstancesPolicy as it was given; times are epoch seconds."""

    name: str
    account_id: str
    region: str
    minimum: int
    maximum: int
    desired: int
    zones: list[str]
    created_at: float
    launch_template: dict[str, Any] | None = None
    mixed: dict[str, Any] | None = None
    capacity_rebalance: bool = False
    protect_new: bool = False
    tags: list[dict[str, Any]] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)
    hooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    suspended: list[str] = field(default_factory=list)
    activities: list[dict[str, Any]] = field(default_factory=list)
    looked_at: float = 0.0

    @property
    def key(self) -> str:
        return key_of(self.account_id, self.region, self.name)

    @property
    def arn(self) -> str:
        return f"arn:aws:autoscaling:{self.region}:{self.account_id}:autoScalingGroup:0:autoScalingGroupName/{self.name}"

    def counted(self) -> list[Member]:
        """Who fills a place: on the way in or in service, without those launched for a member that is still there."""
        there = [member for member in self.members.values() if member.state in STAYING]
        ids = {member.instance_id for member in there}
        return [member for member in there if member.replaces not in ids]

    def sizes(self) -> str:
        """As AWS words them in a refusal."""
        return f"AutoScalingGroup {self.name} has min-size={self.minimum}, max-size={self.maximum}, and desired-size={self.desired}."

    def note(self, activity_id: str, at: float, description: str, cause: str, status: str = "Successful") -> dict[str, Any]:
        """An activity of the group, newest last."""
        row = {"id": activity_id, "at": at, "description": description, "cause": cause, "status": status}
        self.activities = [*self.activities[-KEPT_ACTIVITIES:], row]
        return row


def key_of(account: str, region: str, name: str) -> str:
    return f"{account}:{region}:{name}"


def read_group(row: dict[str, Any]) -> SimGroup:
    """From the saved state."""
    members = {name: Member(**member) for name, member in row["members"].items()}
    return SimGroup(**{**row, "members": members})
