"""The few calls to EC2 that an agent may make, with the credentials of its host's role."""

import re
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import requests

from agent.imds import Imds, Trouble
from agent.sigv4 import Credentials, signed_headers

VERSION = "2016-11-15"
TIMEOUT = (2, 8)
ROLE = "meta-data/iam/security-credentials/"
NO_CAPACITY = {
    "InsufficientInstanceCapacity", "InsufficientCapacity", "Unsupported", "InsufficientFreeAddressesInSubnet",
    "InstanceLimitExceeded", "VcpuLimitExceeded",
}  # fmt: skip
TRY_AGAIN = {"RequestLimitExceeded", "Throttling", "InternalError", "InternalFailure", "ServiceUnavailable", "Unavailable", "RequestExpired"}
MISMATCH = "IdempotentParameterMismatch"


class NoAnswer(Exception):
    """It is not known what became of the call; the same token again is harmless."""


class Refused(Exception):
    """EC2 said no; ``code`` is its word."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True)
class Machine:
    """One instance as EC2 shows it."""

    instance_id: str
    state: str
    az_id: str | None


def role_credentials(imds: Imds) -> Credentials:
    """Fresh from the metadata; NoAnswer where the host has no role or the answer is an error object (MP10)."""
    try:
        role = (imds.text(ROLE) or "").strip()
        told = imds.json(f"{ROLE}{role}") if role else None
    except Trouble as error:
        raise NoAnswer(f"credentials: {error}") from None
    if not isinstance(told, dict) or told.get("Code") != "Success":
        raise NoAnswer("this host has no role whose credentials could be used")
    return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["Token"])


class Ec2:
    """EC2 of one region. ``url`` None is the real one."""

    def __init__(self, region: str, url: str | None, credentials: Callable[[], Credentials]):
        self._region, self._url = region, (url or f"https://ec2.{region}.amazonaws.com").rstrip("/") + "/"
        self._credentials = credentials

    def run(self, request: dict[str, Any], az_id: str, tags: dict[str, str], token: str) -> Machine:
        """One On-Demand instance; equal values send equal parameters."""
        return _machines(self._call(run_parameters(request, az_id, tags, token)))[0]

    def states(self, *instance_ids: str) -> dict[str, str]:
        """The state of each; an id that EC2 does not know is missing."""
        filters = {"Filter.1.Name": "instance-id"} | {f"Filter.1.Value.{n}": one for n, one in enumerate(instance_ids, 1)}
        found = _machines(self._call({"Action": "DescribeInstances", **filters}))
        return {machine.instance_id: machine.state for machine in found}

    def by_token(self, token: str) -> Machine | None:
        """The machine that a ClientToken made."""
        found = self._call({"Action": "DescribeInstances", "Filter.1.Name": "client-token", "Filter.1.Value.1": token})
        return next(iter(_machines(found)), None)

    def spot_prices(self, instance_type: str, az: str) -> list[tuple[str, str]]:
        """The present price of a type in a zone: (USD per hour, time), newest first."""
        answer = self._call({
            "Action": "DescribeSpotPriceHistory", "InstanceType.1": instance_type, "AvailabilityZone": az,
            "ProductDescription.1": "Linux/UNIX", "StartTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "MaxResults": "5",
        })  # fmt: skip
        return [(row.findtext("spotPrice"), row.findtext("timestamp")) for row in answer.iterfind("spotPriceHistorySet/item")]

    def _call(self, parameters: dict[str, str]) -> ElementTree.Element:
        body = urlencode({"Version": VERSION, **parameters}).encode()
        headers = signed_headers(self._url, self._region, "ec2", body, self._credentials(), time.time())
        with requests.Session() as session:
            session.trust_env = not self._url.startswith("http://127.")
            try:
                reply = session.post(self._url, data=body, headers=headers, timeout=TIMEOUT)
            except requests.RequestException as error:
                raise NoAnswer(f"EC2: {type(error).__name__}") from None
        return _answer(reply)


def run_parameters(request: dict[str, Any], az_id: str, tags: dict[str, str], token: str) -> dict[str, str]:
    """The form of a RunInstances call. Without InstanceMarketOptions it is On-Demand."""
    form = {
        "Action": "RunInstances", "MinCount": "1", "MaxCount": "1", "ClientToken": token, "ImageId": request["image_id"],
        "InstanceType": request["instance_type"], "Placement.AvailabilityZoneId": az_id, "UserData": _base64(request["user_data"]),
        "TagSpecification.1.ResourceType": "instance",
    }  # fmt: skip
    for n, (key, value) in enumerate(sorted(tags.items()), 1):
        form |= {f"TagSpecification.1.Tag.{n}.Key": key, f"TagSpecification.1.Tag.{n}.Value": value}
    form |= {f"SecurityGroupId.{n}": group for n, group in enumerate(request.get("security_group_ids", []), 1)}
    if request.get("iam_instance_profile"):
        form["IamInstanceProfile.Arn"] = request["iam_instance_profile"]
    if request.get("key_name"):
        form["KeyName"] = request["key_name"]
    return form


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _answer(reply: requests.Response) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(re.sub(rb' xmlns="[^"]+"', b"", reply.content, count=1))
    except ElementTree.ParseError:
        raise NoAnswer(f"EC2: HTTP {reply.status_code} and no XML") from None
    if reply.ok:
        return root
    code, message = root.findtext("Errors/Error/Code") or "Unknown", root.findtext("Errors/Error/Message") or ""
    if code in TRY_AGAIN or reply.status_code >= 500 and code not in NO_CAPACITY:
        raise NoAnswer(f"EC2: {code}")
    raise Refused(code, message)


def _machines(root: ElementTree.Element) -> list[Machine]:
    rows = [*root.iterfind("instancesSet/item"), *root.iterfind("reservationSet/item/instancesSet/item")]
    return [
        Machine(row.findtext("instanceId"), row.findtext("instanceState/name"), row.findtext("placement/availabilityZoneId"))
        for row in rows
    ]
