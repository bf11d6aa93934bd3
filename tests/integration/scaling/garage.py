"""An Auto Scaling group in the simulated AWS, made and asked through boto3 as its owner would."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import boto3
from botocore.exceptions import ClientError

from core.cloud.simulator.catalogue import IMAGE, REGION
from tests.simulator import ACCOUNT, Simulator

T = TypeVar("T")
ZONES = ["us-east-1a", "us-east-1b"]
SPOT = {"MarketType": "spot"}
OURS = [{"Key": "ManagedBy", "Value": "SpotOptimizer", "PropagateAtLaunch": True}]


class Garage:
    """One group, by its own API."""

    def __init__(self, levers: Any, ec2: Any, api: Any, name: str, account: str = ACCOUNT):
        self.levers, self.ec2, self.api, self.name, self.account = levers, ec2, api, name, account

    def build(self, minimum: int, desired: int, maximum: int, *, template: dict | None = None, zones: list[str] | None = None, **more: Any) -> "Garage":
        """A launch template and the group that launches from it; waits until it is full."""
        data = {"ImageId": IMAGE, "InstanceType": "m5.large", "InstanceMarketOptions": SPOT, **(template or {})}
        self.ec2.create_launch_template(LaunchTemplateName=self.name, LaunchTemplateData=data)
        more.setdefault("Tags", OURS)
        recipe = {} if "MixedInstancesPolicy" in more else {"LaunchTemplate": {"LaunchTemplateName": self.name, "Version": "$Latest"}}
        self.api.create_auto_scaling_group(
            AutoScalingGroupName=self.name, MinSize=minimum, MaxSize=maximum, DesiredCapacity=desired, AvailabilityZones=zones or ZONES,
            **recipe, **more,
        )  # fmt: skip
        until("the group is full", lambda: len(self.serving()) == desired)
        return self

    def told(self) -> dict:
        """What DescribeAutoScalingGroups says of it."""
        return self.api.describe_auto_scaling_groups(AutoScalingGroupNames=[self.name])["AutoScalingGroups"][0]

    def states(self) -> dict[str, str]:
        return {row["InstanceId"]: row["LifecycleState"] for row in self.told()["Instances"]}

    def serving(self) -> list[str]:
        return [ec2_id for ec2_id, state in self.states().items() if state == "InService"]

    def sizes(self) -> tuple[int, int, int]:
        told = self.told()
        return told["MinSize"], told["DesiredCapacity"], told["MaxSize"]

    def hook(self, name: str = "spotopt-drain", transition: str = "autoscaling:EC2_INSTANCE_TERMINATING", seconds: int = 3600) -> None:
        self.api.put_lifecycle_hook(
            LifecycleHookName=name, AutoScalingGroupName=self.name, LifecycleTransition=transition, HeartbeatTimeout=seconds, DefaultResult="CONTINUE"
        )

    def machine(self, zone: str = "us-east-1a") -> str:
        """A machine that stands beside the group, running."""
        made = self.ec2.run_instances(
            ImageId=IMAGE, InstanceType="m5.large", MinCount=1, MaxCount=1, InstanceMarketOptions=SPOT, Placement={"AvailabilityZone": zone}
        )["Instances"][0]["InstanceId"]  # fmt: skip
        until("it runs", lambda: self.levers.instance(made)["state"] == "running")
        return made

    def alive(self) -> set[str]:
        """What runs in the account, member or not."""
        rows = self.levers.instances(account_id=self.account)
        return {row["instance_id"] for row in rows if row["state"] in ("pending", "running")}

    def tags(self, ec2_id: str) -> dict[str, str]:
        return self.levers.instance(ec2_id)["tags"]

    def refused(self, operation: str, **request: Any) -> str:
        """The words of a refusal."""
        try:
            getattr(self.api, operation)(**request)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ValidationError"
            return error.response["Error"]["Message"]
        raise AssertionError(f"{operation} was not refused")


def opened(simulator: Simulator, name: str = "web-spot") -> Iterator[Garage]:
    """A group whose simulator looks at it often."""
    simulator.settings(asg_seconds=0.1, boot_seconds=0.1)
    yield Garage(simulator, simulator.ec2(), simulator.autoscaling(), name)
    simulator.settings(asg_seconds=1.0, boot_seconds=0.2)


def client(url: str, account: str, service: str) -> Any:
    """boto3 as the owner of an account has it."""
    return boto3.client(service, region_name=REGION, endpoint_url=url, aws_access_key_id=f"AKIA{account}", aws_secret_access_key="simulated")


def until(what: str, condition: Callable[[], T], seconds: float = 20.0, every: float = 0.1) -> T:
    """The first true answer, or AssertionError naming ``what``."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(every)
