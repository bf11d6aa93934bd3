"""The AWS operations the simulator answers, by service and name."""

import json
from collections.abc import Callable

from core.cloud.simulator import describes
from core.cloud.simulator.bus import EVENTS
from core.cloud.simulator.catalogue import REGION, TYPES
from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.instance import stamp
from core.cloud.simulator.launches import find_template, run_instances
from core.cloud.simulator.scaling.calls import AUTO_SCALING
from core.cloud.simulator.sqs import SQS
from core.cloud.simulator.world import World


def _run_instances(world: World, account: str, region: str, params: dict) -> dict:
    made = run_instances(world, account, region, params)
    rows = [describes.instance_row(instance) for instance in made]
    return {"ReservationId": f"r{made[0].instance_id[1:]}", "OwnerId": account, "Groups": [], "Instances": rows}


def _terminate_instances(world: World, account: str, region: str, params: dict) -> dict:
    changed = []
    for instance_id in params["InstanceIds"]:
        instance = describes.one_of(world, account, region, instance_id)
        before = describes.state_row(instance)
        world.end(instance, "Client.UserInitiatedShutdown")
        changed.append({"InstanceId": instance_id, "PreviousState": before, "CurrentState": describes.state_row(instance)})
    return {"TerminatingInstances": changed}


def _stop_instances(world: World, account: str, region: str, params: dict) -> dict:
    changed = []
    for instance_id in params["InstanceIds"]:
        instance = describes.one_of(world, account, region, instance_id)
        if instance.lifecycle == "spot":
            raise AwsError("UnsupportedOperation", f"You can't stop the Spot Instance '{instance_id}' because it is a one-time request.")
        before = describes.state_row(instance)
        world.stop(instance, "Client.UserInitiatedShutdown")
        changed.append({"InstanceId": instance_id, "PreviousState": before, "CurrentState": describes.state_row(instance)})
    return {"StoppingInstances": changed}


def _start_instances(world: World, account: str, region: str, params: dict) -> dict:
    changed = []
    for instance_id in params["InstanceIds"]:
        instance = describes.one_of(world, account, region, instance_id)
        if instance.state != "stopped":
            raise AwsError("IncorrectInstanceState", f"The instance '{instance_id}' is not in a state from which it can be started.")
        before = describes.state_row(instance)
        instance.boots_at, instance.state_reason = world.now() + world.settings["boot_seconds"], None
        instance.notice = None
        world.enter(instance, "pending")
        changed.append({"InstanceId": instance_id, "PreviousState": before, "CurrentState": describes.state_row(instance)})
    return {"StartingInstances": changed}


def _create_tags(world: World, account: str, region: str, params: dict) -> dict:
    for resource in params["Resources"]:
        tags = {tag["Key"]: tag.get("Value", "") for tag in params["Tags"]}
        describes.one_of(world, account, region, resource).tags.update(tags)
    world.changed()
    return {}


def _describe_tags(world: World, account: str, region: str, params: dict) -> dict:
    rows = [
        {"ResourceId": i.instance_id, "ResourceType": "instance", "Key": key, "Value": value}
        for i in world.instances.values() if i.account_id == account for key, value in i.tags.items()
    ]  # fmt: skip
    page, token = describes.paged(rows, params.get("NextToken"), params.get("MaxResults", 1000))
    return {"Tags": page, "NextToken": token}


def _create_launch_template(world: World, account: str, region: str, params: dict) -> dict:
    template = {
        "id": world.new_id("lt"), "account_id": account, "name": params["LaunchTemplateName"], "default": 1,
        "versions": [params["LaunchTemplateData"]], "created_at": world.now(),
    }  # fmt: skip
    world.templates[template["id"]] = template
    world.changed()
    return {"LaunchTemplate": _template_row(template)}


def _create_launch_template_version(world: World, account: str, region: str, params: dict) -> dict:
    template = find_template(world, account, params)
    base = template["versions"][int(params["SourceVersion"]) - 1] if params.get("SourceVersion") else {}
    template["versions"].append({**base, **params["LaunchTemplateData"]})
    world.changed()
    return {"LaunchTemplateVersion": _version_row(template, len(template["versions"]))}


def _describe_launch_templates(world: World, account: str, region: str, params: dict) -> dict:
    mine = [t for t in world.templates.values() if t["account_id"] == account]
    return {"LaunchTemplates": [_template_row(t) for t in mine]}


def _describe_launch_template_versions(world: World, account: str, region: str, params: dict) -> dict:
    template = find_template(world, account, params)
    return {"LaunchTemplateVersions": [_version_row(template, n + 1) for n in range(len(template["versions"]))]}


def _template_row(template: dict) -> dict:
    return {
        "LaunchTemplateId": template["id"], "LaunchTemplateName": template["name"], "CreateTime": stamp(template["created_at"]),
        "DefaultVersionNumber": template["default"], "LatestVersionNumber": len(template["versions"]),
    }  # fmt: skip


def _version_row(template: dict, number: int) -> dict:
    return {
        "LaunchTemplateId": template["id"], "LaunchTemplateName": template["name"], "VersionNumber": number,
        "DefaultVersion": number == template["default"], "LaunchTemplateData": template["versions"][number - 1],
    }  # fmt: skip


def _get_caller_identity(world: World, account: str, region: str, params: dict) -> dict:
    return {"Account": account, "Arn": f"arn:aws:iam::{account}:user/simulated", "UserId": "AIDASIMULATED"}


def _assume_role(world: World, account: str, region: str, params: dict) -> dict:
    """Answers for roles that trust us: the ExternalId must be the one in the role's name, ``…/spotopt-<external id>``."""
    target, name = params["RoleArn"].split(":")[4], params["RoleArn"].rpartition("/")[2]
    if params.get("ExternalId") != name.removeprefix("spotopt-"):
        raise AwsError("AccessDenied", f"not authorized to perform: sts:AssumeRole on resource: {params['RoleArn']}", 403)
    return {
        "Credentials": {
            "AccessKeyId": f"AKIA{target}", "SecretAccessKey": "simulated", "SessionToken": "simulated",
            "Expiration": stamp(world.now() + 3600),
        },
        "AssumedRoleUser": {"AssumedRoleId": "AROASIMULATED:spot-optimizer", "Arn": params["RoleArn"]},
    }  # fmt: skip


def _get_products(world: World, account: str, region: str, params: dict) -> dict:
    wanted = {f["Field"]: f["Value"] for f in params.get("Filters", [])}
    products = [_product(name) for name in sorted(TYPES)]
    found = [p for p in products if all(p["product"]["attributes"].get(k) == v for k, v in wanted.items())]
    page, token = describes.paged(found, params.get("NextToken"), params.get("MaxResults", 100))
    return {"FormatVersion": "aws_v1", "PriceList": [json.dumps(p) for p in page]} | ({"NextToken": token} if token else {})


def _product(name: str) -> dict:
    info = TYPES[name]
    attributes = {
        "instanceType": name, "regionCode": REGION, "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA",
        "capacitystatus": "Used", "vcpu": str(info.vcpus), "memory": f"{info.memory_mib / 1024:g} GiB",
    }  # fmt: skip
    rate = {"unit": "Hrs", "pricePerUnit": {"USD": f"{info.usd_per_hour:.10f}"}, "beginRange": "0", "endRange": "Inf"}
    return {
        "product": {"productFamily": "Compute Instance", "attributes": attributes, "sku": f"SKU{name}"},
        "serviceCode": "AmazonEC2",
        "terms": {"OnDemand": {f"SKU{name}.T": {"priceDimensions": {f"SKU{name}.T.D": rate}, "sku": f"SKU{name}"}}},
    }


Operation = Callable[[World, str, str, dict], dict]

OPERATIONS: dict[str, dict[str, Operation]] = {
    "ec2": {
        "RunInstances": _run_instances,
        "TerminateInstances": _terminate_instances,
        "StopInstances": _stop_instances,
        "StartInstances": _start_instances,
        "DescribeInstances": describes.describe_instances,
        "DescribeInstanceStatus": describes.describe_instance_status,
        "DescribeSpotPriceHistory": describes.describe_spot_price_history,
        "DescribeAvailabilityZones": describes.describe_availability_zones,
        "DescribeRegions": describes.describe_regions,
        "DescribeSubnets": describes.describe_subnets,
        "DescribeImages": describes.describe_images,
        "DescribeInstanceTypes": describes.describe_instance_types,
        "DescribeInstanceTypeOfferings": describes.describe_instance_type_offerings,
        "GetSpotPlacementScores": describes.get_spot_placement_scores,
        "CreateTags": _create_tags,
        "DescribeTags": _describe_tags,
        "CreateLaunchTemplate": _create_launch_template,
        "CreateLaunchTemplateVersion": _create_launch_template_version,
        "DescribeLaunchTemplates": _describe_launch_templates,
        "DescribeLaunchTemplateVersions": _describe_launch_template_versions,
    },
    "sts": {"GetCallerIdentity": _get_caller_identity, "AssumeRole": _assume_role},
    "pricing": {"GetProducts": _get_products},
    "sqs": SQS,
    "events": EVENTS,
    "autoscaling": AUTO_SCALING,
}
WAITING = {"ReceiveMessage"}  # called without the world's lock
