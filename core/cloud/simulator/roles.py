"""Roles of instances: credentials in the metadata, whose signatures are checked and which open three calls only.

The policy is the one that docs/AGENTS.md asks for: an On-Demand launch that bears the tag ``spotopt:level3``, and two
Describes. A key of the account itself (AKIA…) is believed: those calls come from the server and from tests.
"""

import hashlib
import hmac
import json
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from core.cloud.simulator.failure import AwsError
from core.cloud.simulator.instance import SimInstance, iso
from core.cloud.simulator.world import World

ROLE = "spotopt-host"
LIFE_SECONDS = 6 * 3600
TAG = "spotopt:level3"


def profile_of(account: str) -> str:
    """The instance profile whose role an agent may use."""
    return f"arn:aws:iam::{account}:instance-profile/{ROLE}"


def credentials(world: World, i: SimInstance) -> str:
    """What the metadata shows under the role's name."""
    key = f"ASIA{i.account_id}"
    return json.dumps({
        "Code": i.imds.get("role_code", "Success"), "Type": "AWS-HMAC", "LastUpdated": iso(world.now()), "AccessKeyId": key,
        "SecretAccessKey": _secret(world, i.instance_id), "Token": f"role-of-{i.instance_id}", "Expiration": iso(world.now() + LIFE_SECONDS),
    })  # fmt: skip


def check(world: World, headers: dict[str, str], body: bytes, region: str, action: str, params: dict) -> None:
    """Refuse what the role of an instance did not sign, or may not do; keys of the account pass."""
    if "Credential=ASIA" not in headers.get("authorization", ""):
        return
    instance = world.instances.get(headers.get("x-amz-security-token", "").removeprefix("role-of-"))
    if instance is None:
        raise AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    if not hmac.compare_digest(headers["authorization"], _signed(world, instance, headers, body, region)):
        raise AwsError("SignatureDoesNotMatch", "The request signature we calculated does not match the one you provided.", 403)
    if action in instance.imds.get("denied", []) or not _allows(action, params):
        raise AwsError("UnauthorizedOperation", f"You are not authorized to perform this operation: ec2:{action}.", 403)


def _secret(world: World, instance_id: str) -> str:
    return hashlib.sha256(f"{world.seed}:{instance_id}".encode()).hexdigest()[:40]


def _signed(world: World, i: SimInstance, headers: dict[str, str], body: bytes, region: str) -> str:
    """The Authorization header that AWS's own signer makes of this request."""
    names = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    request = AWSRequest("POST", f"http://{headers['host']}/", data=body, headers={name: headers.get(name, "") for name in names})
    request.context["timestamp"] = headers.get("x-amz-date", "")
    signer = SigV4Auth(Credentials(f"ASIA{i.account_id}", _secret(world, i.instance_id), headers["x-amz-security-token"]), "ec2", region)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    scope = signer.scope(request)
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={';'.join(sorted(names))}, Signature={signer.signature(text, request)}"


def _allows(action: str, params: dict[str, Any]) -> bool:
    if action in ("DescribeInstances", "DescribeSpotPriceHistory"):
        return True
    tags = {tag["Key"] for one in params.get("TagSpecifications", []) for tag in one.get("Tags", [])}
    return action == "RunInstances" and TAG in tags and "InstanceMarketOptions" not in params
