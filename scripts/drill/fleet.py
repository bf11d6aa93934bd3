"""The drill's workloads: how they come to be, and how they look from outside."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from core.cloud.simulator.catalogue import TYPES, ZONES
from scripts import demo, event_queue
from scripts.client import Api
from scripts.drill import processes
from scripts.drill.prober import Prober, Sight
from scripts.stack import Stack

SERVING_WITHIN_SECONDS = 60.0
LOOKED_AT_WITHIN_SECONDS = 6.0
TERMINATE_WAIT_SECONDS = 1  # an old machine ends so soon after its successor serves: waiting longer proves nothing here
UNKNOWN = "SELECT COUNT(*) FROM instances i JOIN clients c ON c.id = i.client_id WHERE c.uuid = %s AND i.launch_spec IS NULL"
PLACES = tuple((instance_type, az_id) for _, instance_type, az_id in demo.FLEET)


class NotReady(Exception):
    """A round cannot begin: the fleet does not stand as it should."""


@dataclass(frozen=True)
class Workload:
    """One protected workload; ``name`` is on its first machine, ``agent_id`` on those that the product launches."""

    name: str
    agent_id: str

    def runs_on(self, tags: dict[str, str]) -> bool:
        return tags.get("spotopt:agent") == self.agent_id or tags.get("Name") == self.name


class Fleet:
    """``count`` workloads of one client in one AWS account. None moves for money: On-Demand would go back to Spot in mid-story."""

    def __init__(self, stack: Stack, prober: Prober, count: int, account: str = demo.ACCOUNT):
        self.stack, self.levers, self.prober, self.account = stack, stack.levers, prober, account
        event_queue.create(stack.simulator_url, account)
        self._client = demo.create_client(stack, f"drill-{account}")
        self._api, self._admin = Api(stack.url, self._client.token), Api(stack.url, stack.secrets["ADMIN_TOKEN"])
        self._api.put("/api/modes", {"mode": "observe"})
        self.workloads = self._enrol(count)
        self.was_moved = False

    def _enrol(self, count: int) -> tuple[Workload, ...]:
        """Launch the first machines as a customer would, and wait until each of them answers."""
        for number in range(count):
            place = PLACES[number % len(PLACES)]
            demo.launch_workload(self.stack, self._api, f"drill-{self.account}-{number + 1}", *place, self.account)
        started = self.running()
        if not within(SERVING_WITHIN_SECONDS, lambda: all(self._answers(instance_id) for instance_id in started)):
            raise NotReady(f"the fleet did not serve within {SERVING_WITHIN_SECONDS:.0f} s")
        workloads = tuple(Workload(row["logical_name"], row["agent_id"]) for row in self._agents())
        for workload in workloads:
            self._api.post(f"/api/client/agents/{workload.agent_id}/config", {"terminate_wait_seconds": TERMINATE_WAIT_SECONDS})
        within(LOOKED_AT_WITHIN_SECONDS, self._is_known, every=0.2)
        return workloads

    def _is_known(self) -> bool:
        """Whether the product has heard from EC2 what its machines are made of; before that it cannot replace one."""
        with self.stack.connection() as connection, connection.cursor() as cursor:
            cursor.execute(UNKNOWN, (self._client.client_id,))
            return cursor.fetchone() == (0,)

    def _answers(self, instance_id: str) -> bool:
        sight = self.prober.sights.get(instance_id)
        return sight is not None and sight.answering

    def machines(self, workload: Workload) -> list[Sight]:
        """Every machine that was ever seen of a workload."""
        return [sight for sight in list(self.prober.sights.values()) if workload.runs_on(sight.tags)]

    def serving(self, workload: Workload) -> list[Sight]:
        """The machines on which a workload answers now."""
        return [sight for sight in self.machines(workload) if sight.answering]

    def running(self) -> set[str]:
        """What the simulated AWS bills us for now."""
        return {row["instance_id"] for row in self.levers.bill(account_id=self.account) if row["to"] is None}

    def recorded(self) -> set[str]:
        """What the product calls its live machines."""
        machines = [agent[role] for agent in self._agents() for role in ("primary", "replica") if agent[role]]
        return {machine["ec2_instance_id"] for machine in machines}

    def primaries(self) -> set[str]:
        """What the product calls its PRIMARYs."""
        return {agent["primary"]["ec2_instance_id"] for agent in self._agents() if agent["primary"]}

    def ghosts(self) -> set[str]:
        """Ended machines some process of which is still alive."""
        ended = {row["instance_id"] for row in self.levers.bill(account_id=self.account) if row["to"]}
        return ended & processes.by_machine(self.stack.folder / "simulator").keys()

    def awaits_nothing(self) -> bool:
        """No replica is on its way, as the product sees it: one that was ordered and not launched yet is on no bill."""
        return not any(agent["replica"] for agent in self._agents())

    def replicas_are_ready(self) -> bool:
        return all(agent["replica"] and agent["replica"]["status"] == "ready" for agent in self._agents())

    def replica_ids(self) -> list[str]:
        """The machines that stand by."""
        return [agent["replica"]["ec2_instance_id"] for agent in self._agents() if agent["replica"]]

    def set_spot_capacity(self, units: int | None) -> None:
        """How many machines each Spot pool has to give; None is as many as one likes."""
        for az_id in ZONES.values():
            for instance_type in TYPES:
                self.levers.capacity(az_id, instance_type, units)

    def switch_safe_mode(self, on: bool) -> None:
        self._admin.put("/api/admin/safe-mode", {"on": on, "reason": "a drill"})

    def is_safe_mode_in_force(self) -> bool:
        return self._admin.get("/api/admin/safe-mode")["in_force"]

    def is_at_rest(self) -> bool:
        """One machine a workload, and it serves. The bill is asked once the prober sees nothing else."""
        standing = [[sight for sight in self.machines(workload) if not sight.gone] for workload in self.workloads]
        if not all(len(some) == 1 and some[0].answering for some in standing):
            return False
        return {some[0].instance_id for some in standing} == self.running()

    def settle(self, seconds: float) -> bool:
        """Wait until the fleet is at rest; whether it came to rest in time."""
        return within(seconds, self.is_at_rest, every=0.1)

    def leave(self) -> None:
        """End every machine of the account, and forget it."""
        self.levers.reset(self.account)

    def _agents(self) -> list[dict]:
        return self._api.get(f"/api/client/{self._client.client_id}/agents")["agents"]


def within(seconds: float, condition: Callable[[], bool], every: float = 0.02) -> bool:
    """Whether ``condition`` came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
