"""The shapes in which Auto Scaling tells of groups, members, hooks and activities."""

from typing import Any

from core.cloud.simulator.catalogue import ZONES
from core.cloud.simulator.instance import stamp
from core.cloud.simulator.launches import subnet_of
from core.cloud.simulator.scaling.group import Member, SimGroup
from core.cloud.simulator.world import World


def group_row(world: World, group: SimGroup) -> dict[str, Any]:
    row = {
        "AutoScalingGroupName": group.name, "AutoScalingGroupARN": group.arn, "MinSize": group.minimum, "MaxSize": group.maximum,
        "DesiredCapacity": group.desired, "DefaultCooldown": 300, "AvailabilityZones": group.zones,
        "AvailabilityZoneIds": [ZONES[zone] for zone in group.zones], "LoadBalancerNames": [], "TargetGroupARNs": [],
        "HealthCheckType": "EC2", "HealthCheckGracePeriod": 0, "CreatedTime": stamp(group.created_at),
        "VPCZoneIdentifier": ",".join(subnet_of(zone) for zone in group.zones), "TerminationPolicies": ["Default"],
        "NewInstancesProtectedFromScaleIn": group.protect_new, "CapacityRebalance": group.capacity_rebalance,
        "Instances": [member_row(world, member) for member in group.members.values() if member.instance_id in world.instances],
        "SuspendedProcesses": [{"ProcessName": name, "SuspensionReason": "User suspended"} for name in group.suspended],
        "Tags": [{**tag, "ResourceId": group.name, "ResourceType": "auto-scaling-group"} for tag in group.tags],
    }  # fmt: skip
    recipe = {"LaunchTemplate": group.launch_template} if group.launch_template else {"MixedInstancesPolicy": group.mixed}
    return row | recipe


def member_row(world: World, member: Member) -> dict[str, Any]:
    instance = world.instances[member.instance_id]
    return {
        "InstanceId": instance.instance_id, "InstanceType": instance.instance_type, "AvailabilityZone": instance.az,
        "AvailabilityZoneId": instance.az_id, "LifecycleState": member.state, "ProtectedFromScaleIn": member.protected,
        "HealthStatus": member.health,
    }  # fmt: skip


def activity_row(group: SimGroup, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "ActivityId": row["id"], "AutoScalingGroupName": group.name, "Description": row["description"], "Cause": row["cause"],
        "StartTime": stamp(row["at"]), "EndTime": stamp(row["at"]), "StatusCode": row["status"], "Progress": 100, "Details": "{}",
    }  # fmt: skip


def hook_row(group: SimGroup, name: str, hook: dict[str, Any]) -> dict[str, Any]:
    return {
        "LifecycleHookName": name, "AutoScalingGroupName": group.name, "LifecycleTransition": hook["transition"],
        "HeartbeatTimeout": int(hook["seconds"]), "GlobalTimeout": int(min(172800, 100 * hook["seconds"])),
        "DefaultResult": hook["default"], "NotificationMetadata": hook["metadata"],
    }  # fmt: skip
