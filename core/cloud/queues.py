"""The queue of AWS's events in one account and region: long poll, delete, hand back."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from core import errors
from core.cloud.aws import POLLS, Ec2, silence
from core.cloud.errors import NOT_ALLOWED

WAIT_SECONDS, BATCH, VISIBILITY_SECONDS = 20, 10, 20
MISSING = frozenset({"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"})


@dataclass(frozen=True)
class Message:
    """One message as this receive gave it; ``sent_ms`` is epoch milliseconds."""

    id: str
    body: str
    receipt: str
    sent_ms: int
    receives: int


class EventQueue:
    """Speaks to one queue; every failure is errors.Unavailable, but that its name may not be asked for: errors.Forbidden."""

    def __init__(self, ec2: Ec2, region: str, name: str, wait_seconds: int | None = None):
        self._sqs, self.name = ec2.client("sqs", region, POLLS), name
        self._wait = WAIT_SECONDS if wait_seconds is None else wait_seconds
        self._url = ""

    def exists(self) -> bool:
        """Whether the account has the queue; asked once, then known."""
        try:
            self._url = self._url or self._sqs.get_queue_url(QueueName=self.name)["QueueUrl"]
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return False
            kind = errors.Forbidden if error.response["Error"]["Code"] in NOT_ALLOWED else errors.Unavailable
            raise kind(f"the queue {self.name} cannot be asked for: {error}") from error
        except BotoCoreError as error:
            raise errors.Unavailable(f"the queue {self.name} cannot be asked for: {error}") from error
        return True

    def receive(self) -> list[Message]:
        """What came while we waited, at most ten messages; nobody else gets them for twenty seconds."""
        answer = self._call(
            "receive_message", WaitTimeSeconds=self._wait, MaxNumberOfMessages=BATCH, VisibilityTimeout=VISIBILITY_SECONDS,
            AttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
        )  # fmt: skip
        return [_message(row) for row in answer.get("Messages", [])]

    def delete(self, messages: list[Message]) -> int:
        """What was committed is not needed again; how many could not be deleted (they come again, as copies)."""
        if not messages:
            return 0
        entries = [{"Id": str(n), "ReceiptHandle": message.receipt} for n, message in enumerate(messages)]
        return len(self._call("delete_message_batch", Entries=entries).get("Failed", []))

    def hand_back(self, message: Message) -> None:
        """Somebody else may have it at once."""
        self._call("change_message_visibility", ReceiptHandle=message.receipt, VisibilityTimeout=0)

    def _call(self, operation: str, **request: Any) -> dict:
        try:
            return getattr(self._sqs, operation)(QueueUrl=self._url, **request)
        except (ClientError, BotoCoreError) as error:
            raise silence(f"the queue {self.name} does not answer", error) from error


def _message(row: dict) -> Message:
    attributes = row.get("Attributes", {})
    return Message(
        row["MessageId"], row["Body"], row["ReceiptHandle"], int(attributes.get("SentTimestamp", 0)),
        int(attributes.get("ApproximateReceiveCount", 1)),
    )  # fmt: skip
