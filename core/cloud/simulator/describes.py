"""Describe calls: filters, pages, and the shapes that boto3 reads."""

from collections.abc import Callable
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from core.cloud.simulator.catalogue import IMAGE, REGION, TYPES, ZONES
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.instance import SimInstance, stamp
from core.cloud.simulator.launches import subnet_of
from core.cloud.simulator.market import KEPT
from core.cloud.simulator.world import World

STATE_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
FILTERS: dict[str, Callable[[SimInstance], Any]] = {
    "instance-state-name": lambda i: i.state,
    "instance-id": lambda i: i.instance_id,
    "instance-type": lambda i: i.instance_type,
    "availability-zone": lambda i: i.az,
    "availability-zone-id": lambda i: i.az_id,
    "instance-lifecycle": lambda i: i.lifecycle,
    "client-token": lambda i: i.client_token,
    "image-id": lambda i: i.image_id,
}


def describe_instances(world: World, account: str, region: str, params: dict) -> dict:
    found = [i for i in _visible(world, account, region) if _matches(i, params.get("Filters", []))]
    ids = params.get("InstanceIds")
    if ids:
        found = [_by_id(found, instance_id) for instance_id in ids]
    page, token = paged(found, params.get("NextToken"), params.get("MaxResults", 1000))
    reservations = [
        {"ReservationId": f"r{i.instance_id[1:]}", "OwnerId": i.account_id, "Groups": [], "Instances": [instance_row(i)]} for i in page
    ]
    return {"Reservations": reservations, "NextToken": token}


def describe_instance_status(world: World, account: str, region: str, params: dict) -> dict:
    everything = params.get("IncludeAllInstances", False)
    found = [i for i in _visible(world, account, region) if everything or i.state == "running"]
    if params.get("InstanceIds"):
        found = [i for i in found if i.instance_id in params["InstanceIds"]]
    ok = {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}
    return {
        "InstanceStatuses": [
            {"InstanceId": i.instance_id, "AvailabilityZone": i.az, "InstanceState": state_row(i), "SystemStatus": ok, "InstanceStatus": ok}
            for i in found
        ]
    }


def instance_row(i: SimInstance) -> dict:
    row = {
        "InstanceId": i.instance_id, "ImageId": i.image_id, "State": state_row(i), "InstanceType": i.instance_type,
        "LaunchTime": stamp(i.launched_at), "Placement": {"AvailabilityZone": i.az, "AvailabilityZoneId": i.az_id, "Tenancy": "default"},
        "ClientToken": i.client_token, "SecurityGroups": [{"GroupId": g, "GroupName": g} for g in i.security_group_ids],
        "Tags": [{"Key": k, "Value": v} for k, v in i.tags.items()], "PrivateIpAddress": "127.0.0.1", "SubnetId": subnet_of(i.az),
    }  # fmt: skip
    optional = {
        "KeyName": i.key_name, "SpotInstanceRequestId": i.spot_request_id, "InstanceLifecycle": "spot" if i.lifecycle == "spot" else None,
        "IamInstanceProfile": i.profile_arn and {"Arn": i.profile_arn, "Id": "AIPA0000000000000000"},
        "StateReason": i.state_reason and {"Code": i.state_reason, "Message": i.state_reason},
    }  # fmt: skip
    return row | {name: value for name, value in optional.items() if value}


def state_row(i: SimInstance) -> dict:
    return {"Code": STATE_CODES[i.state], "Name": i.state}


def _visible(world: World, account: str, region: str) -> list[SimInstance]:
    now = world.now()
    mine = (i for i in world.instances.values() if i.account_id == account and i.region == region)
    return [i for i in mine if i.visible_at <= now]


def _by_id(found: list[SimInstance], instance_id: str) -> SimInstance:
    for instance in found:
        if instance.instance_id == instance_id:
            return instance
    raise AwsError("InvalidInstanceID.NotFound", f"The instance ID '{instance_id}' does not exist")


def one_of(world: World, account: str, region: str, instance_id: str) -> SimInstance:
    """A visible instance of the account, or InvalidInstanceID.NotFound."""
    return _by_id(_visible(world, account, region), instance_id)


def _matches(i: SimInstance, filters: list[dict]) -> bool:
    return all(_passes(i, wanted["Name"], wanted.get("Values", [])) for wanted in filters)


def _passes(i: SimInstance, name: str, values: list[str]) -> bool:
    if name.startswith("tag:"):
        return any(fnmatchcase(i.tags.get(name[4:], "\0"), value) for value in values)
    if name == "tag-key":
        return any(value in i.tags for value in values)
    if name not in FILTERS:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return any(fnmatchcase(FILTERS[name](i), value) for value in values)


def paged(rows: list, token: str | None, size: int) -> tuple[list, str | None]:
    """One page and the token of the next, which is its offset."""
    start = int(token or 0)
    end = start + int(size)
    return rows[start:end], str(end) if end < len(rows) else None


def describe_spot_price_history(world: World, account: str, region: str, params: dict) -> dict:
    """Newest first; the row in force at StartTime is part of the answer."""
    now = world.now()
    start, end = _seconds(params.get("StartTime"), now - KEPT), min(now, _seconds(params.get("EndTime"), now))
    start = min(max(start, now - KEPT), end)
    types = [t for t in params.get("InstanceTypes") or sorted(TYPES) if t in TYPES]
    zones = [z for z in ZONES if params.get("AvailabilityZone") in (None, z)]
    linux = any("Linux" in p for p in params.get("ProductDescriptions") or ["Linux/UNIX"])
    rows = [
        {"AvailabilityZone": zone, "InstanceType": name, "ProductDescription": "Linux/UNIX", "SpotPrice": f"{price:.6f}", "Timestamp": stamp(at)}
        for zone in zones for name in types for at, price in world.market.history(ZONES[zone], name, start, end) if linux
    ]  # fmt: skip
    rows.sort(key=lambda row: row["Timestamp"], reverse=True)
    page, token = paged(rows, params.get("NextToken") or None, params.get("MaxResults", 1000))
    return {"SpotPriceHistory": page, "NextToken": token or ""}


def _seconds(text: str | None, default: float) -> float:
    return datetime.fromisoformat(text).timestamp() if text else default


def describe_availability_zones(world: World, account: str, region: str, params: dict) -> dict:
    rows = [
        {"ZoneName": zone, "ZoneId": zone_id, "RegionName": REGION, "State": "available", "ZoneType": "availability-zone"}
        for zone, zone_id in ZONES.items()
    ]
    return {"AvailabilityZones": rows}


def describe_regions(world: World, account: str, region: str, params: dict) -> dict:
    return {"Regions": [{"RegionName": REGION, "Endpoint": f"ec2.{REGION}.amazonaws.com", "OptInStatus": "opt-in-not-required"}]}


def describe_subnets(world: World, account: str, region: str, params: dict) -> dict:
    rows = [
        {"SubnetId": subnet_of(zone), "AvailabilityZone": zone, "AvailabilityZoneId": zone_id, "State": "available", "VpcId": "vpc-0demo0000000001"}
        for zone, zone_id in ZONES.items()
    ]
    return {"Subnets": rows}


def describe_images(world: World, account: str, region: str, params: dict) -> dict:
    return {"Images": [{"ImageId": IMAGE, "Name": "spot-optimizer-demo", "State": "available", "Architecture": "x86_64"}]}


def describe_instance_types(world: World, account: str, region: str, params: dict) -> dict:
    names = [n for n in sorted(TYPES) if not params.get("InstanceTypes") or n in params["InstanceTypes"]]
    page, token = paged(names, params.get("NextToken"), params.get("MaxResults", 100))
    return {"InstanceTypes": [_type_row(name) for name in page], "NextToken": token}


def _type_row(name: str) -> dict:
    info = TYPES[name]
    gpus = {"GpuInfo": {"Gpus": [{"Name": "T4", "Count": info.gpus}]}} if info.gpus else {}
    store = {"InstanceStorageInfo": {"TotalSizeInGB": info.instance_store_gb}} if info.instance_store_gb else {}
    return {
        "InstanceType": name, "CurrentGeneration": True, "SupportedUsageClasses": ["on-demand", "spot"],
        "VCpuInfo": {"DefaultVCpus": info.vcpus}, "MemoryInfo": {"SizeInMiB": info.memory_mib},
        "ProcessorInfo": {"SupportedArchitectures": [info.arch]},
        "EbsInfo": {"EbsOptimizedInfo": {"BaselineBandwidthInMbps": info.ebs_mbps}}, **gpus, **store,
    }  # fmt: skip


def describe_instance_type_offerings(world: World, account: str, region: str, params: dict) -> dict:
    kind = params.get("LocationType", "region")
    places = {"region": [REGION], "availability-zone": list(ZONES), "availability-zone-id": list(ZONES.values())}[kind]
    rows = [{"InstanceType": name, "LocationType": kind, "Location": place} for name in sorted(TYPES) for place in places]
    page, token = paged(rows, params.get("NextToken"), params.get("MaxResults", 1000))
    return {"InstanceTypeOfferings": page, "NextToken": token}


def get_spot_placement_scores(world: World, account: str, region: str, params: dict) -> dict:
    """1 to 10 per AZ: where the market's price is low against on-demand there is much to have."""
    names = [name for name in params["InstanceTypes"] if name in TYPES]
    rows = [{"Region": REGION, "AvailabilityZoneId": zone_id, "Score": _score(world, zone_id, names)} for zone_id in ZONES.values() if names]
    return {"SpotPlacementScores": sorted(rows, key=lambda row: -row["Score"])}


def _score(world: World, zone_id: str, names: list[str]) -> int:
    shares = [world.market.price(zone_id, name, world.now()) / TYPES[name].usd_per_hour for name in names]
    return max(1, min(10, round(13 - 15 * min(shares))))
