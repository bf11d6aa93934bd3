"""The levers under /control: what tests, the drill and the demo pull."""

import time
from collections.abc import Callable

from core.cloud.simulator.event_levers import EVENT_LEVERS
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.faults import Rule
from core.cloud.simulator.instance import SimInstance, iso
from core.cloud.simulator.world import World


def _instance(world: World, body: dict) -> SimInstance:
    return world.known(body.get("instance_id", ""))


def health(world: World, body: dict) -> dict:
    alive = sum(i.state in ("pending", "running") for i in world.instances.values())
    return {
        "ok": True, "seed": world.seed, "clock_offset_seconds": world.clock_offset, "instances": alive, "calls": len(world.calls),
    }  # fmt: skip


def instances(world: World, query: dict) -> list[dict]:
    key, _, value = query.get("tag", "").partition("=")
    found = [i for i in world.instances.values() if query.get("state") in (None, i.state)]
    found = [i for i in found if query.get("account_id") in (None, i.account_id)]
    return [i.shown(world.hosts.pid(i.instance_id)) for i in found if not key or i.tags.get(key) == value]


def bill(world: World, query: dict) -> list[dict]:
    """What each machine has cost: from its launch to its end, by the second, at the price of its start."""
    return [_bill_row(world, i) for i in world.instances.values() if query.get("account_id") in (None, i.account_id)]


def _bill_row(world: World, i: SimInstance) -> dict:
    end = i.terminated_at or world.now()
    seconds, hourly = end - i.launched_at, world.price(i, i.launched_at)
    return {
        "instance_id": i.instance_id, "account_id": i.account_id, "from": iso(i.launched_at), "to": i.terminated_at and iso(i.terminated_at),
        "seconds": round(seconds, 3), "usd_per_hour": hourly, "usd": round(seconds / 3600 * hourly, 8), "tags": i.tags,
    }  # fmt: skip


def calls(world: World, query: dict) -> list[dict]:
    since, action = int(query.get("since", 0)), query.get("action")
    return [call for call in world.calls[since:] if action in (None, call["action"])]


def interrupt(world: World, body: dict) -> dict:
    deadline = world.interrupt(_instance(world, body), body.get("action", "terminate"), float(body.get("lead_seconds", 120)))
    return {"deadline": iso(deadline), "shown_at": time.time()}


def rebalance(world: World, body: dict) -> dict:
    instance = _instance(world, body)
    world.recommend_rebalance(instance)
    return {"notice_time": instance.rebalance["noticeTime"], "shown_at": instance.rebalance["shown_at"]}


def withdraw(world: World, body: dict) -> dict:
    instance = _instance(world, body)
    instance.notice = instance.rebalance = instance.stops_at = None
    world.changed()
    return {}


def kill(world: World, body: dict) -> dict:
    world.end(_instance(world, body), body.get("reason", "Server.SpotInstanceTermination"))
    return {}


def capacity(world: World, body: dict) -> dict:
    lifecycle = body.get("lifecycle", "spot")
    key = f"quota:{lifecycle}" if body.get("quota") else f"{body['az_id']}:{body['instance_type']}:{lifecycle}"
    world.capacity[key] = body.get("units")
    world.changed()
    return {"key": key, "units": body.get("units")}


def price(world: World, body: dict) -> dict:
    world.market.set(body["az_id"], body["instance_type"], float(body["price"]), world.now())
    world.changed()
    return {}


def faults(world: World, body: dict) -> dict:
    names = ("action", "when", "code", "http_status", "count", "share", "delay_seconds", "account_id")
    rule = Rule(**{name: body[name] for name in names if name in body})
    rule.only_delay = "code" not in body and bool(rule.delay_seconds)
    world.faults.add(rule)
    return {}


def clear_faults(world: World, body: dict) -> dict:
    world.faults.clear()
    return {}


def hold(world: World, body: dict) -> dict:
    world.faults.hold_next(body["action"], int(body.get("count", 1)))
    return {}


def holds(world: World, query: dict) -> list[dict]:
    return [{"action": h.action, "call_seq": h.call_seq} for h in world.faults.held]


def release(world: World, body: dict) -> dict:
    return {"released": world.faults.release(bool(body.get("drop")))}


def imds(world: World, body: dict) -> dict:
    """``status`` with ``paths`` and ``for_seconds`` makes trouble; other members are knobs of the metadata."""
    instance = _instance(world, body)
    if "status" in body:
        paths = body.get("paths", ["latest/"])
        until = time.time() + float(body.get("for_seconds", 3600))
        instance.imds["trouble"] = {"status": body["status"], "paths": paths, "until": until, "count": body.get("count")}
    if body.get("clear"):
        instance.imds.pop("trouble", None)
    for knob in ("drift", "token_ttl", "termination_text", "identity_az", "scheduled", "asg_state", "denied", "role_code"):
        if knob in body:
            instance.imds[knob] = body[knob]
    if body.get("forget_tokens"):
        instance.imds["tokens"] = {}
    return {}


def settings(world: World, body: dict) -> dict:
    world.settings.update({name: float(body[name]) for name in world.settings if name in body})
    return dict(world.settings)


def clock(world: World, body: dict) -> dict:
    """The one clock offset, absolute; while there are machines it jumps only forward."""
    offset = float(body["offset_seconds"])
    if offset < world.clock_offset and world.instances:
        raise AwsError("InvalidParameterValue", "the clock jumps only forward")
    world.clock_offset = offset
    world.changed()
    return {"clock_offset_seconds": offset}


def reset(world: World, body: dict) -> dict:
    world.forget(body["account_id"])
    return {}


Lever = Callable[[World, dict], object]

LEVERS: dict[tuple[str, str], Lever] = {
    ("GET", "health"): health,
    ("GET", "instances"): instances,
    ("GET", "bill"): bill,
    ("GET", "calls"): calls,
    ("POST", "interrupt"): interrupt,
    ("POST", "rebalance"): rebalance,
    ("POST", "withdraw"): withdraw,
    ("POST", "kill"): kill,
    ("POST", "capacity"): capacity,
    ("POST", "price"): price,
    ("POST", "faults"): faults,
    ("DELETE", "faults"): clear_faults,
    ("POST", "hold"): hold,
    ("GET", "holds"): holds,
    ("POST", "holds/release"): release,
    ("POST", "imds"): imds,
    ("POST", "settings"): settings,
    ("POST", "clock"): clock,
    ("POST", "reset"): reset,
    **EVENT_LEVERS,
}
