"""The events that EC2, CloudTrail and AWS Health send, in the shapes that EventBridge delivers.

Sources: the EC2 User Guide (Spot interruption notices, rebalance recommendations, BidEvictedEvent), the AWS
Health event schema, the EC2 Auto Scaling User Guide.
"""

import uuid
from datetime import UTC, datetime

from core.cloud.simulator.instance import SimInstance, iso


def _envelope(source: str, detail_type: str, account: str, region: str, at: float, resources: list[str], detail: dict) -> dict:
    return {
        "version": "0", "id": str(uuid.uuid4()), "detail-type": detail_type, "source": source, "account": account,
        "time": iso(at), "region": region, "resources": resources, "detail": detail,
    }  # fmt: skip


def _of_spot(i: SimInstance, at: float, detail_type: str, **detail: str) -> dict:
    """Spot's own events name the AZ where an ARN has its region, and no account."""
    arn = f"arn:aws:ec2:{i.az}:instance/{i.instance_id}"
    return _envelope("aws.ec2", detail_type, i.account_id, i.region, at, [arn], {"instance-id": i.instance_id, **detail})


def interruption_warning(i: SimInstance, action: str, at: float) -> dict:
    return _of_spot(i, at, "EC2 Spot Instance Interruption Warning", **{"instance-action": action})


def rebalance_recommendation(i: SimInstance, at: float) -> dict:
    return _of_spot(i, at, "EC2 Instance Rebalance Recommendation")


def state_change(i: SimInstance, at: float) -> dict:
    arn = f"arn:aws:ec2:{i.region}:{i.account_id}:instance/{i.instance_id}"
    detail = {"instance-id": i.instance_id, "state": i.state}
    return _envelope("aws.ec2", "EC2 Instance State-change Notification", i.account_id, i.region, at, [arn], detail)


def bid_evicted(i: SimInstance, at: float) -> dict:
    detail = {
        "eventVersion": "1.10", "eventTime": iso(at), "eventSource": "ec2.amazonaws.com", "eventName": "BidEvictedEvent",
        "awsRegion": i.region, "eventType": "AwsServiceEvent", "eventID": str(uuid.uuid4()), "recipientAccountId": i.account_id,
        "userIdentity": {"accountId": i.account_id, "invokedBy": "ec2.amazonaws.com"},
        "serviceEventDetails": {"instanceIdSet": [i.instance_id]},
    }  # fmt: skip
    return _envelope("aws.ec2", "AWS Service Event via CloudTrail", i.account_id, i.region, at, [], detail)


def health(instances: list[SimInstance], at: float, not_before: float, *, arn: str, status: str = "upcoming", communication: str = "",
           page: int = 1, pages: int = 1, region: str | None = None) -> dict:  # fmt: skip
    """A scheduled change of these machines; ``region`` is where this copy is delivered."""
    first, ids = instances[0], [i.instance_id for i in instances]
    detail = {
        "eventArn": arn, "service": "EC2", "eventTypeCode": "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
        "eventTypeCategory": "scheduledChange", "eventScopeCode": "ACCOUNT_SPECIFIC", "eventRegion": first.region,
        "communicationId": communication or uuid.uuid4().hex, "statusCode": status, "startTime": _rfc1123(not_before),
        "endTime": _rfc1123(not_before + 7200), "lastUpdatedTime": _rfc1123(at), "page": str(page), "totalPages": str(pages),
        "affectedAccount": first.account_id, "eventDescription": [{"language": "en_US", "latestDescription": "simulated"}],
        "affectedEntities": [{"entityValue": one, "status": "PENDING", "tags": {}} for one in ids],
    }  # fmt: skip
    return _envelope("aws.health", "AWS Health Event", first.account_id, region or first.region, at, ids, detail)


def lifecycle_action(i: SimInstance, at: float, token: str, group: str, hook: str, transition: str, metadata: str = "") -> dict:
    """Auto Scaling wants to end a machine, or has launched one, and waits for the hook's answer."""
    way = ("AutoScalingGroup", "EC2") if transition.endswith("TERMINATING") else ("EC2", "AutoScalingGroup")
    detail = {
        "LifecycleActionToken": token, "AutoScalingGroupName": group, "LifecycleHookName": hook, "EC2InstanceId": i.instance_id,
        "LifecycleTransition": transition, "NotificationMetadata": metadata or "{}", "Origin": way[0], "Destination": way[1],
    }  # fmt: skip
    word = "terminate" if transition.endswith("TERMINATING") else "launch"
    return _of_scaling(i, at, group, f"EC2 Instance-{word} Lifecycle Action", detail)


def scaling_activity(i: SimInstance, at: float, group: str, detail_type: str) -> dict:
    """A group has launched a machine, or ended one."""
    return _of_scaling(i, at, group, detail_type, {"EC2InstanceId": i.instance_id, "AutoScalingGroupName": group, "StatusCode": "InProgress"})


def _of_scaling(i: SimInstance, at: float, group: str, detail_type: str, detail: dict) -> dict:
    arn = f"arn:aws:autoscaling:{i.region}:{i.account_id}:autoScalingGroup:{uuid.uuid4()}:autoScalingGroupName/{group}"
    return _envelope("aws.autoscaling", detail_type, i.account_id, i.region, at, [arn], detail)


def _rfc1123(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
