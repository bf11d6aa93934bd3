"""The levers of the event bus under /control: trouble on the way, events of other services, what was sent."""

import json
from dataclasses import asdict

from core.cloud.simulator import announcements
from core.cloud.simulator.scaling import hooks as lifecycle_hooks
from core.cloud.simulator.world import World


def knobs(world: World, body: dict) -> dict:
    """Set shares of loss, duplicate, twice and reorder, and delay_seconds; answers all of them."""
    for name in asdict(world.bus.knobs).keys() & body.keys():
        setattr(world.bus.knobs, name, float(body[name]))
    return asdict(world.bus.knobs)


def sent(world: World, query: dict) -> list[dict]:
    """Every event that was published for an account, oldest first."""
    return [event for event in world.bus.sent if query.get("account_id") in (None, event["account"])]


def publish(world: World, body: dict) -> dict:
    """Publish an event as it is given."""
    world.bus.publish(body["event"])
    return {"id": body["event"]["id"]}


def send(world: World, body: dict) -> dict:
    """Put a body, or an event as JSON, into a queue past every rule."""
    text = body["text"] if "text" in body else json.dumps(body["event"])
    arn = f"arn:aws:sqs:{body['region']}:{body['account_id']}:{body['queue']}"
    return {"sent": world.queues.send(arn, text) is not None}


def wake(world: World, body: dict) -> dict:
    """What somebody received and did not delete is visible again."""
    return {"messages": world.queues.wake(body["account_id"])}


def health(world: World, body: dict) -> dict:
    """A scheduled change of some machines, told in pages and, where ``backup_region`` is given, once more from there."""
    machines = [world.known(one) for one in body["instance_ids"]]
    size = max(1, -(-len(machines) // int(body.get("pages", 1))))
    pages = [machines[start : start + size] for start in range(0, len(machines), size)]
    for region in [None, *filter(None, [body.get("backup_region")])]:
        for number, page in enumerate(pages, start=1):
            world.bus.publish(announcements.health(
                page, world.now(), float(body["not_before"]), arn=body["arn"], status=body.get("status", "upcoming"),
                communication=body["communication"], page=number, pages=len(pages), region=region,
            ))  # fmt: skip
    return {"pages": len(pages)}


def lifecycle(world: World, body: dict) -> dict:
    """Auto Scaling begins to end a machine."""
    return lifecycle_hooks.begin(world, world.known(body["instance_id"]), body.get("group", "web-spot"), body.get("hook", "spotopt-drain"))


def hooks(world: World, query: dict) -> dict:
    """The lifecycle actions that wait for an answer, by token."""
    return world.hooks


EVENT_LEVERS = {
    ("POST", "events"): knobs,
    ("GET", "events"): sent,
    ("POST", "events/publish"): publish,
    ("POST", "events/send"): send,
    ("POST", "events/wake"): wake,
    ("POST", "events/health"): health,
    ("POST", "events/lifecycle"): lifecycle,
    ("GET", "events/hooks"): hooks,
}
