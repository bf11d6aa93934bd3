"""What a client reads of its Auto Scaling groups, and of what our role may do to them."""

import json

import pytest

from core.execution import groups
from routes.groups import Groups
from scripts.server_policy import FILE
from tests.integration.conftest import data_of
from tests.integration.scaling.garage import Garage
from tests.integration.scaling.member_shop import MemberShop, open_member_shop
from tests.simulator import ACCOUNT


@pytest.fixture
def shop(world, garage: Garage, clouds, executor) -> MemberShop:
    garage.build(1, 1, 3, CapacityRebalance=True)
    garage.hook(seconds=300)
    return open_member_shop(world, garage, clouds, executor)


def test_a_client_reads_its_groups_with_their_members_and_sizes(shop: MemberShop, api):
    groups.learn_members(shop.clouds)

    told = data_of(api.by(shop.workload.client.token).get("/api/groups"))

    assert Groups().validate(told) == {}
    [group] = told["groups"]
    assert (group["name"], group["aws_account_id"], group["az_ids"]) == ("web-spot", ACCOUNT, ["use1-az1", "use1-az6"])
    assert (group["min_size"], group["desired"], group["max_size"], group["capacity_rebalance"]) == (1, 1, 3, True)
    assert group["hooks"] == {"spotopt-drain": 300}
    assert [(one["ec2_instance_id"], one["role"]) for one in group["members"]] == [(shop.old, "PRIMARY")]
    assert data_of(api.by(shop.world.client("Other").token).get("/api/groups")) == {"groups": []}


def test_the_policy_is_the_shipped_one(shop: MemberShop, api):
    told = data_of(api.by(shop.workload.client.token).get("/api/account/iam-policy"))

    assert told["policy"] == json.loads(FILE.read_text())
