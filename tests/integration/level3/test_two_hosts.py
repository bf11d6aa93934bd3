"""F42: two hosts of one agent decide at the same moment, on EC2's own wire: one machine, whatever their plans say."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest

from agent.ec2 import Ec2, role_credentials
from agent.imds import Imds
from core.cloud.simulator.catalogue import IMAGE
from core.cloud.simulator.roles import profile_of
from tests.integration.shop import Still
from tests.simulator import ACCOUNT
from tests.unit.agent.kit import PRIMARY, REPLICA, ZONES, Host, plan_text

ROUNDS = 25


@pytest.fixture
def roles(still: Still) -> list[Ec2]:
    """EC2 as two hosts with the role may use it."""
    made = still.ec2().run_instances(
        ImageId=IMAGE, InstanceType="m5.large", MinCount=2, MaxCount=2, IamInstanceProfile={"Arn": profile_of(ACCOUNT)}
    )["Instances"]
    return [role(still, machine["InstanceId"]) for machine in made]


def role(still: Still, instance_id: str) -> Ec2:
    imds = Imds(f"{still.url}/imds/{instance_id}")
    known = role_credentials(imds)
    return Ec2("us-east-1", still.url, lambda: known)


@pytest.mark.parametrize("places", [(ZONES, ZONES), (ZONES, ZONES[::-1])], ids=["equal plans", "plans of different age"])
def test_two_hosts_deciding_at_once_get_one_machine(still: Still, roles, tmp_path, places):
    with ThreadPoolExecutor(2) as both:
        rounds = [one_round(both, roles, tmp_path / str(number), places) for number in range(ROUNDS)]

    assert [len(machines) for machines in rounds] == [1] * ROUNDS
    assert len(launched(still)) == ROUNDS


def test_hosts_that_made_up_their_tokens_would_get_two(still: Still, roles, tmp_path):
    """The naive twin: a token of its own for each host."""
    with ThreadPoolExecutor(2) as both:
        machines = one_round(both, roles, tmp_path, (ZONES, ZONES), own_tokens=True)

    assert len(machines) == 2


def one_round(both: ThreadPoolExecutor, roles: list[Ec2], folder: Path, places: tuple, own_tokens: bool = False) -> set[str]:
    """The primary's host with its notice and the replica's with a dead primary, at one barrier; the machines they got."""
    agent, barrier = str(uuid4()), Barrier(2)
    hosts = [one_host(folder / own_id, own_id, agent, ec2, az_ids) for own_id, ec2, az_ids in zip((PRIMARY, REPLICA), roles, places, strict=True)]

    def decide(host: Host) -> str:
        plan = host.plans.usable()
        if own_tokens:
            object.__setattr__(plan, "client_token", uuid4().hex)
        barrier.wait()
        host.alone._carry_out(plan, "interruption")
        return host.decisions.of(3)["outcome"]["instance_id"]

    return set(both.map(decide, hosts))


def one_host(folder: Path, own_id: str, agent: str, ec2: Ec2, az_ids: list[str]) -> Host:
    text = plan_text(az_ids=az_ids, agent=agent).replace('"image_id":"ami-1"', f'"image_id":"{IMAGE}"')
    text = text.replace('"iam_instance_profile":"arn:aws:iam::1:instance-profile/p",', "").replace('"security_group_ids":["sg-1"]', '"security_group_ids":[]')
    return Host(folder, own_id, ec2=ec2, text=text, agent=agent)


def launched(still: Still) -> set[str]:
    return {row["instance_id"] for row in still.instances() if "spotopt:level3" in row["tags"]}
