"""The Auto Scaling API on members: attached, detached, ended, put aside, protected, declared ill."""

from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.instance import SimInstance
from core.cloud.simulator.scaling import moves, rows
from core.cloud.simulator.scaling.group import LEAVING, SimGroup, key_of
from core.cloud.simulator.world import World


def find(world: World, account: str, region: str, params: dict) -> SimGroup:
    """The group a call names."""
    name = params["AutoScalingGroupName"]
    group = world.groups.get(key_of(account, region, name))
    if group is None:
        raise AwsError("ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    return group


def _attach(world: World, account: str, region: str, params: dict) -> dict:
    """Each machine attached raises the desired capacity by one."""
    group, ids = find(world, account, region, params), params.get("InstanceIds", [])
    found = [_attachable(world, account, region, group, instance_id) for instance_id in ids]
    if group.desired + len(found) > group.maximum:
        raise AwsError("ValidationError", f"{group.sizes()} To attach {_more(found)}, please update the AutoScalingGroup sizes appropriately.")
    for instance in found:
        before = group.desired
        group.desired += 1
        moves.enter(world, group, instance, "InService")
        cause = f"an instance was attached in response to a user request, increasing the capacity from {before} to {group.desired}"
        moves.note(world, group, f"Attaching an existing EC2 instance: {instance.instance_id}", cause)
    return {}


def _attachable(world: World, account: str, region: str, group: SimGroup, instance_id: str) -> SimInstance:
    instance = world.instances.get(instance_id)
    if instance is None or (instance.account_id, instance.region) != (account, region) or instance.visible_at > world.now():
        raise AwsError("ValidationError", f"Invalid Instance ID(s): [{instance_id}] specified.")
    owner = _owner(world, instance_id)
    if owner:
        raise AwsError("ValidationError", f"Instance {instance_id} is already part of AutoScalingGroup:{owner.arn}")
    if instance.state != "running":
        raise AwsError("ValidationError", f"New members of an AutoScalingGroup must be in running state. Rejecting instance {instance_id} that is {instance.state}.")
    if instance.az not in group.zones:
        raise AwsError("ValidationError", f"The availability zone [{instance.az}] of instance {instance_id} is not part of this Auto Scaling group.")
    return instance


def _owner(world: World, instance_id: str) -> SimGroup | None:
    return next((group for group in world.groups.values() if instance_id in group.members), None)


def _more(machines: list) -> str:
    return f"{len(machines)} instance{'s' if len(machines) != 1 else ''}"


def _detach(world: World, account: str, region: str, params: dict) -> dict:
    group, ids = find(world, account, region, params), params.get("InstanceIds", [])
    found = [_movable(world, group, instance_id) for instance_id in ids]
    _decrement(group, len(found), params, f"{group.sizes()} To detach {_more(found)}, please update the AutoScalingGroup sizes appropriately.")
    return {"Activities": [rows.activity_row(group, moves.detach(world, group, instance)) for instance in found]}


def _movable(world: World, group: SimGroup, instance_id: str, states: tuple[str, ...] = ("InService", "Standby")) -> SimInstance:
    member = group.members.get(instance_id)
    if member is None:
        raise AwsError("ValidationError", f"The instance {instance_id} is not part of Auto Scaling group {group.name}.")
    if member.state not in states:
        raise AwsError("ValidationError", f"The instance {instance_id} is not in {' or '.join(states)}.")
    return world.instances[instance_id]


def _decrement(group: SimGroup, count: int, params: dict, refusal: str) -> None:
    """Lower the desired capacity where the call says so, never below the minimum."""
    if not params["ShouldDecrementDesiredCapacity"]:
        return
    if group.desired - count < group.minimum:
        raise AwsError("ValidationError", refusal)
    group.desired -= count


def _terminate(world: World, account: str, region: str, params: dict) -> dict:
    instance_id = params["InstanceId"]
    group, instance = _owner(world, instance_id), world.instances.get(instance_id)
    if group is None or instance is None or (group.account_id, group.region) != (account, region):
        raise AwsError("ValidationError", f"Instance Id not found - No managed instance found for instance ID: {instance_id}")
    if group.members[instance_id].state in LEAVING:
        raise AwsError("ScalingActivityInProgress", f"Activity is in progress for instance {instance_id}.")
    _decrement(
        group, 1, params, f"Currently, desiredSize equals minSize ({group.minimum}). Terminating instance without replacement will violate"
        " group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
    )  # fmt: skip
    return {"Activity": rows.activity_row(group, moves.begin_end(world, group, instance, "a user request"))}


def _enter_standby(world: World, account: str, region: str, params: dict) -> dict:
    group, ids = find(world, account, region, params), params.get("InstanceIds", [])
    found = [_movable(world, group, instance_id, ("InService",)) for instance_id in ids]
    _decrement(group, len(found), params, f"{group.sizes()} To move {_more(found)} to Standby, please update the AutoScalingGroup sizes appropriately.")
    return {"Activities": [_aside(world, group, instance, "Standby", "Moving EC2 instance to Standby") for instance in found]}


def _exit_standby(world: World, account: str, region: str, params: dict) -> dict:
    """Each machine that comes back raises the desired capacity by one."""
    group, ids = find(world, account, region, params), params.get("InstanceIds", [])
    found = [_movable(world, group, instance_id, ("Standby",)) for instance_id in ids]
    if group.desired + len(found) > group.maximum:
        raise AwsError("ValidationError", f"{group.sizes()} To move {_more(found)} out of Standby, please update the AutoScalingGroup sizes appropriately.")
    group.desired += len(found)
    return {"Activities": [_aside(world, group, instance, "InService", "Moving EC2 instance out of Standby") for instance in found]}


def _aside(world: World, group: SimGroup, instance: SimInstance, state: str, description: str) -> dict:
    group.members[instance.instance_id].state = state
    moves.show(world, instance, state)
    return rows.activity_row(group, moves.note(world, group, f"{description}: {instance.instance_id}", "a user request"))


def _protect(world: World, account: str, region: str, params: dict) -> dict:
    group = find(world, account, region, params)
    for instance_id in params["InstanceIds"]:
        _movable(world, group, instance_id, ("Pending", "Pending:Wait", "InService", "Standby", "Terminating", "Terminating:Wait"))
        group.members[instance_id].protected = bool(params["ProtectedFromScaleIn"])
    world.changed()
    return {}


def _set_health(world: World, account: str, region: str, params: dict) -> dict:
    group = _owner(world, params["InstanceId"])
    if group is None or group.account_id != account:
        raise AwsError("ValidationError", f"Instance Id not found - {params['InstanceId']}")
    group.members[params["InstanceId"]].health = params["HealthStatus"]
    world.changed()
    return {}


MEMBERSHIP = {
    "AttachInstances": _attach,
    "DetachInstances": _detach,
    "TerminateInstanceInAutoScalingGroup": _terminate,
    "EnterStandby": _enter_standby,
    "ExitStandby": _exit_standby,
    "SetInstanceProtection": _protect,
    "SetInstanceHealth": _set_health,
}
