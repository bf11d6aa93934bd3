"""Reads the queues of AWS's events, each in a thread of its own. A message is deleted only after its commit.

Every process reads every queue: the notices' unique key makes that safe, so no leader is needed and none can fail.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial

from config.settings import Settings
from core import database, errors
from core.cloud.aws import Clouds, Ec2
from core.cloud.queues import BATCH, EventQueue, Message
from core.database import Tx
from core.domain.account import Account
from core.doorbell import RUSH
from core.execution import breaker
from core.intake.aws_events import Origin, process
from core.people import notifications
from core.sql import accounts, aws_events

log = logging.getLogger("core.intake.event_intake")

LOOK_AGAIN_SECONDS = 30.0  # for a queue where there was none
PAUSE_SECONDS = 2.0  # after a failure
PROBE_SECONDS = 30
OFTEN = 5
HANDS = 4


class Intake:
    """The readers of this process, one for each account and region that has a queue."""

    def __init__(self, clouds: Clouds, settings: Settings):
        self._clouds, self._settings = clouds, settings
        self._stopping = threading.Event()
        self._readers: dict[tuple[int, str], threading.Thread] = {}
        self._missing: dict[tuple[int, str], float] = {}

    def tend(self) -> dict:
        """Begin to read every queue that nobody here reads yet; how many are read."""
        if self._settings.event_queue and not self._stopping.is_set():
            for account in database.run(accounts.active):
                for region in json.loads(account.regions):
                    self._tend_one(account, region)
        return {"queues": sum(reader.is_alive() for reader in self._readers.values())}

    def _tend_one(self, account: Account, region: str) -> None:
        key = (account.id, region)
        read = key in self._readers and self._readers[key].is_alive()
        if read or time.monotonic() < self._missing.get(key, 0):
            return
        queue = self._find(account, region)
        if queue is None:
            self._missing[key] = time.monotonic() + LOOK_AGAIN_SECONDS
            return
        reader = QueueReader(queue, account, region, self._stopping.is_set)
        self._readers[key] = threading.Thread(target=reader.read_on, name=f"events-{account.aws_account_id}-{region}", daemon=True)
        self._readers[key].start()

    def _find(self, account: Account, region: str) -> EventQueue | None:
        """The account's queue, or None where there is none or it cannot be asked for."""
        try:
            return breaker.ask(self._clouds, account, partial(_queue, region=region, name=self._settings.event_queue))
        except errors.SpotError as error:
            log.warning("%s in %s: %s", account.aws_account_id, region, error.message)
            _note_failure(account, region, error.message)
            return None

    def stop(self) -> None:
        """Take no further message; what is being done is finished by its transaction."""
        self._stopping.set()


def _queue(ec2: Ec2, region: str, name: str) -> EventQueue | None:
    queue = EventQueue(ec2, region, name)
    return queue if queue.exists() else None


class QueueReader:
    """Reads one queue until it is told to stop."""

    def __init__(self, queue: EventQueue, account: Account, region: str, stopping: Callable[[], bool]):
        self._queue, self._account, self._region, self._stopping = queue, account, region, stopping
        self._origin = Origin("queue", account, region)
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix=f"event-{account.aws_account_id}")

    def read_on(self) -> None:
        """Whatever fails is said and tried again: nothing was deleted that was not committed."""
        step = self._announce
        while not self._stopping():
            try:
                if not self._may_poll():
                    time.sleep(PAUSE_SECONDS)
                    continue
                step()
                step = self.read_once
            except errors.SpotError as error:
                log.warning("the events of %s wait: %s", self._account.aws_account_id, error.message)
                _note_failure(self._account, self._region, error.message)
                time.sleep(PAUSE_SECONDS)

    def _may_poll(self) -> bool:
        """Whether the queue answers; one that does not is tried twice a minute, by one of all readers.

        It has a breaker of its own: while EC2 is away a notice may still find a replica that stands ready.
        """
        return database.run(lambda tx: aws_events.may_poll(tx, self._account.id, self._region, PROBE_SECONDS))

    def _announce(self) -> None:
        """It was found; its first long poll may last twenty seconds."""
        database.run(lambda tx: self._note(tx, []))

    def read_once(self) -> int:
        """1 receive  2 commit each message by itself  3 delete those that were committed; how many were."""
        messages = self._queue.receive()
        if self._stopping():
            for message in messages:
                self._queue.hand_back(message)
            return 0
        done = self.work(messages)
        database.run(lambda tx: self._note(tx, messages))
        self._queue.delete(done)
        return len(done)

    def work(self, messages: list[Message]) -> list[Message]:
        """Those that may be deleted. Each is done by itself, some at once; what becomes of one is nothing to the others."""
        with RUSH if len(messages) == BATCH else nullcontext():
            return self._all(messages)

    def _all(self, messages: list[Message]) -> list[Message]:
        works = [(message, self._hands.submit(process, message.body, self._origin)) for message in messages]
        return [message for message, work in works if self._went_well(message, work.exception())]

    def _went_well(self, message: Message, error: BaseException | None) -> bool:
        """A message that failed comes again; one that does so often is told of."""
        if error is None:
            return True
        unforeseen = None if isinstance(error, errors.SpotError) else error
        log.warning("message %s comes again: %s", message.id, error, exc_info=unforeseen, extra={"component": "CORE-EVENTS", "action": "RETRY"})
        if message.receives > OFTEN:
            self._tell_of_return(message, error)
        return False

    def _tell_of_return(self, message: Message, error: BaseException) -> None:
        text = f"Message {message.id} was received {message.receives} times: {error}"
        database.run(lambda tx: notifications.announce(
            tx, self._account.client_id, f"redelivered:{message.id}", "warning", "An event of AWS cannot be stored", text,
        ))  # fmt: skip

    def _note(self, tx: Tx, messages: list[Message]) -> None:
        sent = min((message.sent_ms for message in messages), default=None)
        delay = max(0, int(tx.now().timestamp() * 1000) - sent) if sent else 0
        aws_events.polled(
            tx, account_id=self._account.id, client_id=self._account.client_id, region=self._region, name=self._queue.name,
            messages=len(messages), delay_ms=delay, now=tx.now(),
        )  # fmt: skip


def _note_failure(account: Account, region: str, why: str) -> None:
    """Where a queue that answered before does not answer now, /health shows it."""
    try:
        database.run(lambda tx: aws_events.failed(tx, account_id=account.id, region=region, error=why, now=tx.now()))
    except errors.SpotError as error:
        log.info("nor can that be noted: %s", error.message)
