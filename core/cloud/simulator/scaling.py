"""Auto Scaling's lifecycle hooks: a machine waits in Terminating:Wait until its hook is answered or times out."""

import uuid

from core.cloud.simulator import announcements
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.instance import SimInstance
from core.cloud.simulator.world import World

TIMEOUT_SECONDS = 3600.0


def begin(world: World, instance: SimInstance, group: str, hook: str) -> dict:
    """Auto Scaling decides to end a machine: the hook's event, and the wait for its answer."""
    token = str(uuid.uuid4())
    action = {"instance_id": instance.instance_id, "group": group, "hook": hook, "until": world.now() + TIMEOUT_SECONDS, "heartbeats": 0}
    world.hooks[token] = action
    world.bus.publish(announcements.lifecycle_action(instance, world.now(), token, group, hook))
    world.changed()
    return {"token": token}


def _open_action(world: World, account: str, params: dict) -> tuple[str, dict]:
    """The action a call names by token or by instance; ValidationError once it is over."""
    for token, action in world.hooks.items():
        named = params.get("LifecycleActionToken") in (None, token) and params.get("InstanceId") in (None, action["instance_id"])
        instance = world.instances.get(action["instance_id"])
        if named and action["hook"] == params["LifecycleHookName"] and instance and instance.account_id == account:
            return token, action
    raise AwsError("ValidationError", f"No active Lifecycle Action found with instance ID {params.get('InstanceId')}")


def _record_heartbeat(world: World, account: str, region: str, params: dict) -> dict:
    _, action = _open_action(world, account, params)
    action["until"] = world.now() + TIMEOUT_SECONDS
    action["heartbeats"] += 1
    return {}


def _complete(world: World, account: str, region: str, params: dict) -> dict:
    """Answered: Auto Scaling ends the machine."""
    token, action = _open_action(world, account, params)
    del world.hooks[token]
    world.end(world.instances[action["instance_id"]], "Client.UserInitiatedShutdown")
    return {}


AUTO_SCALING = {"RecordLifecycleActionHeartbeat": _record_heartbeat, "CompleteLifecycleAction": _complete}
