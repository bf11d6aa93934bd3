"""Lifecycle hooks: a machine waits on its way into a group, or out of it, until its hooks are answered or time out."""

import uuid

from core.cloud.simulator import announcements
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.instance import SimInstance
from core.cloud.simulator.world import World

TIMEOUT_SECONDS = 3600.0
TERMINATING, LAUNCHING = "autoscaling:EC2_INSTANCE_TERMINATING", "autoscaling:EC2_INSTANCE_LAUNCHING"


def begin(
    world: World, instance: SimInstance, group: str, hook: str, *, transition: str = TERMINATING, seconds: float = TIMEOUT_SECONDS,
    default: str = "ABANDON", metadata: str = "",
) -> dict:  # fmt: skip
    """The hook's event, and the wait for its answer."""
    token = str(uuid.uuid4())
    world.hooks[token] = {
        "instance_id": instance.instance_id, "group": group, "hook": hook, "until": world.now() + seconds, "heartbeats": 0,
        "seconds": seconds, "transition": transition, "default": default, "result": None,
    }  # fmt: skip
    world.bus.publish(announcements.lifecycle_action(instance, world.now(), token, group, hook, transition, metadata))
    world.changed()
    return {"token": token}


def waiting(world: World, instance_id: str, transition: str) -> bool:
    """Whether a hook of this transition still waits for its answer."""
    return any(a["instance_id"] == instance_id and a["transition"] == transition and a["result"] is None for a in world.hooks.values())


def results(world: World, instance_id: str) -> set[str]:
    """What the answered hooks of a machine said; they are forgotten."""
    done = {token: action for token, action in world.hooks.items() if action["instance_id"] == instance_id and action["result"]}
    for token in done:
        del world.hooks[token]
    return {action["result"] for action in done.values()}


def time_out(world: World) -> None:
    """Hooks that nobody answered in time are answered by their default."""
    for action in world.hooks.values():
        if action["result"] is None and action["until"] <= world.now():
            action["result"] = action["default"]


def _open_action(world: World, account: str, params: dict) -> tuple[str, dict]:
    """The action a call names by token or by instance; ValidationError once it is over."""
    for token, action in world.hooks.items():
        named = params.get("LifecycleActionToken") in (None, token) and params.get("InstanceId") in (None, action["instance_id"])
        instance = world.instances.get(action["instance_id"])
        mine = instance is not None and instance.account_id == account and action["result"] is None
        if named and mine and action["hook"] == params["LifecycleHookName"]:
            return token, action
    raise AwsError("ValidationError", f"No active Lifecycle Action found with instance ID {params.get('InstanceId')}")


def _record_heartbeat(world: World, account: str, region: str, params: dict) -> dict:
    _, action = _open_action(world, account, params)
    action["until"] = world.now() + action["seconds"]
    action["heartbeats"] += 1
    return {}


def _complete(world: World, account: str, region: str, params: dict) -> dict:
    """Answered. A machine of no simulated group ends at once; its group decides otherwise (behaviour.py)."""
    token, action = _open_action(world, account, params)
    action["result"] = params["LifecycleActionResult"]
    if not any(action["instance_id"] in group.members for group in world.groups.values()):
        del world.hooks[token]
        world.end(world.instances[action["instance_id"]], "Client.UserInitiatedShutdown")
    return {}


HOOK_CALLS = {"RecordLifecycleActionHeartbeat": _record_heartbeat, "CompleteLifecycleAction": _complete}
