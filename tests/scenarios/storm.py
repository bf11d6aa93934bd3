"""Two hundred workloads in two pools of one account of the running product: real rows, machines at the simulated AWS, no processes.

AWS tells of their interruption by the event queue, and the hosts of every second one by their own door as well.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import requests

from config.settings import read_settings
from core.cloud.simulator.catalogue import IMAGE
from core.database import Database
from core.domain.pools import Candidate
from core.emergencies import emergency
from core.sql import instances
from scripts import demo
from scripts.client import Api
from scripts.stack import Stack
from tests.scenarios.town import Town, until
from tests.world import Client, Workload, World

T = TypeVar("T")

HIT = (("use1-az6", "m5.large"), ("use1-az1", "m5.large"))
EC2 = ("RunInstances", "DescribeInstances", "TerminateInstances", "DescribeSpotPriceHistory")


@dataclass(frozen=True)
class Told:
    """When AWS, by the simulator's clock, said of a machine that it is to end, and when that is."""

    at: datetime
    deadline: datetime


class Neighbour:
    """Another client that looks at its fleet again and again, and how long it waits for each answer."""

    def __init__(self, stack: Stack):
        self._fleet = demo.create_client(stack, f"Neighbour-{stack.ports['server']}-{time.monotonic_ns()}")
        self._api, self._over = Api(stack.url, self._fleet.token), threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self.waits: list[float] = []

    def quiet(self, looks: int = 20) -> float:
        """The longest of some waits while nothing happens."""
        return max(self._look() for _ in range(looks))

    def __enter__(self) -> "Neighbour":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join(30)

    def _look_on(self) -> None:
        while not self._over.wait(0.5) and len(self.waits) < 60:  # its token may ask a hundred times a minute
            self.waits.append(self._look())

    def _look(self) -> float:
        began = time.monotonic()
        self._api.get(f"/api/client/{self._fleet.client_id}/agents")
        return time.monotonic() - began


class Storm:
    """Workloads of a town, and what AWS does to all of them at once."""

    def __init__(self, town: Town):
        self.town, self.stack, self.levers = town, town.stack, town.levers
        self.levers.settings(boot_seconds=3600)
        settings = read_settings(self.stack.environment())
        self.db = Database(settings)
        self.world = World(self.db, settings)
        self.client = self._client()
        self.workloads: list[Workload] = []
        self._empty: list[Candidate] = []

    def settle(self, count: int) -> None:
        """So many workloads, half in either pool, each enrolled and looked at once by the product."""
        self._link()
        machines = [(one, *place) for place in HIT for one in self._launch(*place, count // len(HIT))]
        enrol = lambda n: self.world.workload(  # noqa: E731
            f"shop-{n:03d}", self.client, ec2_id=machines[n][0], aws_account=self.town.account, az_id=machines[n][1], instance_type=machines[n][2]
        )
        made = self._all(enrol, range(len(machines)))
        self.workloads = [workload for pair in zip(made[: count // 2], made[count // 2 :], strict=True) for workload in pair]

    def _link(self) -> None:
        """The product knows the account, and its prices."""
        self.town.api.post("/api/agents/enrolment-tokens", {"aws_account_id": self.town.account})
        until("prices are known", lambda: self.world.one("SELECT COUNT(*) AS n FROM ondemand_prices")["n"], 30)

    def _client(self) -> Client:
        row = self.world.one("SELECT id FROM clients WHERE uuid = %(uuid)s", uuid=self.town.client.client_id)
        return Client(row["id"], self.town.client.client_id, self.town.client.token)

    def _launch(self, az_id: str, instance_type: str, count: int) -> list[str]:
        reply = demo.ec2(self.stack, self.town.account).run_instances(
            ImageId=IMAGE, InstanceType=instance_type, MinCount=count, MaxCount=count, Placement={"AvailabilityZoneId": az_id},
            InstanceMarketOptions={"MarketType": "spot"}, SecurityGroupIds=["sg-1"], KeyName="people",
        )  # fmt: skip
        return [machine["InstanceId"] for machine in reply["Instances"]]

    def first_places(self, count: int) -> list[Candidate]:
        """The best spot pools for a replacement once those of ``HIT`` are in danger."""
        ordered = self.db.run(lambda tx: emergency.places(tx, instances.get(tx, self.workloads[0].primary.id), True))
        calm = [one for one in ordered if one.lifecycle == "spot" and (one.az_id, one.instance_type) not in HIT]
        return calm[:count]

    def trouble(self, empty: list[Candidate], throttled: float) -> None:
        """These pools have no machine to give, and EC2 turns away a share of the calls."""
        for place in empty:
            self.levers.capacity(place.az_id, place.instance_type, 0)
        self._empty = empty
        for action in EC2:
            self.levers.fault(action, code="RequestLimitExceeded", share=throttled, account_id=self.town.account)

    def last_call(self) -> int:
        return len(self.levers.calls())

    def processes(self) -> list[int]:
        """Those of the product, whose children are the product too."""
        return [self.stack._server.pid, self.stack._simulator.pid, self.stack.database.pid]

    def lateness(self, told: dict[str, Told]) -> list[float]:
        """How long after AWS said so each incident was committed, in seconds, shortest first."""
        rows = self.world.all("SELECT ec2_instance_id, opened_at FROM incidents WHERE client_id = %(id)s", id=self.client.id)
        return sorted((row["opened_at"] - told[row["ec2_instance_id"]].at).total_seconds() for row in rows)

    def breaks(self, within: float) -> dict[str, Told]:
        """Every machine is interrupted within so many seconds; every second host tells of it as well. By EC2 id."""
        pace = within / len(self.workloads)
        began = time.monotonic()
        with ThreadPoolExecutor(2) as hosts:
            told = {}
            for number, workload in enumerate(self.workloads):
                time.sleep(max(0.0, began + number * pace - time.monotonic()))
                ec2_id = workload.primary.ec2_instance_id
                told[ec2_id] = self._interrupt(ec2_id)
                if number % 2:
                    hosts.submit(self._host_tells, workload, told[ec2_id])
        return told

    def _interrupt(self, ec2_id: str) -> Told:
        at = datetime.now(UTC)
        return Told(at, datetime.fromisoformat(self.levers.interrupt(ec2_id)["deadline"]))

    def _host_tells(self, workload: Workload, told: Told) -> None:
        now = datetime.now(UTC).isoformat()
        body = {
            "instance_id": workload.primary.ec2_instance_id, "action": "terminate", "termination_time": told.deadline.isoformat(),
            "detected_at": now,
        }  # fmt: skip
        with requests.Session() as session:
            session.trust_env = False
            session.post(
                f"{self.stack.url}/api/agents/{workload.uuid}/termination-notice", json=body, timeout=30,
                headers={"Authorization": f"Bearer {workload.token}", "X-Request-ID": f"storm-{workload.uuid}"},
            ).raise_for_status()  # fmt: skip

    def _all(self, work: Callable[[int], T], numbers: range) -> list[T]:
        with ThreadPoolExecutor(8) as hands:
            return list(hands.map(work, numbers))

    def mine(self, table: str, where: str = "1 = 1") -> int:
        """How many rows of this client a table has."""
        return self.world.one(f"SELECT COUNT(*) AS n FROM {table} WHERE client_id = %(id)s AND {where}", id=self.client.id)["n"]

    def calls(self, since: int, *actions: str) -> list[dict]:
        """What AWS was asked about this account, in order."""
        return [call for call in self.levers.calls(since=since) if call["account_id"] == self.town.account and call["action"] in actions]

    def close(self) -> None:
        self.levers.clear_faults()
        for place in self._empty:
            self.levers.capacity(place.az_id, place.instance_type, None)
        self.db.pool.close()
