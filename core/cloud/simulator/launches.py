"""RunInstances: idempotent by ClientToken, refused where capacity or quota ends."""

import base64
import hashlib
import json

from core.cloud.simulator.catalogue import TYPES, ZONE_OF_ID, ZONES
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.instance import SimInstance
from core.cloud.simulator.world import World

PARAMETERS_OF_A_TOKEN = ("ImageId", "InstanceType", "Placement", "InstanceMarketOptions", "UserData", "MinCount", "MaxCount",
                         "SubnetId", "TagSpecifications", "LaunchTemplate", "IamInstanceProfile")  # fmt: skip


def run_instances(world: World, account: str, region: str, asked: dict) -> list[SimInstance]:
    """The machines of this token: new ones, or the same as before, whatever became of them."""
    params = _with_template(world, account, asked)
    token = asked.get("ClientToken")
    key = f"{account}:{region}:{token}"
    if token and key in world.tokens:
        return _replayed(world, world.tokens[key], asked)
    made = _launch(world, account, region, params)
    if token:
        ids = [instance.instance_id for instance in made]
        world.tokens[key] = {"account_id": account, "fingerprint": _fingerprint(asked), "instance_ids": ids}
    return made


def _replayed(world: World, known: dict, asked: dict) -> list[SimInstance]:
    if known["fingerprint"] != _fingerprint(asked):
        raise AwsError("IdempotentParameterMismatch", "The client token was used with other parameters.")
    return [world.instances[instance_id] for instance_id in known["instance_ids"]]


def _fingerprint(asked: dict) -> str:
    chosen = {name: asked[name] for name in PARAMETERS_OF_A_TOKEN if name in asked}
    return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()


def _with_template(world: World, account: str, asked: dict) -> dict:
    named = asked.get("LaunchTemplate")
    if not named:
        return asked
    template = find_template(world, account, named)
    wanted = named.get("Version", "$Default")
    number = len(template["versions"]) if wanted == "$Latest" else template["default"] if wanted == "$Default" else int(wanted)
    return {**template["versions"][number - 1], **asked}


def find_template(world: World, account: str, named: dict) -> dict:
    for template in world.templates.values():
        same = named.get("LaunchTemplateId") == template["id"] or named.get("LaunchTemplateName") == template["name"]
        if same and template["account_id"] == account:
            return template
    raise AwsError("InvalidLaunchTemplateId.NotFound", "The launch template does not exist.")


def _launch(world: World, account: str, region: str, params: dict) -> list[SimInstance]:
    count, instance_type = int(params.get("MaxCount", 1)), params.get("InstanceType", "m5.large")
    if instance_type not in TYPES:
        raise AwsError("InvalidParameterValue", f"Invalid value '{instance_type}' for InstanceType.")
    if "ImageId" not in params:
        raise AwsError("MissingParameter", "The request must contain the parameter ImageId")
    az = _zone(world, params)
    lifecycle = "spot" if params.get("InstanceMarketOptions", {}).get("MarketType") == "spot" else "on-demand"
    _check_capacity(world, ZONES[az], instance_type, lifecycle, count)
    made = [_instance(world, account, region, params, az, instance_type, lifecycle) for _ in range(count)]
    for instance in made:
        world.launch(instance)
    return made


def _zone(world: World, params: dict) -> str:
    placement = params.get("Placement", {})
    if placement.get("AvailabilityZoneId"):
        if placement["AvailabilityZoneId"] not in ZONE_OF_ID:
            raise AwsError("InvalidParameterValue", "Invalid availability zone id.")
        return ZONE_OF_ID[placement["AvailabilityZoneId"]]
    if placement.get("AvailabilityZone"):
        if placement["AvailabilityZone"] not in ZONES:
            raise AwsError("InvalidParameterValue", "Invalid availability zone.")
        return placement["AvailabilityZone"]
    if params.get("SubnetId", "").startswith("subnet-"):
        return next((zone for zone in ZONES if params["SubnetId"] == subnet_of(zone)), "us-east-1a")
    return world.random.choice(sorted(ZONES))


def subnet_of(zone: str) -> str:
    """The one subnet of a zone."""
    return f"subnet-0{hashlib.sha256(zone.encode()).hexdigest()[:16]}"


def _check_capacity(world: World, az_id: str, instance_type: str, lifecycle: str, count: int) -> None:
    units = world.capacity.get(f"{az_id}:{instance_type}:{lifecycle}")
    if units is not None and world.pool_use(az_id, instance_type, lifecycle) + count > units:
        raise AwsError("InsufficientInstanceCapacity", f"We currently do not have sufficient {instance_type} capacity in {az_id}.")
    quota = world.capacity.get(f"quota:{lifecycle}")
    used = sum(i.lifecycle == lifecycle and i.state in ("pending", "running") for i in world.instances.values())
    if quota is not None and used + count > quota:
        code = "MaxSpotInstanceCountExceeded" if lifecycle == "spot" else "VcpuLimitExceeded"
        raise AwsError(code, "The account's limit is reached.")


def _instance(world: World, account: str, region: str, params: dict, az: str, instance_type: str, lifecycle: str) -> SimInstance:
    now = world.now()
    return SimInstance(
        instance_id=world.new_id("i"), account_id=account, region=region, az=az, az_id=ZONES[az], instance_type=instance_type,
        image_id=params["ImageId"], lifecycle=lifecycle, client_token=params.get("ClientToken", ""), launched_at=now,
        visible_at=now + world.settings["hide_new_ids_seconds"], boots_at=now + world.settings["boot_seconds"],
        user_data=_user_data(params), key_name=params.get("KeyName"), security_group_ids=params.get("SecurityGroupIds", []),
        profile_arn=params.get("IamInstanceProfile", {}).get("Arn"),
        spot_request_id=world.new_id("sir") if lifecycle == "spot" else None, tags=_tags(params),
    )  # fmt: skip


def _user_data(params: dict) -> str:
    try:
        return base64.b64decode(params.get("UserData", ""), validate=True).decode()
    except ValueError:
        raise AwsError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.") from None


def _tags(params: dict) -> dict[str, str]:
    specifications = params.get("TagSpecifications", [])
    return {tag["Key"]: tag.get("Value", "") for spec in specifications if spec.get("ResourceType") == "instance" for tag in spec.get("Tags", [])}
