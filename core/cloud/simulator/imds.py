"""IMDSv2 of each instance under /imds/<instance-id>/, with trouble on demand."""

import json
import secrets
import time
from collections.abc import Callable

from core.cloud.simulator import roles
from core.cloud.simulator.failure import Dripping, Dropped
from core.cloud.simulator.instance import SimInstance, iso
from core.cloud.simulator.world import World

NOT_FOUND = '<?xml version="1.0"?><html><head><title>404 - Not Found</title></head><body><h1>404 - Not Found</h1></body></html>'
Answer = tuple[int, dict[str, str], str]


def answer(world: World, instance: SimInstance, method: str, path: str, headers: dict[str, str]) -> Answer:
    """Status, headers and body of one metadata request."""
    trouble = _trouble(world, instance, path)
    if trouble:
        return trouble
    if path == "latest/api/token":
        return _token(instance, method, headers)
    if not _token_holds(instance, headers.get("x-aws-ec2-metadata-token", "")):
        return 401, {}, "Unauthorized"
    body = _item(world, instance, path.removeprefix("latest/").rstrip("/"))
    return (404, {}, NOT_FOUND) if body is None else (200, {}, body)


def _token(instance: SimInstance, method: str, headers: dict[str, str]) -> Answer:
    text = headers.get("x-aws-ec2-metadata-token-ttl-seconds", "")
    if method != "PUT" or not text.isdigit() or not 1 <= int(text) <= 21600:
        return 400, {}, "Bad Request"
    if "x-forwarded-for" in headers:
        return 403, {}, "Forbidden"
    ttl = instance.imds.get("token_ttl", int(text))
    token = secrets.token_urlsafe(40)
    instance.imds.setdefault("tokens", {})[token] = time.time() + ttl
    return 200, {"X-aws-ec2-metadata-token-ttl-seconds": str(ttl)}, token


def _token_holds(instance: SimInstance, token: str) -> bool:
    return instance.imds.get("tokens", {}).get(token, 0) > time.time()


def _trouble(world: World, instance: SimInstance, path: str) -> Answer | None:
    """What a knob says about this path, if anything."""
    knob = instance.imds.get("trouble")
    if not knob or time.time() > knob["until"] or not any(part in path for part in knob["paths"]):
        return None
    status = knob["status"]
    if knob.get("count") is not None:
        knob["count"] -= 1
        if knob["count"] < 0:
            return None
    if status == "drip":
        raise Dripping()
    if status == "timeout":
        time.sleep(30)
    if status in ("timeout", "refused"):
        raise Dropped()
    if status == 401:
        instance.imds["tokens"] = {}
    return int(status), {}, NOT_FOUND if status == 404 else "trouble"


def _item(world: World, i: SimInstance, path: str) -> str | None:
    """The body of a path, or None where there is nothing."""
    make = ITEMS.get(path)
    if make:
        return make(world, i)
    if path == f"meta-data/iam/security-credentials/{roles.ROLE}" and i.profile_arn:
        return roles.credentials(world, i)
    return None


def _instance_action(world: World, i: SimInstance) -> str | None:
    if not i.notice:
        return None
    drifting = i.imds.get("drift")
    at = iso(world.now() + 120) if drifting else i.notice["time"]
    return json.dumps({"action": i.notice["action"], "time": at})


def _termination_time(world: World, i: SimInstance) -> str | None:
    if i.imds.get("termination_text"):
        return i.imds["termination_text"]
    return i.notice["time"] if i.notice and i.notice["action"] == "terminate" else None


def _identity(world: World, i: SimInstance) -> str:
    document = {
        "accountId": i.account_id, "architecture": "x86_64", "availabilityZone": i.imds.get("identity_az", i.az), "billingProducts": None,
        "devpayProductCodes": None, "marketplaceProductCodes": None, "imageId": i.image_id, "instanceId": i.instance_id,
        "instanceType": i.instance_type, "kernelId": None, "pendingTime": iso(i.launched_at), "privateIp": "127.0.0.1", "ramdiskId": None,
        "region": i.region, "version": "2017-09-30",
    }  # fmt: skip
    return json.dumps(document)


ITEMS: dict[str, Callable[[World, SimInstance], str | None]] = {
    "meta-data": lambda w, i: "ami-id\ninstance-id\ninstance-life-cycle\ninstance-type\nplacement/\n",
    "meta-data/instance-id": lambda w, i: i.instance_id,
    "meta-data/instance-type": lambda w, i: i.instance_type,
    "meta-data/instance-life-cycle": lambda w, i: i.lifecycle,
    "meta-data/ami-id": lambda w, i: i.image_id,
    "meta-data/hostname": lambda w, i: f"{i.instance_id}.ec2.internal",
    "meta-data/local-hostname": lambda w, i: f"{i.instance_id}.ec2.internal",
    "meta-data/local-ipv4": lambda w, i: "127.0.0.1",
    "meta-data/mac": lambda w, i: "0e:00:00:00:00:01",
    "meta-data/placement/availability-zone": lambda w, i: i.az,
    "meta-data/placement/availability-zone-id": lambda w, i: i.az_id,
    "meta-data/placement/region": lambda w, i: i.region,
    "meta-data/autoscaling/target-lifecycle-state": lambda w, i: i.imds.get("asg_state"),
    "meta-data/spot": lambda w, i: "instance-action\ntermination-time" if i.notice else None,
    "meta-data/spot/instance-action": _instance_action,
    "meta-data/spot/termination-time": _termination_time,
    "meta-data/events/recommendations/rebalance": lambda w, i: i.rebalance and json.dumps({"noticeTime": i.rebalance["noticeTime"]}),
    "meta-data/events/maintenance/scheduled": lambda w, i: json.dumps(i.imds.get("scheduled", [])),
    "meta-data/events/maintenance/history": lambda w, i: "[]",
    "meta-data/iam/security-credentials": lambda w, i: roles.ROLE if i.profile_arn else None,
    "meta-data/iam/info": lambda w, i: i.profile_arn and json.dumps({"Code": "Success", "InstanceProfileArn": i.profile_arn}),
    "dynamic/instance-identity/document": _identity,
    "user-data": lambda w, i: i.user_data or None,
}
