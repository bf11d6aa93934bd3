"""Workloads of one client in an AWS account of its own, on the whole running product; looked at from outside."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import requests

from scripts import demo, event_queue
from scripts.client import Api
from scripts.drill.fleet import UNKNOWN
from scripts.stack import Stack

T = TypeVar("T")


@dataclass(frozen=True)
class Shop:
    """One enrolled workload and the machine it began on."""

    name: str
    agent_id: str
    instance_id: str
    ec2_id: str


class Town:
    """Every wait has a deadline, and says what it waited for."""

    def __init__(self, stack: Stack):
        self.stack, self.levers = stack, stack.levers
        self.account = f"{secrets.randbelow(10**12):012d}"
        self.queue = event_queue.create(stack.simulator_url, self.account)
        self.client = demo.create_client(stack, f"Town-{self.account}")
        self.api = Api(stack.url, self.client.token)

    def open(self, *names: str, role: bool = False) -> list[Shop]:
        """Launch workloads as a customer does, and wait until each answers and EC2 was asked what it is made of.

        Without a ``role`` their hosts can do nothing alone when the server is away (Level 3).
        """
        for name in names:
            demo.launch_workload(self.stack, self.api, name, "m5.large", "use1-az6", self.account, role=role)
        until("every workload serves", lambda: sum(bool(row["serving"]) for row in self.rows()) >= len(names), 30)
        until("EC2 was asked about each", lambda: self.unknown_machines() == 0, 15)
        return [self._shop(row) for row in self.rows() if row["logical_name"] in names]

    def _shop(self, row: dict) -> Shop:
        return Shop(row["logical_name"], row["agent_id"], row["primary"]["instance_id"], row["primary"]["ec2_instance_id"])

    def rows(self) -> list[dict]:
        return self.api.get(f"/api/client/{self.client.client_id}/agents")["agents"]

    def row(self, shop: Shop) -> dict:
        return next(row for row in self.rows() if row["agent_id"] == shop.agent_id)

    def story(self, shop: Shop) -> dict:
        return self.api.get(f"/api/agents/{shop.agent_id}/emergency-status")

    def notice(self, shop: Shop, kind: str, request_id: str | None = None, **body: object) -> dict:
        """Tell of a notice in the agent's place, with its client's token."""
        return self.api.post(f"/api/agents/{shop.agent_id}/{kind}-notice", {"instance_id": shop.ec2_id, **body}, request_id)

    def primary(self, shop: Shop) -> str:
        """The EC2 id that the product calls PRIMARY."""
        return self.row(shop)["primary"]["ec2_instance_id"]

    def moved(self, shop: Shop, seconds: float = 40) -> str:
        """Wait until another machine than the first answers for the workload; its EC2 id."""
        return until(f"{shop.name} answers on another machine", lambda: self.answering(shop) - {shop.ec2_id}, seconds, every=0.05).pop()

    def answering(self, shop: Shop) -> set[str]:
        """The machines of a workload whose endpoint answers now, each naming itself."""
        machines = (machine for machine in self.machines() if machine["state"] == "running" and self.belongs(machine, shop))
        return {machine["instance_id"] for machine in machines if answers(machine)}

    def belongs(self, machine: dict, shop: Shop) -> bool:
        return machine["tags"].get("spotopt:agent") == shop.agent_id or machine["instance_id"] == shop.ec2_id

    def machines(self) -> list[dict]:
        """All that AWS has or had in this account."""
        return self.levers.instances(account_id=self.account)

    def billed(self) -> set[str]:
        """What runs and costs now."""
        return {row["instance_id"] for row in self.levers.bill(account_id=self.account) if row["to"] is None}

    def launches(self) -> set[str]:
        """The machines that RunInstances made for the product."""
        return {machine["instance_id"] for machine in self.machines() if "spotopt:intent" in machine["tags"]}

    def unknown_machines(self) -> int:
        return self.count(UNKNOWN)

    def count(self, sql: str) -> int:
        """One number about this client."""
        with self.stack.connection() as connection, connection.cursor() as cursor:
            cursor.execute(sql, (self.client.client_id,))
            return cursor.fetchone()[0]


def answers(machine: dict) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            reply = session.get(machine["endpoint"], timeout=1)
        except requests.RequestException:
            return False
        return reply.ok and reply.json()["instance_id"] == machine["instance_id"]


def until(what: str, condition: Callable[[], T], seconds: float, every: float = 0.3) -> T:
    """The first true answer of ``condition``; AssertionError naming ``what`` when its time is over."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(every)
