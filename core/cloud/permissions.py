"""All that our role may do in an account: the acts' own permissions and what is only read, as one IAM policy.

What changes or ends anything is bound to the tag ManagedBy=SpotOptimizer, on machines and on Auto Scaling groups alike.
"""

from core.cloud.actions import KINDS
from core.cloud.aws import OURS

READS = (
    "ec2:DescribeInstances", "ec2:DescribeAvailabilityZones", "ec2:DescribeInstanceTypes", "ec2:DescribeInstanceTypeOfferings",
    "ec2:DescribeSpotPriceHistory", "ec2:GetSpotPlacementScores", "pricing:GetProducts", "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeScalingActivities", "autoscaling:DescribeLifecycleHooks",
)  # fmt: skip
QUEUE = ("sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")
HOOKS = ("autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat")
OF_GROUPS = tuple(
    f"autoscaling:{name}" for name in
    ("AttachInstances", "DetachInstances", "SetInstanceProtection", "TerminateInstanceInAutoScalingGroup", "UpdateAutoScalingGroup")
)  # fmt: skip
MADE = ("image", "key-pair", "launch-template", "network-interface", "security-group", "snapshot", "subnet", "volume")
TAGGED = {"StringEqualsIgnoreCase": {"aws:ResourceTag/ManagedBy": OURS}}


def acts() -> set[str]:
    """Every permission that some act names."""
    return {one for kind in KINDS.values() for one in kind.permissions}


def policy() -> dict:
    """As IAM takes it."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("Read", READS),
            _allow("LaunchWhatBearsOurTag", ["ec2:RunInstances"], "arn:aws:ec2:*:*:instance/*", {"StringEquals": {"aws:RequestTag/ManagedBy": OURS}}),
            _allow("LaunchOfThese", ["ec2:RunInstances"], [f"arn:aws:ec2:*:*:{kind}/*" for kind in MADE]),
            _allow("TagAtLaunch", ["ec2:CreateTags"], "arn:aws:ec2:*:*:*/*", {"StringEquals": {"ec2:CreateAction": "RunInstances"}}),
            _allow("EndWhatBearsOurTag", ["ec2:TerminateInstances"], "arn:aws:ec2:*:*:instance/*", TAGGED),
            _allow("GiveHostsTheirRole", ["iam:PassRole"], "*", {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
            _allow("ExchangeMembersOfTaggedGroups", OF_GROUPS, "arn:aws:autoscaling:*:*:autoScalingGroup:*", TAGGED),
            _allow("AnswerHooks", HOOKS, "arn:aws:autoscaling:*:*:autoScalingGroup:*"),
            _allow("HearEvents", QUEUE, "arn:aws:sqs:*:*:spotopt-events"),
        ],
    }


def _allow(name: str, actions, resource="*", condition: dict | None = None) -> dict:
    statement = {"Sid": name, "Effect": "Allow", "Action": list(actions), "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})
