"""What a host launched alone is recorded before anything judges or replaces it, also when nobody is left to report it."""

import pytest

from agent.ec2 import Ec2, role_credentials, run_parameters
from agent.imds import Imds
from agent.sigv4 import Credentials
from core.cloud.simulator.roles import profile_of
from core.emergencies.reconciler import reconcile
from core.execution.actions import install_name
from core.execution.orphans import sweep
from core.execution.watch import watch
from tests.integration.shop import Shop
from tests.simulator import ACCOUNT


@pytest.fixture
def alone(shop: Shop, settings) -> str:
    """The machine that the PRIMARY's host launched by its plan, with boto3 in its place; its EC2 id."""
    return launch(shop, settings, shop.workload.uuid)


def launch(shop: Shop, settings, agent_uuid: str) -> str:
    tags = {
        "ManagedBy": "SpotOptimizer", "spotopt:install": install_name(settings), "spotopt:agent": agent_uuid, "spotopt:epoch": "0",
        "spotopt:level3": "1",
    }  # fmt: skip
    made = shop.simulator.ec2().run_instances(
        ImageId="ami-0de30c0ffee000001", InstanceType="m5.large", MinCount=1, MaxCount=1, Placement={"AvailabilityZoneId": "use1-az1"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}],
    )  # fmt: skip
    return made["Instances"][0]["InstanceId"]


def test_the_sweep_adopts_before_it_judges(shop: Shop, settings, executor, alone):
    shop.world.jump(seconds=61)

    counts = sweep(shop.clouds, settings)
    executor.drain()

    assert (counts["adopted"], counts["orphans"]) == (1, 0)
    assert shop.replica()["ec2_instance_id"] == alone
    assert alone in {machine["instance_id"] for machine in shop.machines()}


def test_a_machine_is_adopted_once(shop: Shop, settings, alone):
    sweep(shop.clouds, settings)

    assert sweep(shop.clouds, settings)["adopted"] == 0


def test_a_machine_of_an_agent_we_do_not_know_is_an_orphan_like_any_other(shop: Shop, settings):
    launch(shop, settings, "00000000-0000-4000-8000-000000000000")
    shop.world.jump(seconds=61)

    counts = sweep(shop.clouds, settings)

    assert (counts["adopted"], counts["orphans"]) == (0, 1)


def test_a_primary_that_died_while_every_server_was_down_is_followed_by_the_machine_its_host_launched(shop: Shop, alone):
    """The watch finds the dead PRIMARY first: it looks for such a machine before it replaces anything."""
    shop.simulator.kill(shop.workload.primary.ec2_instance_id)
    shop.world.jump(seconds=60)

    watch(shop.clouds)
    reconcile()

    agent = shop.world.agent(shop.workload)
    assert shop.world.instance(agent.primary_instance_id).ec2_instance_id == alone
    assert agent.epoch == 1
    assert shop.intent() is None, "nothing else was ordered"


def test_a_watch_that_did_not_look_would_order_a_second_machine(shop: Shop, alone, monkeypatch):
    """The naive twin."""
    monkeypatch.setattr("core.execution.watch._adopt_before_judging", lambda *args: None)
    shop.simulator.kill(shop.workload.primary.ec2_instance_id)
    shop.world.jump(seconds=60)

    watch(shop.clouds)

    assert shop.intent() is not None


@pytest.fixture
def role(shop: Shop) -> Ec2:
    """EC2 as the role of a host with an instance profile may use it."""
    made = shop.simulator.ec2().run_instances(
        ImageId="ami-0de30c0ffee000001", InstanceType="m5.large", MinCount=1, MaxCount=1, IamInstanceProfile={"Arn": profile_of(ACCOUNT)}
    )
    imds = Imds(f"{shop.simulator.url}/imds/{made['Instances'][0]['InstanceId']}")
    return Ec2("us-east-1", shop.simulator.url, lambda: role_credentials(imds))


REQUEST = {"image_id": "ami-0de30c0ffee000001", "instance_type": "m5.large", "user_data": "#!/bin/bash\n"}
TAGS = {"spotopt:level3": "1", "spotopt:agent": "a"}


def test_the_hosts_signer_is_believed_by_ec2(role: Ec2):
    machine = role.run(REQUEST, "use1-az1", TAGS, "t" * 64)

    assert (machine.state, machine.az_id) == ("pending", "use1-az1")
    assert role.states(machine.instance_id) == {machine.instance_id: "pending"}
    assert role.by_token("t" * 64) == machine
    assert role.spot_prices("m5.large", "us-east-1a")


def test_a_wrong_signature_is_refused(role: Ec2):
    good = role._credentials()
    role._credentials = lambda: Credentials(good.key, "another", good.token)

    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        role.states("i-00000000000000001")


def test_the_role_may_launch_nothing_but_what_bears_our_tag(role: Ec2):
    with pytest.raises(Exception, match="UnauthorizedOperation"):
        role.run(REQUEST, "use1-az1", {"Name": "mine"}, "u" * 64)


def test_the_role_may_not_ask_for_spot_or_end_machines(role: Ec2):
    spot = run_parameters(REQUEST, "use1-az1", TAGS, "v" * 64) | {"InstanceMarketOptions.MarketType": "spot"}
    for call in (spot, {"Action": "TerminateInstances", "InstanceId.1": "i-00000000000000001"}):
        with pytest.raises(Exception, match="UnauthorizedOperation"):
            role._call(call)
