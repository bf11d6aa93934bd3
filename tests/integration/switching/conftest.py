"""A workload with somewhere better to be, and the switch that takes it there."""

import csv
import io
from dataclasses import dataclass

import pytest

from core.emergencies.reconciler import reconcile
from core.moves import plans
from core.sql import switches
from tests.world import Workload, World, new_ec2_id

TARGET = "use1-az1:m5.large:linux"


@dataclass
class Moving:
    """A workload on its way; every step is committed, as the product's own processes would."""

    world: World
    workload: Workload

    def order(self, target: str = TARGET, **how) -> dict:
        order = {"actor": "client:1", "request_id": "request-0001", **how}
        return self.world.db.run(lambda tx: plans.order_switch(tx, self.workload.id, target, **order))

    def launched(self) -> int:
        """The executor would have launched the new host: its machine's row."""
        new = self.world.one("SELECT id FROM instances WHERE role = 'REPLICA' ORDER BY id DESC LIMIT 1")["id"]
        self.world.execute(
            "UPDATE instances SET ec2_instance_id = %(ec2)s, status = 'syncing', launched_at = UTC_TIMESTAMP(6) WHERE id = %(id)s",
            ec2=new_ec2_id(), id=new,
        )  # fmt: skip
        self.world.execute("UPDATE replica_instances SET status = 'syncing', launched_at = UTC_TIMESTAMP(6) WHERE instance_id = %(id)s", id=new)
        self.world.execute("UPDATE actions SET state = 'done', finished_at = UTC_TIMESTAMP(6) WHERE instance_id = %(id)s", id=new)
        return new

    def ready(self, new: int) -> None:
        """Its agent joined, speaks, and has prepared itself."""
        self.world.ready(self.workload, new)

    def promoted(self, **how) -> int:
        """A switch up to the promotion; the id of the new PRIMARY."""
        self.order(**how)
        new = self.launched()
        self.ready(new)
        reconcile()
        return new

    def served(self, after_seconds: float = 2, **how) -> int:
        """The old one lets go, the new one answers some seconds later."""
        new = self.promoted(**how)
        self.world.serves(self.workload, self.workload.primary.id, serving=False)
        self.world.jump(seconds=after_seconds)
        self.world.serves(self.workload, new)
        reconcile()
        return new

    def switch(self):
        row = self.world.one("SELECT id FROM switches ORDER BY id DESC LIMIT 1")
        return self.world.db.run(lambda tx: switches.get(tx, row["id"]))

    def row(self) -> dict:
        return self.world.one("SELECT * FROM switches ORDER BY id DESC LIMIT 1")

    def plan(self) -> dict:
        return self.world.one("SELECT * FROM plans ORDER BY id DESC LIMIT 1")

    def roles(self, *instance_ids: int) -> list[str]:
        return [self.world.instance(one).role for one in instance_ids]

    def calls_wanted(self) -> list[str]:
        """What AWS would be asked to do."""
        return [row["kind"] for row in self.world.all("SELECT kind FROM actions WHERE state = 'pending' ORDER BY id")]


@pytest.fixture
def moving(world: World) -> Moving:
    world.prices()
    workload = world.workload()
    world.beat(workload, workload.primary.id, serving=True)
    return Moving(world, workload)


@pytest.fixture
def me(api, moving: Moving):
    return api.by(moving.workload.client.token)


@pytest.fixture
def paths(moving: Moving) -> dict[str, str]:
    client, instance = f"/api/client/{moving.workload.client.uuid}", f"/api/client/instances/{moving.workload.primary.uuid}"
    return {
        "order": f"/api/agents/{moving.workload.uuid}/issue-switch-command", "force": f"{instance}/force-switch",
        "simulate": f"{instance}/simulate-switch", "client": client,
    }  # fmt: skip


def table(reply) -> list[dict]:
    assert reply.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(reply.text)))
