"""How each kind of intent becomes a call, with the IAM permissions it needs beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.cloud.aws import GROUP_TAG, OURS, Ec2, Refusal
from core.cloud.errors import Answer
from core.cloud.group_actions import HOOK_IS_OVER, act_on_group, end_member
from core.cloud.machine import Machine
from core.cloud.outcome import Outcome

REFUSED = frozenset({Answer.NO_CAPACITY, Answer.WRONG_PLACE, Answer.QUOTA})
ENDED = frozenset({"shutting-down", "terminated"})


@dataclass(frozen=True)
class Launch:
    """All that a RunInstances request is made of; the same values make the same bytes."""

    params: Mapping[str, Any]
    token: str
    tags: Mapping[str, str]
    user_data: str
    uncertain: bool = False  # an earlier call with this token may have made the machine


def launch(ec2: Ec2, order: Launch) -> Outcome:
    """Run one instance under the intent's own token; a replay that finds it ended asks for the next attempt."""
    try:
        machine = ec2.run(order.params["region"], run_request(order))
    except Refusal as refusal:
        if refusal.answer is Answer.TOKEN_REUSED or (order.uncertain and refusal.answer in REFUSED):
            return _adopted(ec2.by_token(order.params["region"], order.token), refusal)
        return Outcome(refusal.answer, error=str(refusal))
    return _launched(machine)


def terminate(ec2: Ec2, params: Mapping[str, Any]) -> Outcome:
    """End an instance that bears our tag, and no other (INV-32); a member of an Auto Scaling group through its group."""
    region, ec2_id = params["region"], params["ec2_instance_id"]
    machine = ec2.describe(region, [ec2_id]).get(ec2_id)
    if machine is None or machine.state in ENDED:
        return Outcome(Answer.DONE, ec2_id)
    if not machine.is_ours:
        return Outcome(Answer.INVALID, ec2_id, error=f"{ec2_id} is not tagged ManagedBy={OURS}")
    through_group = end_member(ec2, params, machine.tags[GROUP_TAG]) if GROUP_TAG in machine.tags else None
    if through_group:
        return through_group
    try:
        ec2.terminate(region, ec2_id)
    except Refusal as refusal:
        answer = Answer.DONE if refusal.answer is Answer.GONE else refusal.answer
        return Outcome(answer, ec2_id, error=str(refusal))
    return Outcome(Answer.DONE, ec2_id)


def lifecycle(ec2: Ec2, params: Mapping[str, Any]) -> Outcome:
    """Answer an Auto Scaling hook, or ask it for more time. A hook that is over needs neither."""
    named = {
        "AutoScalingGroupName": params["group"], "LifecycleHookName": params["hook"], "LifecycleActionToken": params["token"],
        "InstanceId": params["ec2_instance_id"],
    }  # fmt: skip
    try:
        ec2.answer_hook(params["region"], params["verb"], named)
    except Refusal as refusal:
        over = refusal.code == HOOK_IS_OVER
        return Outcome(Answer.DONE if over else refusal.answer, params["ec2_instance_id"], error=str(refusal))
    return Outcome(Answer.DONE, params["ec2_instance_id"])


@dataclass(frozen=True)
class Kind:
    """One kind of act on AWS and the permissions it needs."""

    act: Callable
    permissions: tuple[str, ...]


KINDS = {
    "launch": Kind(launch, ("ec2:RunInstances", "ec2:CreateTags", "ec2:DescribeInstances", "iam:PassRole")),
    "terminate": Kind(terminate, (
        "ec2:TerminateInstances", "ec2:DescribeInstances", "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
    )),
    "lifecycle": Kind(lifecycle, ("autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat")),
    "asg": Kind(act_on_group, (
        "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScalingActivities", "autoscaling:AttachInstances",
        "autoscaling:DetachInstances", "autoscaling:SetInstanceProtection", "autoscaling:TerminateInstanceInAutoScalingGroup",
        "autoscaling:UpdateAutoScalingGroup", "autoscaling:DescribeLifecycleHooks", "autoscaling:CompleteLifecycleAction",
    )),
}  # fmt: skip


def run_request(order: Launch) -> dict[str, Any]:
    """The RunInstances request; optional members appear only where the order names them."""
    p = order.params
    tags = [{"Key": key, "Value": value} for key, value in sorted(order.tags.items())]
    request: dict[str, Any] = {
        "ImageId": p["image_id"],
        "InstanceType": p["instance_type"],
        "MinCount": 1,
        "MaxCount": 1,
        "ClientToken": order.token,
        "Placement": {"AvailabilityZoneId": p["az_id"]},
        "UserData": order.user_data,
        "TagSpecifications": [{"ResourceType": "instance", "Tags": tags}],
    }
    if p["lifecycle"] == "spot":
        request["InstanceMarketOptions"] = {"MarketType": "spot", "SpotOptions": {"SpotInstanceType": "one-time"}}
    if p.get("security_group_ids"):
        request["SecurityGroupIds"] = p["security_group_ids"]
    if p.get("iam_instance_profile"):
        request["IamInstanceProfile"] = {"Arn": p["iam_instance_profile"]}
    if p.get("key_name"):
        request["KeyName"] = p["key_name"]
    return request


def _launched(machine: Machine) -> Outcome:
    if machine.state in ENDED:
        return Outcome(Answer.DEAD_REPLAY, error=f"the token answered {machine.ec2_id}, which is {machine.state}")
    return Outcome(Answer.DONE, machine.ec2_id, machine.az)


def _adopted(machine: Machine | None, refusal: Refusal) -> Outcome:
    """What the token made before it was refused; without a machine the refusal stands."""
    answer = Answer.INVALID if refusal.answer is Answer.TOKEN_REUSED else refusal.answer
    return _launched(machine) if machine else Outcome(answer, error=str(refusal))
