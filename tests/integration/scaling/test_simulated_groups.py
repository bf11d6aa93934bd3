"""The simulated Auto Scaling answers boto3 as the real one is documented to, and acts by itself as a group does."""

import pytest
from botocore.exceptions import ClientError

from tests.integration.scaling.garage import Garage, until


def test_a_group_launches_its_members_tagged_with_its_name_over_its_zones(garage: Garage):
    garage.build(1, 2, 3, Tags=[{"Key": "team", "Value": "web", "PropagateAtLaunch": True}])

    told = garage.told()

    assert {row["AvailabilityZone"] for row in told["Instances"]} == {"us-east-1a", "us-east-1b"}
    for ec2_id in garage.serving():
        assert garage.tags(ec2_id) == {"team": "web", "aws:autoscaling:groupName": "web-spot"}
        assert garage.levers.instance(ec2_id)["lifecycle"] == "spot"


def test_a_member_that_is_gone_is_replaced_and_the_desired_size_stays(garage: Garage):
    [lost] = garage.build(0, 1, 2).serving()

    garage.levers.kill(lost)

    [new] = until("another serves", lambda: set(garage.serving()) - {lost})
    assert (new != lost, garage.sizes()) == (True, (0, 1, 2))
    activity = garage.api.describe_scaling_activities(AutoScalingGroupName=garage.name)["Activities"][0]
    assert activity["Description"] == f"Launching a new EC2 instance: {new}"


def test_attaching_raises_the_desired_size_and_detaching_lowers_it_when_told_to(garage: Garage):
    [first] = garage.build(0, 1, 2).serving()
    ours = garage.machine()

    garage.api.attach_instances(InstanceIds=[ours], AutoScalingGroupName=garage.name)
    assert (garage.sizes(), garage.tags(ours)["aws:autoscaling:groupName"]) == ((0, 2, 2), garage.name)
    garage.api.detach_instances(InstanceIds=[first], AutoScalingGroupName=garage.name, ShouldDecrementDesiredCapacity=True)

    assert (garage.sizes(), garage.serving()) == ((0, 1, 2), [ours])
    assert "aws:autoscaling:groupName" not in garage.tags(first)
    assert garage.levers.instance(first)["state"] == "running"


def test_detaching_without_lowering_makes_the_group_launch_another(garage: Garage):
    [first] = garage.build(0, 1, 2).serving()

    garage.api.detach_instances(InstanceIds=[first], AutoScalingGroupName=garage.name, ShouldDecrementDesiredCapacity=False)

    until("a replacement serves", lambda: set(garage.serving()) - {first})
    assert (len(garage.alive()), garage.sizes()) == (2, (0, 1, 2))


def test_bounds_are_kept_with_the_words_aws_uses(garage: Garage):
    [first] = garage.build(1, 1, 1).serving()
    ours, name = garage.machine(), {"AutoScalingGroupName": garage.name}
    sizes = "AutoScalingGroup web-spot has min-size=1, max-size=1, and desired-size=1."

    assert garage.refused("attach_instances", InstanceIds=[ours], **name) == (
        f"{sizes} To attach 1 instance, please update the AutoScalingGroup sizes appropriately."
    )
    assert sizes in garage.refused("detach_instances", InstanceIds=[first], ShouldDecrementDesiredCapacity=True, **name)
    assert "violate group's min size" in garage.refused(
        "terminate_instance_in_auto_scaling_group", InstanceId=first, ShouldDecrementDesiredCapacity=True
    )
    assert "above max value 1" in garage.refused("set_desired_capacity", DesiredCapacity=2, **name)
    garage.api.update_auto_scaling_group(MaxSize=2, **name)
    assert garage.sizes() == (1, 1, 2)


def test_who_may_not_be_attached_is_refused(garage: Garage):
    [first] = garage.build(0, 1, 4, zones=["us-east-1a"]).serving()
    elsewhere, name = garage.machine("us-east-1c"), {"AutoScalingGroupName": garage.name}

    assert "already part of AutoScalingGroup" in garage.refused("attach_instances", InstanceIds=[first], **name)
    assert "not part of this Auto Scaling group" in garage.refused("attach_instances", InstanceIds=[elsewhere], **name)
    assert "not part of Auto Scaling group" in garage.refused(
        "detach_instances", InstanceIds=[elsewhere], ShouldDecrementDesiredCapacity=False, **name
    )
    garage.levers.settings(boot_seconds=3600)
    made = garage.ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    assert "running state" in garage.refused("attach_instances", InstanceIds=[made], **name)


def test_scale_in_spares_who_is_protected(garage: Garage):
    old, new = sorted(garage.build(0, 2, 2, zones=["us-east-1a"]).serving(), key=lambda one: garage.levers.instance(one)["launched_at"])
    garage.api.set_instance_protection(InstanceIds=[old], AutoScalingGroupName=garage.name, ProtectedFromScaleIn=True)

    garage.api.set_desired_capacity(AutoScalingGroupName=garage.name, DesiredCapacity=1)

    until("one has gone", lambda: garage.alive() == {old})


def test_capacity_rebalancing_launches_a_successor_before_it_ends_who_is_at_risk(garage: Garage):
    [risky] = garage.build(1, 1, 1, CapacityRebalance=True).serving()
    garage.hook()

    garage.levers.rebalance(risky)

    [successor] = until("the successor serves", lambda: set(garage.serving()) - {risky})
    assert until("its hook is asked", lambda: garage.states()[risky] == "Terminating:Wait")
    [token] = garage.levers.hooks()
    garage.api.complete_lifecycle_action(
        LifecycleHookName="spotopt-drain", AutoScalingGroupName=garage.name, LifecycleActionToken=token, LifecycleActionResult="CONTINUE"
    )
    until("the one at risk is gone", lambda: garage.alive() == {successor})
    assert garage.sizes() == (1, 1, 1)


def test_a_hook_that_nobody_answers_times_out(garage: Garage):
    [first] = garage.build(0, 1, 1).serving()
    garage.hook(seconds=30)
    garage.api.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=True)
    until("it waits", lambda: garage.states().get(first) == "Terminating:Wait")

    garage.levers.clock(garage.levers.health()["clock_offset_seconds"] + 31)

    until("nobody answered", lambda: garage.alive() == set())


def test_a_launch_hook_holds_a_machine_back(garage: Garage):
    garage.build(0, 0, 1)
    garage.hook("warm-up", "autoscaling:EC2_INSTANCE_LAUNCHING")
    garage.api.set_desired_capacity(AutoScalingGroupName=garage.name, DesiredCapacity=1)
    until("it waits", lambda: list(garage.states().values()) == ["Pending:Wait"])

    [ec2_id] = garage.states()
    garage.api.complete_lifecycle_action(
        LifecycleHookName="warm-up", AutoScalingGroupName=garage.name, InstanceId=ec2_id, LifecycleActionResult="CONTINUE"
    )

    until("it serves", lambda: garage.serving() == [ec2_id])


def test_standby_lets_go_of_a_place_and_takes_it_again(garage: Garage):
    [first] = garage.build(0, 1, 1).serving()
    name = {"AutoScalingGroupName": garage.name}

    garage.api.enter_standby(InstanceIds=[first], ShouldDecrementDesiredCapacity=True, **name)
    assert (garage.states(), garage.sizes()) == ({first: "Standby"}, (0, 0, 1))
    garage.api.exit_standby(InstanceIds=[first], **name)

    assert (garage.serving(), garage.sizes()) == ([first], (0, 1, 1))


def test_a_mixed_group_has_its_share_on_demand_and_cheap_types_on_spot(garage: Garage):
    policy = {
        "LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateName": garage.name, "Version": "$Latest"},
                           "Overrides": [{"InstanceType": "c5.large"}, {"InstanceType": "m5.large"}]},
        "InstancesDistribution": {"OnDemandBaseCapacity": 1, "OnDemandPercentageAboveBaseCapacity": 0},
    }  # fmt: skip
    garage.build(0, 3, 3, template={"InstanceMarketOptions": {}}, MixedInstancesPolicy=policy)

    kinds = sorted(garage.levers.instance(one)["lifecycle"] for one in garage.serving())
    assert kinds == ["on-demand", "spot", "spot"]
    assert garage.told()["MixedInstancesPolicy"]["InstancesDistribution"]["OnDemandBaseCapacity"] == 1


def test_a_group_without_capacity_says_so_and_goes_on_trying(garage: Garage):
    garage.build(0, 0, 1, zones=["us-east-1a"])
    garage.levers.capacity("use1-az6", "m5.large", 0)
    garage.api.set_desired_capacity(AutoScalingGroupName=garage.name, DesiredCapacity=1)
    until("it failed", lambda: "Failed" in [row["StatusCode"] for row in activities(garage)])

    garage.levers.capacity("use1-az6", "m5.large", None)

    until("it serves", lambda: len(garage.serving()) == 1)


def test_pages_are_followed_and_another_account_sees_nothing(garage: Garage, simulator):
    garage.build(0, 2, 2)
    pages = garage.api.get_paginator("describe_auto_scaling_instances").paginate(PaginationConfig={"PageSize": 1})

    assert sorted(row["InstanceId"] for page in pages for row in page["AutoScalingInstances"]) == sorted(garage.serving())
    assert simulator.autoscaling("310987654321").describe_auto_scaling_groups()["AutoScalingGroups"] == []


def test_a_group_is_deleted_only_when_it_is_empty_or_by_force(garage: Garage):
    garage.build(0, 1, 1)
    with pytest.raises(ClientError, match="ResourceInUse"):
        garage.api.delete_auto_scaling_group(AutoScalingGroupName=garage.name)

    garage.api.delete_auto_scaling_group(AutoScalingGroupName=garage.name, ForceDelete=True)

    assert garage.api.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    until("its machine is gone", lambda: garage.alive() == set())


def activities(garage: Garage) -> list[dict]:
    return garage.api.describe_scaling_activities(AutoScalingGroupName=garage.name)["Activities"]
