"""What a group does by itself: it fills its places, replaces who is ill or at risk, and ends who is too many.

It looks each ``asg_seconds``; the real one takes up to some minutes to notice a machine that is gone.
"""

from collections import Counter

from core.cloud.simulator import announcements
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.instance import ALIVE, SimInstance
from core.cloud.simulator.launches import run_instances
from core.cloud.simulator.scaling import hooks, moves
from core.cloud.simulator.scaling.group import Member, SimGroup
from core.cloud.simulator.world import World

GONE = ("shutting-down", "terminated")
OVER_MAXIMUM = 0.1  # Capacity Rebalancing may exceed the maximum by ten per cent


def live(world: World) -> None:
    """Let every group look whose time has come."""
    hooks.time_out(world)
    for group in list(world.groups.values()):
        if world.now() - group.looked_at >= world.settings["asg_seconds"]:
            group.looked_at = world.now()
            look(world, group)


def look(world: World, group: SimGroup) -> None:
    """1 move members on  2 see who is ill  3 see who is at risk  4 fill places  5 end who is too many."""
    for member in list(group.members.values()):
        instance = world.instances.get(member.instance_id)
        if instance is None:
            moves.forget(group, member.instance_id)
        else:
            STEPS.get(member.state, _rest)(world, group, member, instance)
    if group.capacity_rebalance:
        _relieve(world, group)
    _fill(world, group)
    _shrink(world, group)


def _pending(world: World, group: SimGroup, member: Member, instance: SimInstance) -> None:
    """It enters service once it runs and its launch hooks let it."""
    if instance.state in GONE:
        return moves.ended(world, group, instance)
    if instance.state != "running":
        return None
    if moves.hooks_of(group, hooks.LAUNCHING):
        member.state = "Pending:Wait"
        return moves.ask(world, group, instance, hooks.LAUNCHING)
    return _serve(world, group, member, instance)


def _pending_wait(world: World, group: SimGroup, member: Member, instance: SimInstance) -> None:
    if hooks.waiting(world, instance.instance_id, hooks.LAUNCHING):
        return
    if "ABANDON" in hooks.results(world, instance.instance_id):
        moves.begin_end(world, group, instance, "an abandoned lifecycle action")
    else:
        _serve(world, group, member, instance)


def _serve(world: World, group: SimGroup, member: Member, instance: SimInstance) -> None:
    member.state = "InService"
    world.bus.publish(announcements.scaling_activity(instance, world.now(), group.name, "EC2 Instance Launch Successful"))
    world.changed()


def _in_service(world: World, group: SimGroup, member: Member, instance: SimInstance) -> None:
    """Who fails its health check is replaced."""
    if instance.state not in ALIVE or member.health == "Unhealthy":
        member.health = "Unhealthy"
        moves.begin_end(world, group, instance, "an EC2 health check indicating it has been terminated or stopped")


def _terminating(world: World, group: SimGroup, member: Member, instance: SimInstance) -> None:
    if instance.state in GONE:
        moves.ended(world, group, instance)
    else:
        world.end(instance, "Client.UserInitiatedShutdown")


def _terminating_wait(world: World, group: SimGroup, member: Member, instance: SimInstance) -> None:
    """A hook holds back the group, never Spot: a machine that AWS took is gone all the same."""
    if instance.state in GONE or not hooks.waiting(world, instance.instance_id, hooks.TERMINATING):
        member.state = "Terminating"
        _terminating(world, group, member, instance)


def _rest(world: World, group: SimGroup, member: Member, instance: SimInstance) -> None:
    """On standby: looked after by its owner."""


STEPS = {
    "Pending": _pending,
    "Pending:Wait": _pending_wait,
    "InService": _in_service,
    "Terminating": _terminating,
    "Terminating:Wait": _terminating_wait,
}


def _relieve(world: World, group: SimGroup) -> None:
    """Capacity Rebalancing: a member at risk gets a successor first, and is ended once that is in service."""
    successors = {member.replaces: member for member in group.members.values() if member.replaces}
    limit = group.maximum + max(1, round(OVER_MAXIMUM * group.maximum))
    for member in [m for m in group.members.values() if m.state == "InService"]:
        instance = world.instances[member.instance_id]
        if instance.rebalance is None or instance.lifecycle != "spot":
            continue
        successor = successors.get(member.instance_id)
        if successor is None and len(group.members) < limit:
            launch(world, group, "an EC2 instance rebalance recommendation", replaces=member.instance_id)
        elif successor and successor.state == "InService":
            moves.begin_end(world, group, instance, "an EC2 instance rebalance recommendation")


def _fill(world: World, group: SimGroup) -> None:
    if "Launch" in group.suspended:
        return
    before = len(group.counted())
    for _ in range(group.desired - before):
        launch(world, group, f"a difference between desired and actual capacity, increasing the capacity from {before} to {group.desired}")


def _shrink(world: World, group: SimGroup) -> None:
    """The zone with most members first, then the oldest; who is protected stays."""
    while "Terminate" not in group.suspended and len(group.counted()) > group.desired:
        free = [m for m in group.counted() if not m.protected and m.state == "InService"]
        if not free:
            return
        crowd = Counter(world.instances[m.instance_id].az for m in group.counted())
        chosen = min(free, key=lambda m: (-crowd[world.instances[m.instance_id].az], world.instances[m.instance_id].launched_at))
        cause = f"a difference between desired and actual capacity, shrinking the capacity from {len(group.counted())} to {group.desired}"
        moves.begin_end(world, group, world.instances[chosen.instance_id], cause)


def launch(world: World, group: SimGroup, cause: str, replaces: str | None = None) -> None:
    """One machine in the emptiest zone, the cheapest type first; without capacity anywhere it is tried at the next look."""
    refusal = AwsError("ValidationError", "no launch template")
    for asked in _candidates(world, group):
        try:
            [instance] = run_instances(world, group.account_id, group.region, asked)
        except AwsError as error:
            refusal = error
            continue
        moves.enter(world, group, instance, "Pending", replaces)
        moves.note(world, group, f"Launching a new EC2 instance: {instance.instance_id}", f"an instance was launched in response to {cause}")
        return
    moves.note(world, group, f"Launching a new EC2 instance. Status Reason: {refusal.message}", cause, "Failed")


def _candidates(world: World, group: SimGroup) -> list[dict]:
    """RunInstances requests, best first."""
    template, types, market = _recipe(world, group)
    crowd = Counter(world.instances[m.instance_id].az for m in group.counted() if m.instance_id in world.instances)
    places = [(zone, name) for zone in sorted(group.zones, key=lambda zone: (crowd[zone], zone)) for name in types]
    return [
        {"LaunchTemplate": template, "MinCount": 1, "MaxCount": 1, "Placement": {"AvailabilityZone": zone}, **market, **({"InstanceType": name} if name else {})}
        for zone, name in places
    ]  # fmt: skip


def _recipe(world: World, group: SimGroup) -> tuple[dict, list[str | None], dict]:
    """Template, types in order, and the purchase option of the next machine."""
    if group.mixed is None:
        return group.launch_template or {}, [None], {}
    spec = group.mixed["LaunchTemplate"]
    types = [row["InstanceType"] for row in spec.get("Overrides", []) if row.get("InstanceType")] or [None]
    shares = group.mixed.get("InstancesDistribution", {})
    base, above = int(shares.get("OnDemandBaseCapacity", 0)), int(shares.get("OnDemandPercentageAboveBaseCapacity", 100))
    there = [world.instances[m.instance_id].lifecycle for m in group.counted() if m.instance_id in world.instances]
    wanted = base + max(0, len(there) + 1 - base) * above / 100
    on_demand = there.count("on-demand") < wanted
    return spec["LaunchTemplateSpecification"], types, {} if on_demand else {"InstanceMarketOptions": {"MarketType": "spot"}}
