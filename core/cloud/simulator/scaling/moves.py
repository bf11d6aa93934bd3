"""How a machine enters a group and leaves it: launched, attached, detached, ended, with the hooks on the way."""

from core.cloud.simulator import announcements
from core.cloud.simulator.instance import ALIVE, SimInstance
from core.cloud.simulator.scaling import hooks
from core.cloud.simulator.scaling.group import TAG, Member, SimGroup
from core.cloud.simulator.world import World


def enter(world: World, group: SimGroup, instance: SimInstance, state: str, replaces: str | None = None) -> None:
    """A machine becomes a member, and bears the group's tags."""
    group.members[instance.instance_id] = Member(instance.instance_id, state, protected=group.protect_new, replaces=replaces)
    propagated = {tag["Key"]: tag.get("Value", "") for tag in group.tags if tag.get("PropagateAtLaunch", True)}
    instance.tags = {**instance.tags, **propagated, TAG: group.name}
    show(world, instance, "InService")


def show(world: World, instance: SimInstance, target: str) -> None:
    """What the metadata says that the group wants of the machine."""
    instance.imds["asg_state"] = target
    world.changed()


def note(world: World, group: SimGroup, description: str, cause: str, status: str = "Successful") -> dict:
    return group.note(world.new_id("activity"), world.now(), description, cause, status)


def detach(world: World, group: SimGroup, instance: SimInstance) -> dict:
    """The machine runs on without the group."""
    forget(group, instance.instance_id)
    instance.tags = {name: value for name, value in instance.tags.items() if name != TAG}
    show(world, instance, "Detached")
    cause = f"instance {instance.instance_id} was detached in response to a user request"
    return note(world, group, f"Detaching EC2 instance: {instance.instance_id}", cause)


def begin_end(world: World, group: SimGroup, instance: SimInstance, cause: str) -> dict:
    """The group ends a member: its hooks are asked first, unless the machine is gone already."""
    member = group.members[instance.instance_id]
    member.state, ending = "Terminating", hooks_of(group, hooks.TERMINATING)
    show(world, instance, "Terminated")
    if ending and instance.state in ALIVE:
        member.state = "Terminating:Wait"
        ask(world, group, instance, hooks.TERMINATING)
    why = f"instance {instance.instance_id} was taken out of service in response to {cause}"
    return note(world, group, f"Terminating EC2 instance: {instance.instance_id}", why)


def hooks_of(group: SimGroup, transition: str) -> list[tuple[str, dict]]:
    return [(name, hook) for name, hook in group.hooks.items() if hook["transition"] == transition]


def ask(world: World, group: SimGroup, instance: SimInstance, transition: str) -> None:
    for name, hook in hooks_of(group, transition):
        hooks.begin(
            world, instance, group.name, name, transition=transition, seconds=hook["seconds"], default=hook["default"],
            metadata=hook["metadata"],
        )  # fmt: skip


def forget(group: SimGroup, instance_id: str) -> None:
    """The member is none any more; who was launched for it fills its place."""
    group.members.pop(instance_id, None)
    for member in group.members.values():
        if member.replaces == instance_id:
            member.replaces = None


def ended(world: World, group: SimGroup, instance: SimInstance) -> None:
    """The member's machine is gone."""
    forget(group, instance.instance_id)
    hooks.results(world, instance.instance_id)
    world.bus.publish(announcements.scaling_activity(instance, world.now(), group.name, "EC2 Instance Terminate Successful"))
    world.changed()
