"""A workload in a simulated account with its queue of events, read when the test says so: real queue, real database."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from core.cloud.queues import EventQueue
from core.emergencies.reconciler import reconcile
from core.execution.watch import watch
from core.intake.event_intake import QueueReader
from core.sql import accounts
from scripts import event_queue
from tests.integration.shop import Shop, Still, open_shop
from tests.simulator import ACCOUNT
from tests.world import REGION, Workload, World


class Street:
    """What AWS tells of its machines lies in the queue until it is read."""

    def __init__(self, world: World, simulator: Still, clouds):
        self.name = event_queue.create(simulator.url, ACCOUNT)
        self.world, self.simulator, self.clouds = world, simulator, clouds
        self.shop: Shop = open_shop(world, simulator, clouds)
        self.workload: Workload = self.shop.workload
        self.account = world.db.run(lambda tx: accounts.by_aws_id(tx, ACCOUNT))
        self.queue = EventQueue(clouds.of(self.account), REGION, self.name, wait_seconds=0)
        assert self.queue.exists()
        self.reader = QueueReader(self.queue, self.account, REGION, lambda: False)
        self.read()
        world.execute("DELETE FROM notices")

    @property
    def primary(self) -> str:
        """The EC2 id of the machine that was PRIMARY first."""
        return self.workload.primary.ec2_instance_id

    def read(self) -> int:
        """Read the queue until it gives nothing; how many messages were done."""
        return sum(iter(self.reader.read_once, 0))

    def event(self, detail_type: str, detail: dict, *, source: str = "aws.ec2", age: float = 0, **envelope: Any) -> dict:
        """An event as AWS would send it now, or would have sent it ``age`` seconds ago."""
        sent = datetime.fromtimestamp(self.world.now().timestamp() - age, UTC)
        return {
            "version": "0", "id": str(uuid.uuid4()), "detail-type": detail_type, "source": source, "account": ACCOUNT,
            "time": sent.strftime("%Y-%m-%dT%H:%M:%SZ"), "region": REGION, "resources": [], "detail": detail, **envelope,
        }  # fmt: skip

    def warning(self, ec2_id: str | None = None, action: str = "terminate", **more: Any) -> dict:
        detail = {"instance-id": ec2_id or self.primary, "instance-action": action}
        return self.event("EC2 Spot Instance Interruption Warning", detail, **more)

    def recommendation(self, ec2_id: str | None = None, **more: Any) -> dict:
        return self.event("EC2 Instance Rebalance Recommendation", {"instance-id": ec2_id or self.primary}, **more)

    def state(self, state: str, ec2_id: str | None = None, **more: Any) -> dict:
        detail = {"instance-id": ec2_id or self.primary, "state": state}
        return self.event("EC2 Instance State-change Notification", detail, **more)

    def evicted(self, *ec2_ids: str) -> dict:
        detail = {
            "eventName": "BidEvictedEvent", "eventID": str(uuid.uuid4()), "recipientAccountId": ACCOUNT,
            "serviceEventDetails": {"instanceIdSet": list(ec2_ids or [self.primary])},
        }  # fmt: skip
        return self.event("AWS Service Event via CloudTrail", detail)

    def put(self, *bodies: dict | str) -> None:
        """Into the queue, past every rule: events, or bare texts."""
        for body in bodies:
            self.simulator.send(ACCOUNT, self.name, text=body if isinstance(body, str) else json.dumps(body))

    def tell(self, *bodies: dict | str) -> int:
        """Put and read."""
        self.put(*bodies)
        return self.read()

    def look(self, **after: float) -> dict:
        """EC2 is asked about every machine in question, ``after`` a jump of the clock."""
        if after:
            self.world.jump(**after)
        return watch(self.clouds)

    def sweep(self) -> dict:
        return reconcile()

    def one(self, sql: str, **params: Any) -> dict | None:
        return self.world.one(sql, **params)

    def count(self, table: str, where: str = "1 = 1", **params: Any) -> int:
        return self.world.one(f"SELECT COUNT(*) AS n FROM {table} WHERE {where}", **params)["n"]

    def incident(self) -> dict | None:
        """The newest incident."""
        return self.world.one("SELECT * FROM incidents ORDER BY id DESC LIMIT 1")

    def counted(self, reason: str) -> int:
        row = self.world.one("SELECT n FROM event_counts WHERE reason = %(reason)s", reason=reason)
        return row["n"] if row else 0

    def messages(self) -> int:
        """What lies in the queue, visible or not."""
        figures = self.queue._call("get_queue_attributes", AttributeNames=["All"])["Attributes"]
        return int(figures["ApproximateNumberOfMessages"]) + int(figures["ApproximateNumberOfMessagesNotVisible"])


def opened(world: World, simulator, clouds) -> Iterator[Street]:
    """A street of its own for one test."""
    still = Still(simulator)
    yield Street(world, still, clouds)
    simulator.calm_events()
    still.calm()


def wrapped(event: dict) -> dict:
    """In an SNS envelope."""
    return {
        "Type": "Notification", "MessageId": str(uuid.uuid4()), "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t", "Message": json.dumps(event)
    }
