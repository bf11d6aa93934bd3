"""The Auto Scaling API on groups: made, changed, described. Its words of refusal are AWS's own where they are known.

Sources: the Amazon EC2 Auto Scaling API Reference; LeanerCloud/AutoSpotting#407 and #428 (the sizes in a refusal).
"""

from collections.abc import Callable
from typing import Any

from core.cloud.simulator.catalogue import ZONES
from core.cloud.simulator.describes import paged
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.launches import subnet_of
from core.cloud.simulator.scaling import rows
from core.cloud.simulator.scaling.group import SimGroup, key_of
from core.cloud.simulator.scaling.hooks import HOOK_CALLS
from core.cloud.simulator.scaling.membership import MEMBERSHIP, find
from core.cloud.simulator.world import World


def _create(world: World, account: str, region: str, params: dict) -> dict:
    name = params["AutoScalingGroupName"]
    if key_of(account, region, name) in world.groups:
        raise AwsError("AlreadyExists", f"AutoScalingGroup by this name already exists - A group with the name {name} already exists")
    if not (params.get("LaunchTemplate") or params.get("MixedInstancesPolicy")):
        raise AwsError("ValidationError", "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
    minimum, maximum = int(params["MinSize"]), int(params["MaxSize"])
    desired = int(params.get("DesiredCapacity", minimum))
    _check_sizes(minimum, maximum, desired)
    group = SimGroup(
        name, account, region, minimum, maximum, desired, _zones(params), world.now(), launch_template=params.get("LaunchTemplate"),
        mixed=params.get("MixedInstancesPolicy"), capacity_rebalance=bool(params.get("CapacityRebalance")),
        protect_new=bool(params.get("NewInstancesProtectedFromScaleIn")), tags=_tags(params),
    )  # fmt: skip
    world.groups[group.key] = group
    for spec in params.get("LifecycleHookSpecificationList", []):
        _put_hook(world, account, region, {**spec, "AutoScalingGroupName": name})
    world.changed()
    return {}


def _check_sizes(minimum: int, maximum: int, desired: int) -> None:
    if minimum > maximum:
        raise AwsError("ValidationError", "Max bound must be greater than or equal to min bound")
    if not minimum <= desired <= maximum:
        raise AwsError("ValidationError", f"Desired capacity:{desired} must be between the specified min size:{minimum} and max size:{maximum}")


def _zones(params: dict) -> list[str]:
    subnets = [one.strip() for one in params.get("VPCZoneIdentifier", "").split(",") if one.strip()]
    zones = params.get("AvailabilityZones") or [zone for zone in ZONES if subnet_of(zone) in subnets]
    if not zones or not set(zones) <= set(ZONES):
        raise AwsError("ValidationError", "At least one Availability Zone or VPC Subnet is required.")
    return zones


def _tags(params: dict) -> list[dict]:
    same = ("Key", "Value", "PropagateAtLaunch")
    return [{name: tag[name] for name in same if name in tag} for tag in params.get("Tags", [])]


def _update(world: World, account: str, region: str, params: dict) -> dict:
    """A new bound draws the desired capacity with it, as AWS does."""
    group = find(world, account, region, params)
    minimum, maximum = int(params.get("MinSize", group.minimum)), int(params.get("MaxSize", group.maximum))
    desired = int(params["DesiredCapacity"]) if "DesiredCapacity" in params else max(minimum, min(maximum, group.desired))
    _check_sizes(minimum, maximum, desired)
    group.minimum, group.maximum, group.desired = minimum, maximum, desired
    group.capacity_rebalance = bool(params.get("CapacityRebalance", group.capacity_rebalance))
    group.protect_new = bool(params.get("NewInstancesProtectedFromScaleIn", group.protect_new))
    if params.get("LaunchTemplate"):
        group.launch_template, group.mixed = params["LaunchTemplate"], None
    if params.get("MixedInstancesPolicy"):
        group.launch_template, group.mixed = None, params["MixedInstancesPolicy"]
    if params.get("AvailabilityZones") or params.get("VPCZoneIdentifier"):
        group.zones = _zones(params)
    world.changed()
    return {}


def _delete(world: World, account: str, region: str, params: dict) -> dict:
    group = find(world, account, region, params)
    if group.members and not params.get("ForceDelete"):
        raise AwsError("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
    for instance_id in list(group.members):
        world.end(world.instances[instance_id], "Client.UserInitiatedShutdown")
    del world.groups[group.key]
    world.changed()
    return {}


def _describe(world: World, account: str, region: str, params: dict) -> dict:
    wanted = params.get("AutoScalingGroupNames")
    found = [g for g in _mine(world, account, region) if not wanted or g.name in wanted]
    page, token = paged(found, params.get("NextToken"), params.get("MaxRecords", 50))
    return {"AutoScalingGroups": [rows.group_row(world, group) for group in page], "NextToken": token}


def _mine(world: World, account: str, region: str) -> list[SimGroup]:
    return [group for group in world.groups.values() if (group.account_id, group.region) == (account, region)]


def _describe_instances(world: World, account: str, region: str, params: dict) -> dict:
    wanted = params.get("InstanceIds")
    found = [
        {**rows.member_row(world, member), "AutoScalingGroupName": group.name}
        for group in _mine(world, account, region) for member in group.members.values()
        if (not wanted or member.instance_id in wanted) and member.instance_id in world.instances
    ]  # fmt: skip
    page, token = paged(found, params.get("NextToken"), params.get("MaxRecords", 50))
    return {"AutoScalingInstances": page, "NextToken": token}


def _describe_activities(world: World, account: str, region: str, params: dict) -> dict:
    """Newest first."""
    group = find(world, account, region, params)
    page, token = paged([rows.activity_row(group, row) for row in reversed(group.activities)], params.get("NextToken"), params.get("MaxRecords", 100))
    return {"Activities": page, "NextToken": token}


def _set_desired(world: World, account: str, region: str, params: dict) -> dict:
    group, wanted = find(world, account, region, params), int(params["DesiredCapacity"])
    if wanted > group.maximum:
        raise AwsError("ValidationError", f"New SetDesiredCapacity value {wanted} is above max value {group.maximum} for the AutoScalingGroup.")
    if wanted < group.minimum:
        raise AwsError("ValidationError", f"New SetDesiredCapacity value {wanted} is below min value {group.minimum} for the AutoScalingGroup.")
    group.desired = wanted
    world.changed()
    return {}


def _put_hook(world: World, account: str, region: str, params: dict) -> dict:
    group = find(world, account, region, params)
    group.hooks[params["LifecycleHookName"]] = {
        "transition": params["LifecycleTransition"], "seconds": float(params.get("HeartbeatTimeout", 3600)),
        "default": params.get("DefaultResult", "ABANDON"), "metadata": params.get("NotificationMetadata", ""),
    }  # fmt: skip
    world.changed()
    return {}


def _describe_hooks(world: World, account: str, region: str, params: dict) -> dict:
    group, wanted = find(world, account, region, params), params.get("LifecycleHookNames")
    return {"LifecycleHooks": [rows.hook_row(group, name, hook) for name, hook in group.hooks.items() if not wanted or name in wanted]}


def _delete_hook(world: World, account: str, region: str, params: dict) -> dict:
    find(world, account, region, params).hooks.pop(params["LifecycleHookName"], None)
    world.changed()
    return {}


def _suspend(world: World, account: str, region: str, params: dict) -> dict:
    group = find(world, account, region, params)
    group.suspended = sorted({*group.suspended, *params.get("ScalingProcesses", ["Launch", "Terminate"])})
    return {}


def _resume(world: World, account: str, region: str, params: dict) -> dict:
    group = find(world, account, region, params)
    group.suspended = [name for name in group.suspended if name not in params.get("ScalingProcesses", group.suspended)]
    return {}


def _tag_groups(world: World, account: str, region: str, params: dict) -> dict:
    for tag in params["Tags"]:
        group = find(world, account, region, {"AutoScalingGroupName": tag["ResourceId"]})
        others = [known for known in group.tags if known["Key"] != tag["Key"]]
        group.tags = [*others, *_tags({"Tags": [tag]})]
    world.changed()
    return {}


AUTO_SCALING: dict[str, Callable[[World, str, str, dict], dict[str, Any]]] = {
    "CreateAutoScalingGroup": _create,
    "UpdateAutoScalingGroup": _update,
    "DeleteAutoScalingGroup": _delete,
    "DescribeAutoScalingGroups": _describe,
    "DescribeAutoScalingInstances": _describe_instances,
    "DescribeScalingActivities": _describe_activities,
    "SetDesiredCapacity": _set_desired,
    "PutLifecycleHook": _put_hook,
    "DescribeLifecycleHooks": _describe_hooks,
    "DeleteLifecycleHook": _delete_hook,
    "SuspendProcesses": _suspend,
    "ResumeProcesses": _resume,
    "CreateOrUpdateTags": _tag_groups,
    **MEMBERSHIP,
    **HOOK_CALLS,
}
