"""Exchanges in odd circumstances: the successor is replaced itself, the group is gone, silent or forbidden."""

import pytest

from core.cloud.aws import Ec2
from core.domain.pools import pool_id
from core.domain.switch import refuse
from core.emergencies import emergency
from core.execution import breaker, groups
from core.locks import lock_agent
from core.moves import decisions, switching
from core.moves.surroundings import Grounds
from core.people import fleet
from core.sql import instances
from tests.integration.scaling.garage import Garage, until
from tests.integration.scaling.member_shop import MemberShop, open_member_shop


@pytest.fixture
def shop(world, garage: Garage, clouds, executor) -> MemberShop:
    garage.build(1, 1, 2)
    return open_member_shop(world, garage, clouds, executor)


def second_successor(shop: MemberShop) -> str:
    """Another replica takes over from the present PRIMARY, without a notice."""
    machine = shop.garage.machine("us-east-1b")
    replica = shop.world.replica(shop.workload, ec2_id=machine)

    def promote(tx) -> None:
        agent, _ = lock_agent(tx, shop.workload.id)
        emergency.promote_replica(tx, agent, instances.get(tx, replica.instance_id), "a test")

    shop.world.db.run(promote)
    return machine


def rows(shop: MemberShop) -> list[tuple[str, str]]:
    return [(row["state"], row["sentence"]) for row in shop.world.all("SELECT state, sentence FROM group_exchanges ORDER BY id")]


def settle(shop: MemberShop) -> None:
    for _ in range(20):
        groups.advance(shop.clouds)
        shop.executor.drain()


def test_a_successor_that_is_replaced_before_it_was_asked_in_hands_its_turn_on(shop: MemberShop):
    shop.move()

    second = second_successor(shop)
    settle(shop)

    assert rows(shop) == [("done", f"{second} has the place of {shop.old} in web-spot")]
    assert (shop.garage.serving(), shop.garage.sizes()) == ([second], (1, 1, 2))


def test_a_successor_that_is_replaced_in_the_middle_is_exchanged_in_its_turn(shop: MemberShop):
    first = shop.move()
    groups.advance(shop.clouds)
    shop.executor.drain()
    assert first in shop.garage.states()

    second = second_successor(shop)
    settle(shop)

    assert [state for state, _ in rows(shop)] == ["done", "done"]
    assert (shop.garage.serving(), shop.garage.sizes()) == ([second], (1, 1, 2))


def test_without_its_group_an_exchange_is_over(shop: MemberShop):
    shop.move()
    shop.garage.api.delete_auto_scaling_group(AutoScalingGroupName="web-spot", ForceDelete=True)

    settle(shop)

    assert rows(shop) == [("done", "the group web-spot is no more")]


def test_without_the_permission_to_ask_people_hear_of_it_once_and_the_account_goes_on(shop: MemberShop):
    shop.move()
    shop.garage.levers.fault("DescribeAutoScalingGroups", code="AccessDenied", http_status=403, count=50)

    for _ in range(6):
        groups.advance(shop.clouds)

    assert rows(shop)[0][0] == "open"
    assert shop.world.one("SELECT COUNT(*) AS n FROM notifications WHERE dedupe_key LIKE 'group:%%'")["n"] == 1
    assert shop.world.db.run(lambda tx: breaker.may_call(tx, shop.workload.account_id))
    shop.garage.levers.clear_faults()
    settle(shop)
    assert rows(shop)[0][0] == "done"


def test_without_the_permission_to_attach_the_machine_stays_beside_and_the_account_is_in_good_health(shop: MemberShop):
    shop.move()
    shop.garage.levers.fault("AttachInstances", code="AccessDenied", http_status=403, count=50)

    settle(shop)

    assert rows(shop)[0][0] == "outside"
    assert shop.calls().count("AttachInstances") == 3
    assert shop.world.one("SELECT health FROM accounts")["health"] == "ok"


def test_a_silent_auto_scaling_is_asked_again_when_the_breaker_lets_us(shop: MemberShop):
    shop.move()
    shop.garage.levers.fault("DescribeAutoScalingGroups", code="InternalFailure", http_status=500, count=500)
    for _ in range(6):
        groups.advance(shop.clouds)
    shop.world.execute("UPDATE account_breakers SET failing_since = failing_since - INTERVAL 5 SECOND")
    groups.advance(shop.clouds)
    assert not shop.world.db.run(lambda tx: breaker.may_call(tx, shop.workload.account_id))

    shop.garage.levers.clear_faults()
    shop.world.jump(seconds=31)
    settle(shop)
    assert rows(shop)[0][0] == "done"


def test_a_machine_that_is_the_primary_again_keeps_its_place(shop: MemberShop):
    shop.move()
    back = shop.workload.primary.id

    def undo(tx) -> None:
        agent, _ = lock_agent(tx, shop.workload.id)
        instances.move(tx, instances.get(tx, back), "REPLICA", "undone by a test")
        emergency.promote_replica(tx, agent, instances.get(tx, back), "undone by a test")

    shop.world.db.run(undo)
    settle(shop)

    assert (shop.garage.serving(), shop.garage.sizes(), shop.calls()) == ([shop.old], (1, 1, 2), [])


def test_members_and_sizes_are_learned_and_forgotten(shop: MemberShop):
    assert groups.learn_members(shop.clouds)["groups"] == 1
    row = shop.world.one("SELECT name, min_size, desired, max_size, zones FROM scaling_groups")
    assert (row["name"], row["min_size"], row["desired"], row["max_size"]) == ("web-spot", 1, 1, 2)
    assert row["zones"] == '["use1-az1","use1-az6"]'
    shop.garage.hook(seconds=120)
    groups.learn_members(shop.clouds)
    assert shop.world.one("SELECT hooks FROM scaling_groups")["hooks"] == '{"spotopt-drain":120}'

    shop.garage.api.detach_instances(InstanceIds=[shop.old], AutoScalingGroupName="web-spot", ShouldDecrementDesiredCapacity=False)
    shop.world.beat(shop.workload, shop.workload.primary.id)
    assert groups.learn_members(shop.clouds)["changed"] == 1

    assert shop.world.instance(shop.workload.primary.id).asg_name is None
    until("the group has another", lambda: len(shop.garage.serving()) == 1)


def test_a_planned_move_of_a_member_stays_in_the_zones_of_its_group(shop: MemberShop):
    groups.learn_members(shop.clouds)

    def look(tx) -> list:
        agent, _ = lock_agent(tx, shop.workload.id)
        targets = (pool_id("use1-az1", "c5.large"), pool_id("use1-az2", "m5.large"))
        refusals = [refuse(switching.look(tx, agent, target), tx.now(), forced=True) for target in targets]
        made = decisions.weigh(tx, agent, instances.get(tx, agent.primary_instance_id), Grounds().of(tx, agent.client_id, "us-east-1"))
        return [refusals, {one.pool_id.split(":")[0] for one in made.choice.rejected if "Auto Scaling group" in one.why}]

    (within, beyond), out = shop.world.db.run(look)
    assert (within, beyond.code) == (None, "SwitchRefused")
    assert "none of the zones" in beyond.reason
    assert out == {"use1-az2"}


def test_the_page_of_a_workload_tells_of_its_group_and_of_an_exchange_that_did_not_come_about(shop: MemberShop):
    groups.learn_members(shop.clouds)
    told = shop.world.db.run(lambda tx: fleet.group_of(tx, shop.workload.id))
    assert (told["name"], told["is_member"], told["desired"], told["exchange"]) == ("web-spot", True, 1, None)
    assert shop.world.db.run(lambda tx: fleet.of_agent(tx, shop.workload.id))["primary"]["asg_name"] == "web-spot"

    shop.move()
    shop.garage.levers.fault("AttachInstances", code="AccessDenied", http_status=403, count=50)
    settle(shop)

    told = shop.world.db.run(lambda tx: fleet.group_of(tx, shop.workload.id))
    assert (told["is_member"], told["exchange"]["state"]) == (False, "outside")
    assert "could not join" in told["exchange"]["sentence"]


def test_a_member_that_has_died_is_a_member_until_it_is_exchanged(shop: MemberShop, monkeypatch):
    """Its successor is promoted a minute later, and must know the group."""
    shop.garage.levers.kill(shop.old)
    until("the group has noticed", lambda: shop.old not in shop.garage.states())

    groups.learn_members(shop.clouds)
    assert shop.world.instance(shop.workload.primary.id).asg_name == "web-spot"
    monkeypatch.setattr(Ec2, "members", lambda self, region: {})  # EC2 forgets the tags of a machine some time after its end
    groups.learn_members(shop.clouds)

    assert shop.world.instance(shop.workload.primary.id).asg_name == "web-spot"
