"""A workload whose PRIMARY runs in the simulated AWS, and what tests ask about it."""

from dataclasses import dataclass

from core.cloud.aws import Clouds
from core.cloud.simulator.catalogue import IMAGE
from core.execution.watch import watch
from tests.simulator import ACCOUNT, Simulator
from tests.world import Workload, World


@dataclass
class Shop:
    """The workload and its surroundings."""

    world: World
    simulator: "Still"
    clouds: Clouds
    workload: Workload
    since: int

    def order(self) -> dict:
        """A rebalance recommendation orders a replica; the intent."""
        self.world.rebalance(self.workload)
        return self.intent()

    def intent(self, kind: str = "launch") -> dict:
        return self.world.one("SELECT * FROM actions WHERE kind = %(kind)s ORDER BY id DESC LIMIT 1", kind=kind)

    def replica(self) -> dict:
        """The newest replica with its machine's row."""
        return self.world.one(
            "SELECT i.*, r.status AS replica_status, r.ended_at AS replica_ended_at FROM replica_instances r"
            " JOIN instances i ON i.id = r.instance_id ORDER BY r.id DESC LIMIT 1"
        )

    def machines(self, *, alive: bool = True) -> list[dict]:
        """What AWS has beside the PRIMARY."""
        states = ("pending", "running") if alive else ("pending", "running", "shutting-down", "terminated")
        first = self.workload.primary.ec2_instance_id
        return [row for row in self.simulator.instances() if row["instance_id"] != first and row["state"] in states]

    def calls(self, action: str = "RunInstances") -> list[dict]:
        return self.simulator.calls(since=self.since, action=action)


def open_shop(world: World, simulator: "Still", clouds: Clouds) -> Shop:
    """Launched by people, enrolled, and looked at once so that a twin of it can be launched."""
    world.prices()
    machine = simulator.ec2().run_instances(
        ImageId=IMAGE, InstanceType="m5.large", MinCount=1, MaxCount=1, Placement={"AvailabilityZoneId": "use1-az6"},
        InstanceMarketOptions={"MarketType": "spot"}, SecurityGroupIds=["sg-1"], KeyName="people",
    )["Instances"][0]  # fmt: skip
    workload = world.workload(ec2_id=machine["InstanceId"], aws_account=ACCOUNT)
    watch(clouds)
    return Shop(world, simulator, clouds, workload, since=max((call["seq"] for call in simulator.calls()), default=0))


class Still:
    """The simulated AWS with machines that never boot; what a test makes scarce is plenty again afterwards."""

    def __init__(self, simulator: Simulator):
        self._simulator, self._scarce = simulator, set()
        simulator.settings(boot_seconds=3600)

    def __getattr__(self, name: str):
        return getattr(self._simulator, name)

    def capacity(self, az_id: str, instance_type: str, units: int | None, lifecycle: str = "spot") -> None:
        self._scarce.add((az_id, instance_type, lifecycle))
        self._simulator.capacity(az_id, instance_type, units, lifecycle)

    def calm(self) -> None:
        self._simulator.settings(boot_seconds=0.2, hide_new_ids_seconds=0)
        for az_id, instance_type, lifecycle in self._scarce:
            self._simulator.capacity(az_id, instance_type, None, lifecycle)
        for lifecycle in ("spot", "on-demand"):
            self._simulator.quota(lifecycle, None)
