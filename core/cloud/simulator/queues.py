"""SQS: standard queues with long poll, visibility, retention and a dead-letter queue."""

import hashlib
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from core.cloud.simulator.failure import AwsError, Dropped

DEFAULTS = {"VisibilityTimeout": "30", "MessageRetentionPeriod": "345600", "ReceiveMessageWaitTimeSeconds": "0", "DelaySeconds": "0"}
LONGEST_NAP = 0.5
CALLER = threading.local()  # ``alive`` says whether whoever waits for this thread's answer is still there


@dataclass
class Message:
    """One message; times are epoch seconds of the simulator's clock. ``receipt`` is that of its last receive."""

    id: str
    body: str
    sent_at: float
    visible_at: float
    receives: int = 0
    first_received_at: float = 0.0
    receipt: str = ""

    def shown(self) -> dict[str, Any]:
        """As ReceiveMessage answers it."""
        attributes = {
            "SenderId": "AIDASIMULATED", "SentTimestamp": str(int(self.sent_at * 1000)),
            "ApproximateReceiveCount": str(self.receives),
            "ApproximateFirstReceiveTimestamp": str(int(self.first_received_at * 1000)),
        }  # fmt: skip
        digest = hashlib.md5(self.body.encode(), usedforsecurity=False).hexdigest()
        return {"MessageId": self.id, "ReceiptHandle": self.receipt, "MD5OfBody": digest, "Body": self.body, "Attributes": attributes}


@dataclass
class Queue:
    """A queue by account, region and name."""

    account: str
    region: str
    name: str
    attributes: dict[str, str]
    messages: list[Message] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return f"arn:aws:sqs:{self.region}:{self.account}:{self.name}"

    def forget_old(self, now: float) -> None:
        kept = float(self.attributes["MessageRetentionPeriod"])
        self.messages = [m for m in self.messages if m.sent_at + kept > now]

    def figures(self, now: float) -> dict[str, str]:
        waiting = sum(m.visible_at <= now for m in self.messages)
        counts = {"ApproximateNumberOfMessages": waiting, "ApproximateNumberOfMessagesNotVisible": len(self.messages) - waiting}
        return {**self.attributes, "QueueArn": self.arn, **{name: str(n) for name, n in counts.items()}}


class Queues:
    """All queues, behind a lock of their own: a long poll holds up nothing else."""

    def __init__(self, now: Callable[[], float]):
        self._now, self._news = now, threading.Condition()
        self._queues: dict[str, Queue] = {}

    def create(self, account: str, region: str, name: str, attributes: dict[str, str]) -> Queue:
        with self._news:
            queue = self._by_name(account, region, name)
            if queue is None:
                queue = Queue(account, region, name, {**DEFAULTS, **attributes})
                self._queues[queue.arn] = queue
            return queue

    def find(self, account: str, region: str, name: str) -> Queue:
        queue = self._by_name(account, region, name)
        if queue is None:
            raise AwsError("QueueDoesNotExist", "The specified queue does not exist.")
        return queue

    def send(self, arn: str, body: str, delay: float = 0.0) -> Message | None:
        """Put a message into a queue; nothing where there is no such queue."""
        with self._news:
            queue = self._queues.get(arn)
            if queue is None:
                return None
            now = self._now()
            message = Message(str(uuid.uuid4()), body, now, now + delay + float(queue.attributes["DelaySeconds"]))
            queue.messages.append(message)
            self._news.notify_all()
            return message

    def receive(self, queue: Queue, most: int, wait: float, visibility: float) -> list[Message]:
        """Up to ``most`` messages, each then invisible; waits until there is one, or ``wait`` seconds."""
        alive = getattr(CALLER, "alive", lambda: True)
        with self._news:
            until = self._now() + wait
            while True:
                taken = self._take(queue, most, visibility) if alive() else _gone()
                left = until - self._now()
                if taken or left <= 0:
                    return taken
                self._news.wait(min(left, LONGEST_NAP))

    def _take(self, queue: Queue, most: int, visibility: float) -> list[Message]:
        now = self._now()
        queue.forget_old(now)
        self._redrive(queue, now)
        due = [m for m in queue.messages if m.visible_at <= now][:most]
        for message in due:
            message.receives += 1
            message.first_received_at = message.first_received_at or now
            message.visible_at, message.receipt = now + visibility, uuid.uuid4().hex
        return due

    def _redrive(self, queue: Queue, now: float) -> None:
        """What was received too often without being deleted goes to the dead-letter queue."""
        policy = json.loads(queue.attributes.get("RedrivePolicy") or "{}")
        dead = self._queues.get(policy.get("deadLetterTargetArn", ""))
        if dead is None:
            return
        spent = [m for m in queue.messages if m.visible_at <= now and m.receives >= int(policy["maxReceiveCount"])]
        queue.messages = [m for m in queue.messages if m not in spent]
        dead.messages += spent

    def delete(self, queue: Queue, receipt: str) -> None:
        """Remove a message by its last receipt; an older receipt removes nothing."""
        with self._news:
            queue.messages = [m for m in queue.messages if m.receipt != receipt]

    def change_visibility(self, queue: Queue, receipt: str, seconds: float) -> None:
        with self._news:
            for message in queue.messages:
                if message.receipt == receipt:
                    message.visible_at = self._now() + seconds
            self._news.notify_all()

    def wake(self, account: str) -> int:
        """Every message of the account is visible again, as if its time were over; how many there are."""
        with self._news:
            mine = [message for queue in self._queues.values() if queue.account == account for message in queue.messages]
            for message in mine:
                message.visible_at = min(message.visible_at, self._now())
            self._news.notify_all()
            return len(mine)

    def forget(self, account: str) -> None:
        with self._news:
            self._queues = {arn: queue for arn, queue in self._queues.items() if queue.account != account}

    def state(self) -> list[dict]:
        with self._news:
            return [asdict(queue) for queue in self._queues.values()]

    def load(self, rows: list[dict]) -> None:
        for row in rows:
            queue = Queue(**{**row, "messages": [Message(**message) for message in row["messages"]]})
            self._queues[queue.arn] = queue

    def _by_name(self, account: str, region: str, name: str) -> Queue | None:
        return self._queues.get(f"arn:aws:sqs:{region}:{account}:{name}")


def _gone() -> list[Message]:
    raise Dropped()
