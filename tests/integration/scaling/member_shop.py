"""A workload whose PRIMARY is a member of an Auto Scaling group: real database, simulated AWS, no timetable."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from core.cloud.aws import Clouds
from core.emergencies.reconciler import reconcile
from core.execution import groups
from core.execution.actions import Executor
from core.execution.watch import watch
from scripts.stack import ROOT
from tests.integration.scaling.garage import Garage, until
from tests.simulator import ACCOUNT
from tests.world import Workload, World


@dataclass
class MemberShop:
    """The workload, its group, and the hands that would be jobs."""

    world: World
    garage: Garage
    clouds: Clouds
    executor: Executor
    workload: Workload
    since: int

    @property
    def old(self) -> str:
        """The EC2 id of the first PRIMARY."""
        return self.workload.primary.ec2_instance_id

    @property
    def new(self) -> str:
        """The EC2 id of the present one."""
        return self.world.instance(self.world.agent(self.workload).primary_instance_id).ec2_instance_id

    def replica(self) -> str:
        """A recommendation orders a replica; it is launched, runs and is ready. Its EC2 id."""
        self.world.rebalance(self.workload)
        return self.ready()

    def ready(self) -> str:
        self.executor.drain()
        row = self.world.one("SELECT i.id, i.ec2_instance_id FROM replica_instances r JOIN instances i ON i.id = r.instance_id ORDER BY r.id DESC LIMIT 1")
        until("the replica runs", lambda: self.garage.levers.instance(row["ec2_instance_id"])["state"] == "running")
        self.world.ready(self.workload, row["id"])
        return row["ec2_instance_id"]

    def move(self) -> str:
        """Interrupted with a ready replica: the workload is carried over. The new PRIMARY."""
        self.replica()
        self.world.interruption(self.workload)
        return self.new

    def exchange(self, rounds: int = 12) -> dict:
        """Let the exchange go on until it is over, or for so many rounds; its row."""
        for _ in range(rounds):
            groups.advance(self.clouds)
            self.executor.drain()
            if self.row() and self.row()["state"] != "open":
                break
            time.sleep(0.1 if self.row() and "waits" in self.row()["sentence"] else 0)
        return self.row()

    def row(self) -> dict | None:
        return self.world.one("SELECT * FROM group_exchanges ORDER BY id DESC LIMIT 1")

    def calls(self) -> list[str]:
        """What Auto Scaling was told by us since the workload enrolled, in order."""
        told = {"AttachInstances", "DetachInstances", "TerminateInstanceInAutoScalingGroup", "SetInstanceProtection", "UpdateAutoScalingGroup"}
        return [call["action"] for call in self.garage.levers.calls(since=self.since) if call["action"] in told]

    def ends(self) -> list[str]:
        """The machines that TerminateInstances was called for."""
        return [one for call in self.garage.levers.calls(since=self.since, action="TerminateInstances") for one in call["params"]["InstanceIds"]]

    def look(self) -> None:
        """What the jobs do in between."""
        reconcile()
        watch(self.clouds)
        self.executor.drain()

    def kill_at(self, place: str, settings: Any) -> None:
        """An executor in a process of its own, ended by SIGKILL at ``place``."""
        known = ("db_host", "db_port", "db_user", "db_password", "db_database", "install_key", "jwt_secret", "admin_token")
        environment = {name.upper(): str(getattr(settings, name)) for name in known}
        done = subprocess.run(
            [sys.executable, "-m", "tests.scenarios.dying_executor", place], cwd=ROOT, capture_output=True, text=True, timeout=60,
            env={**os.environ, **environment, "SIMULATOR_URL": self.garage.levers.url},
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, done.stderr


def open_member_shop(world: World, garage: Garage, clouds: Clouds, executor: Executor, *, known: bool = True) -> MemberShop:
    """The only member of ``garage`` enrols; ``known``: EC2 was asked what it is made of."""
    world.prices()
    [first] = garage.serving()
    workload = world.workload(ec2_id=first, aws_account=ACCOUNT)
    if known:
        watch(clouds)
    return MemberShop(world, garage, clouds, executor, workload, since=max(call["seq"] for call in garage.levers.calls()))


