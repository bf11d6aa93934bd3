"""H10: two hundred interruptions at once, the best pools empty, AWS throttling: nothing is lost, and the most urgent goes first."""

from collections import Counter
from itertools import pairwise

import pytest

from core.domain.pools import LAST_RESORT
from tests.scenarios.calm import Calm
from tests.scenarios.storm import EC2, HIT, Neighbour, Storm
from tests.scenarios.street import Street
from tests.scenarios.town import until
from tests.world import ZONES

COUNT = 200
NO_CAPACITY = "InsufficientInstanceCapacity"


@pytest.fixture
def storm(town):
    made = Storm(town)
    yield made
    made.close()


def test_two_hundred_interruptions_while_the_best_pools_are_empty_and_aws_throttles(storm: Storm):
    storm.settle(COUNT)
    until("EC2 was asked about each", lambda: storm.town.unknown_machines() == 0, 60)
    first = storm.first_places(3)
    storm.trouble(first, throttled=0.3)
    neighbour = Neighbour(storm.stack)
    quiet = neighbour.quiet()
    since, calm = storm.last_call(), Calm(*storm.processes())

    with neighbour:
        told = storm.breaks(within=4.0)
        until("every one is committed", lambda: storm.mine("incidents") == COUNT, 120, every=0.05)
    late, share = storm.lateness(told), calm.share()
    latest, neighbours = calm.seconds_of_ours(late[-1]), calm.seconds_of_ours(max(neighbour.waits))
    until("every one has its machine", lambda: storm.mine("actions", "kind = 'launch' AND state = 'done'") == COUNT, 300)

    calls = storm.calls(since, *EC2)
    print(f"{COUNT} committed {late[COUNT // 2]:.1f} s (median) and {late[-1]:.1f} s (last) after AWS said so, with {share:.0%} of the processors;"
          f" last machine {calls[-1]['at'] - calls[0]['at']:.0f} s after the first notice; {Counter((c['action'], c['outcome']) for c in calls)}")  # fmt: skip
    print(f"another client waited {max(neighbour.waits):.2f} s at most for its fleet, {quiet:.2f} s before the storm")
    assert latest <= 5.0
    assert neighbours <= max(1.0, 10 * quiet)
    assert_pools_are_flagged_once(storm)
    assert_empty_pools_are_left_alone(calls, first, calm)
    assert_one_machine_each(storm)
    assert_ec2_is_asked_once_a_second(calls)


def assert_pools_are_flagged_once(storm: Storm) -> None:
    """Under the AZ's id, for this client; and nothing was launched there once the first notice had come."""
    hit = {f"{az_id}:{instance_type}:linux" for az_id, instance_type in HIT}
    flags = storm.world.all("SELECT pool_id FROM pool_reports WHERE client_id = %(id)s AND poisoned_until > UTC_TIMESTAMP(6)", id=storm.client.id)
    late = storm.world.all(
        "SELECT r.pool_id FROM replica_instances r WHERE r.client_id = %(id)s AND r.launched_at > (SELECT MIN(n.received_at) FROM notices n"
        " JOIN instances i ON i.ec2_instance_id = n.ec2_instance_id WHERE n.kind = 'termination' AND i.pool_id = r.pool_id) + INTERVAL 10 SECOND",
        id=storm.client.id,
    )

    assert sorted(flag["pool_id"] for flag in flags) == sorted(hit)
    assert late == []


def assert_empty_pools_are_left_alone(calls: list[dict], first: list, calm: Calm) -> None:
    """Each was asked by whoever was at work already, and its next candidate within two seconds."""
    runs = [call for call in calls if call["action"] == "RunInstances"]
    refused = Counter(pool_of(call) for call in runs if call["outcome"] == NO_CAPACITY)
    gaps = [after["at"] - call["at"] for one in by_intent(runs).values() for call, after in pairwise(one) if call["outcome"] == NO_CAPACITY]

    assert 1 <= len(refused) <= len(first)
    assert max(refused.values()) <= 12, "two hundred would be one each"
    assert calm.seconds_of_ours(sorted(gaps)[len(gaps) // 2]) <= 2.0


def assert_one_machine_each(storm: Storm) -> None:
    alive = Counter(machine["tags"]["spotopt:agent"] for machine in storm.town.machines()
                    if "spotopt:agent" in machine["tags"] and machine["state"] in ("pending", "running"))  # fmt: skip

    assert (len(alive), set(alive.values())) == (COUNT, {1})


def assert_ec2_is_asked_once_a_second(calls: list[dict]) -> None:
    asked = [call["at"] for call in calls if call["action"] == "DescribeInstances"]

    assert len(asked) <= asked[-1] - asked[0] + 2


def pool_of(call: dict) -> tuple[str, str]:
    return call["params"]["Placement"]["AvailabilityZoneId"], call["params"]["InstanceType"]


def by_intent(runs: list[dict]) -> dict[str, list[dict]]:
    """The RunInstances calls of each order, in order."""
    orders: dict[str, list[dict]] = {}
    for call in runs:
        [intent] = [tag["Value"] for spec in call["params"]["TagSpecifications"] for tag in spec["Tags"] if tag["Key"] == "spotopt:intent"]
        orders.setdefault(intent, []).append(call)
    return orders


def test_one_reader_commits_two_hundred_interruptions_within_five_seconds(street: Street):
    workloads = [street.world.workload(f"shop-{n:03d}", street.workload.client, az_id=HIT[n % 2][0]) for n in range(COUNT)]
    street.put(*[street.warning(workload.primary.ec2_instance_id) for workload in workloads])
    calm = Calm()

    assert street.read() == COUNT

    seconds = calm.seconds()
    print(f"{COUNT} messages by one reader: {seconds:.1f} s with {calm.share():.0%} of the processors")
    assert calm.seconds_of_ours(seconds) <= 5.0
    assert (street.count("incidents", "notice_rank = 2"), street.count("actions", "kind = 'launch'")) == (COUNT, COUNT)
    assert street.messages() == 0


def test_the_earliest_deadline_is_served_first(street: Street, executor):
    leads = [110, 30, 90, 45, 118, 60]
    workloads = [street.world.workload(f"w{lead}", street.workload.client) for lead in leads]
    street.world.execute("UPDATE instances SET launch_spec = %(spec)s", spec=street.one("SELECT launch_spec FROM instances ORDER BY id LIMIT 1")["launch_spec"])
    for workload, lead in zip(workloads, leads, strict=True):
        street.world.interruption(workload, lead_seconds=lead)

    executor.drain()

    machines = {machine["instance_id"]: machine["tags"]["spotopt:agent"] for machine in street.shop.machines()}
    served = [machines[call["instance_ids"][0]] for call in street.shop.calls()]
    assert served == [workload.uuid for _, workload in sorted(zip(leads, workloads, strict=True), key=lambda pair: pair[0])]


def spot_is_gone(street: Street) -> None:
    for pool in street.world.all("SELECT az_id, instance_type FROM spot_pools"):
        street.simulator.capacity(pool["az_id"], pool["instance_type"], 0)


def ordered(street: Street) -> list[tuple[str, str]]:
    """What was asked for, in order: (lifecycle, pool)."""
    return [("spot" if "InstanceMarketOptions" in call["params"] else "on-demand", ":".join(pool_of(call))) for call in street.shop.calls()]


def test_when_no_calm_pool_has_capacity_a_poisoned_one_is_tried_then_on_demand_and_no_pool_in_danger(street: Street, executor):
    street.world.execute("INSERT INTO pool_memory (pool_id, poisoned_until, last_seen) SELECT pool_id, UTC_TIMESTAMP(6) + INTERVAL 9 DAY,"
                         " UTC_TIMESTAMP(6) FROM spot_pools WHERE az_id = 'use1-az2'")  # fmt: skip
    spot_is_gone(street)
    street.tell(street.warning())

    executor.drain()

    asked = ordered(street)
    assert [lifecycle for lifecycle, _ in asked] == ["spot"] * 8 + ["on-demand"]
    assert {pool.split(":")[0] for _, pool in asked[5:8]} == {"use1-az2"}
    assert ("spot", "use1-az6:m5.large") not in asked, "it had the notice"
    assert street.shop.replica()["lifecycle"] == "on-demand"
    assert street.count("notifications", "dedupe_key LIKE '%%last_resort'") == 0


@pytest.mark.parametrize("forbidden", [True, False], ids=["the policy forbids On-Demand", "On-Demand has none either"])
def test_a_pool_in_danger_is_the_very_last_and_people_are_told_with_the_deadline(street: Street, executor, forbidden: bool):
    if forbidden:
        street.world.execute("UPDATE agent_configs SET on_demand_fallback = 0")
    for zone in ZONES:
        street.simulator.capacity(zone, "m5.large", 0, "on-demand")
    spot_is_gone(street)
    street.simulator.capacity("use1-az6", "m5.large", None)
    street.tell(street.warning())

    executor.drain()

    assert ordered(street)[-1] == ("spot", "use1-az6:m5.large")
    assert ("on-demand" in {lifecycle for lifecycle, _ in ordered(street)}) is not forbidden
    assert LAST_RESORT in street.shop.intent()["params"]
    deadline = street.incident()["deadline_at"]
    told = street.one("SELECT severity, text FROM notifications WHERE dedupe_key LIKE '%%last_resort'")
    assert told["severity"] == "critical" and f"{deadline:%Y-%m-%d %H:%M:%S}" in told["text"]
