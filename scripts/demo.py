"""The demo fleet: one client, a few workloads on simulated spot instances, and the token to look at them."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import boto3

from core.cloud.simulator.catalogue import IMAGE, REGION
from core.cloud.simulator.roles import profile_of
from scripts import event_queue
from scripts.client import Api
from scripts.stack import Stack

ACCOUNT = "123456789012"
FLEET = (("web-shop", "m5.large", "use1-az6"), ("search-api", "c5.large", "use1-az1"), ("report-worker", "m6i.large", "use1-az2"))

MORE = (("checkout", "m5.large", "use1-az4"), ("mail-relay", "t3.medium", "use1-az1"))
SECOND = (("billing", "c5.large", "use1-az2"), ("image-resizer", "m5a.large", "use1-az6"))
SECOND_ACCOUNT = "210987654321"


@dataclass(frozen=True)
class Fleet:
    """A client and its token."""

    client_id: str
    token: str


def seed(stack: Stack, fleet: tuple[tuple[str, str, str], ...] = FLEET, account: str = ACCOUNT, name: str = "Demo") -> Fleet:
    """The demo's client and fleet, made at the first start and found again at the next."""
    file = stack.folder / f"{name.lower()}.json"
    if file.exists():
        return Fleet(**json.loads(file.read_text()))
    event_queue.create(stack.simulator_url, account)
    made = create_client(stack, name)
    api = Api(stack.url, made.token)
    for workload, instance_type, az_id in fleet:
        launch_workload(stack, api, workload, instance_type, az_id, account)
    _keep(file, made)
    return made


def seed_town(stack: Stack) -> list[Fleet]:
    """Two clients, so that one can see that neither sees the other."""
    return [seed(stack, FLEET + MORE), seed(stack, SECOND, SECOND_ACCOUNT, "Acme")]


def create_client(stack: Stack, name: str) -> Fleet:
    admin = Api(stack.url, stack.secrets["ADMIN_TOKEN"])
    made = admin.post("/api/admin/clients/create", {"name": name, "email": f"{name.lower()}@example.com"})
    return Fleet(made["client"]["client_id"], made["token"])


def launch_workload(
    stack: Stack, api: Api, workload: str, instance_type: str, az_id: str, account: str = ACCOUNT, *, role: bool = True
) -> str:
    """What a customer does: run a spot instance whose UserData enrols it, with the ``role`` that Level 3 needs. The instance's id."""
    token = api.post("/api/agents/enrolment-tokens", {"aws_account_id": account})["token"]
    script = f"#!/bin/bash\nexec spotopt-agent --server {stack.url} --token {token} --name {workload}\n"
    answer = ec2(stack, account).run_instances(
        ImageId=IMAGE, InstanceType=instance_type, MinCount=1, MaxCount=1, UserData=script,
        Placement={"AvailabilityZoneId": az_id}, InstanceMarketOptions={"MarketType": "spot"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [
            {"Key": "ManagedBy", "Value": "SpotOptimizer"}, {"Key": "Name", "Value": workload}]}],
        **({"IamInstanceProfile": {"Arn": profile_of(account)}} if role else {}),
    )  # fmt: skip
    return answer["Instances"][0]["InstanceId"]


def ec2(stack: Stack, account: str = ACCOUNT):
    """boto3 on the simulated AWS."""
    return boto3.client(
        "ec2", region_name=REGION, endpoint_url=stack.simulator_url, aws_access_key_id=f"AKIA{account}",
        aws_secret_access_key="simulated",
    )  # fmt: skip


def wait_until_serving(stack: Stack, fleet: Fleet, count: int, seconds: float = 30) -> list[dict]:
    """The fleet's rows once ``count`` workloads serve; TimeoutError with how it stands otherwise."""
    api, deadline = Api(stack.url, fleet.token), time.monotonic() + seconds
    while True:
        agents = api.get(f"/api/client/{fleet.client_id}/agents")["agents"]
        if sum(bool(agent["serving"]) for agent in agents) >= count:
            return agents
        if time.monotonic() > deadline:
            raise TimeoutError(f"{[(a['logical_name'], a['sentence']) for a in agents]}")
        time.sleep(0.1)


def _keep(file: Path, fleet: Fleet) -> None:
    file.touch(mode=0o600)
    file.write_text(json.dumps(fleet.__dict__))
