"""The one entry of AWS's own events, whatever brought them: a queue, the HTTP door, Lambda.

They go into the same notices and the same incidents as what agents tell. What is strange is acknowledged and
counted by its reason; what cannot be read is buried with an alarm; only what fails is left for another try.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID, uuid4

from core import audit, database, errors
from core.database import Tx
from core.domain.account import Account
from core.domain.aws_envelope import Record, Unreadable, unwrap
from core.domain.aws_event import Item, Reading, read_event
from core.domain.lifecycle import Agent, Instance, Role
from core.domain.serialize import canonical
from core.emergencies.emergency import natural_key, take_notice
from core.emergencies.lifecycle_hooks import take_lifecycle
from core.emergencies.maintenance import take_maintenance
from core.emergencies.receipts import Taken, again
from core.intake.evidence import take_activity, take_eviction, take_state
from core.locks import lock_agent
from core.operations import counters
from core.people import notifications
from core.sql import accounts, aws_events, instances, notices

log = logging.getLogger("core.intake.aws_events")

T = TypeVar("T")

CHANNEL = "eventbridge"
MAY_STILL_MATTER = ("rebalance", "termination", "lifecycle", "maintenance")  # once somebody knows the machine


@dataclass(frozen=True)
class Origin:
    """Where an event came in, and of which account and region it may speak; None: of any linked one."""

    door: str = "call"
    account: Account | None = None
    region: str | None = None


ANYWHERE = Origin()


def process(event: str | bytes | Mapping[str, Any], origin: Origin = ANYWHERE) -> dict:
    """What the event came to: ``status``, ``action``, ``reason``, ids, and ``items`` where it held several things.

    A Lambda batch is answered with ``batchItemFailures``; a single event that fails raises, so that it comes again.
    """
    began, result = monotonic(), "failed"
    try:
        told = _process(event, origin)
        result = told["status"]
        return told
    finally:
        counters.event(origin.door, result, monotonic() - began)


def _process(event: str | bytes | Mapping[str, Any], origin: Origin) -> dict:
    records = unwrap(event)
    if any(record.message_id for record in records):
        return _batch(records, origin, event)
    return _summary([result for record in records for result in _record(record, origin, event)])


def _batch(records: list[Record], origin: Origin, event: Any) -> dict:
    """Every record by itself: one that fails does not keep the others from being done."""
    results, failures = [], []
    for record in records:
        try:
            results += _record(record, origin, event)
        except errors.SpotError as error:
            log.warning("a record waits for another try: %s", error.message)
            failures.append({"itemIdentifier": record.message_id})
    return {**_summary(results), "batchItemFailures": failures}


def _summary(results: list[dict]) -> dict:
    if len(results) == 1:
        return results[0]
    status = "handled" if any(result["status"] == "handled" for result in results) else "ignored"
    return {"status": status, "action": None, "notice_id": None, "incident_id": None, "reason": f"{len(results)} items", "items": results}


def _record(record: Record, origin: Origin, body: Any) -> list[dict]:
    if record.event is None:
        return [_bury(body, record.dead or "unreadable", origin)]
    if record.event.get("Type") == "SubscriptionConfirmation":
        return [_unconfirmed(record.event, origin)]
    try:
        reading, account, taken = _run(lambda tx: _read(tx, record.event, origin))
    except Unreadable as problem:
        return [_bury(record.event, str(problem), origin)]
    return [taken] if taken else _answered(reading, account, record.event, origin)


def _read(tx: Tx, event: Mapping[str, Any], origin: Origin) -> tuple[Reading, Account | None, dict | None]:
    """What an event says and who it speaks of; the plain case, one thing said of one machine, is taken at once."""
    reading = read_event(event, tx.now())
    account = _account(tx, reading, origin)
    is_plain = account is not None and len(reading.items) == 1 and not reading.odd and not reading.ignored
    return reading, account, take(tx, reading.items[0], account) if is_plain else None


def _answered(reading: Reading, account: Account | None, event: Mapping[str, Any], origin: Origin) -> list[dict]:
    if reading.ignored == "ignored_foreign" or (reading.items and account is None):
        return [_foreign(reading, event, origin)]
    _count(*reading.odd)
    if reading.ignored:
        _count(reading.ignored)
        return [_ignored(reading.ignored)]
    if "action_unknown" in reading.odd:
        title, text = "AWS announced an action we do not know", canonical(event)[:500]
        database.run(lambda tx: notifications.announce(
            tx, account.client_id, f"action_unknown:{tx.now():%Y%m%d%H}", "warning", title, text
        ))  # fmt: skip
    return [_run(lambda tx, item=item: take(tx, item, account)) for item in reading.items]


def _account(tx: Tx, reading: Reading, origin: Origin) -> Account | None:
    """The linked account an event speaks of, if its way in may speak of it (V2)."""
    account = origin.account or accounts.by_aws_id(tx, reading.account)
    if account and account.aws_account_id != reading.account:
        return None
    regions = [origin.region] if origin.region else json.loads(account.regions) if account else []
    return account if reading.region in ("", *regions) else None


def _run(work: Callable[[Tx], T]) -> T:
    """In one transaction; a copy that races its twin starts over and finds it."""
    try:
        return database.run(work)
    except errors.Duplicate:
        return database.run(work)


def take(tx: Tx, item: Item, account: Account) -> dict:
    """1 find the machine  2 lock its agent  3 count a copy  4 do what its kind asks for."""
    subject = instances.by_ec2_id(tx, item.ec2_id)
    if subject is None or subject.account_id != account.id:
        return _unknown(tx, item, account)
    if subject.agent_id is None:
        return _unmanaged(tx, item, account, subject)
    agent, safe = lock_agent(tx, subject.agent_id)
    subject = instances.get(tx, subject.id)
    key = natural_key(subject, item.notice, CHANNEL, account.aws_account_id)
    copy = notices.by_key(tx, key)
    if copy:
        notices.seen_again(tx, copy["id"])
        return _result("duplicate", again(tx, copy))
    taken = TAKE[item.kind](tx, agent, safe, subject, item, key)
    if taken.reason:
        aws_events.count(tx, taken.reason, tx.now())
    return _result({"act": "handled", "verify": "verifying", "record": "recorded"}[taken.disposition], taken)


def take_warning(tx: Tx, agent: Agent, safe: bool, subject: Instance, item: Item, key: dict) -> Taken:
    """A rebalance recommendation or an interruption: the agent's notice by another way."""
    return take_notice(tx, agent, safe, subject, item.notice, key)


Take = Callable[[Tx, Agent, bool, Instance, Item, dict], Taken]

TAKE: dict[str, Take] = {
    "rebalance": take_warning,
    "termination": take_warning,
    "state_change": take_state,
    "eviction": take_eviction,
    "maintenance": take_maintenance,
    "lifecycle": take_lifecycle,
    "activity": take_activity,
}


def apply_awaited(tx: Tx, agent: Agent, safe: bool, notice_id: int) -> bool:
    """The machine of a notice that waited for it is known now: it is taken as if it came now, unless its time is over (H3)."""
    row = notices.get(tx, notice_id)
    subject = instances.by_ec2_id(tx, row["ec2_instance_id"])
    if row["handled_at"]:
        return False
    items = read_event(json.loads(row["payload"]), row["received_at"]).items
    item = next(item for item in items if item.ec2_id == subject.ec2_instance_id)
    if subject.role == Role.TERMINATED or (item.notice.deadline is not None and item.notice.deadline <= tx.now()):
        notices.set_handled(tx, notice_id, tx.now())
        return False
    notices.forget_awaited(tx, notice_id)
    take(tx, item, accounts.get(tx, subject.account_id))
    return True


def _unknown(tx: Tx, item: Item, account: Account) -> dict:
    """A machine nobody knows. What may still matter waits for ten minutes, in case the machine is discovered."""
    key = {
        "aws_account": account.aws_account_id, "region": item.region, "ec2_instance_id": item.ec2_id, "kind": item.kind,
        "channel": CHANNEL, "source_key": item.notice.source_key,
    }  # fmt: skip
    copy = notices.by_key(tx, key)
    if copy:
        notices.seen_again(tx, copy["id"])
    elif item.kind in MAY_STILL_MATTER and item.notice.disposition != "record":
        _store(tx, key, item, account, "ignored_unknown", None)
    aws_events.count(tx, "ignored_unknown", tx.now())
    return _ignored("ignored_unknown")


def _unmanaged(tx: Tx, item: Item, account: Account, subject: Instance) -> dict:
    """A machine we know and do not look after."""
    key = natural_key(subject, item.notice, CHANNEL, account.aws_account_id)
    copy = notices.by_key(tx, key)
    if copy:
        notices.seen_again(tx, copy["id"])
    else:
        _store(tx, key, item, account, "ignored_unmanaged", tx.now())
    aws_events.count(tx, "ignored_unmanaged", tx.now())
    return _ignored("ignored_unmanaged")


def _store(tx: Tx, key: dict, item: Item, account: Account, reason: str, handled_at) -> None:
    notices.insert(
        tx, key, uuid=str(uuid4()), client_id=account.client_id, agent_id=None, incident_id=None,
        action_time=item.notice.deadline or item.notice.action_time, disposition="record", reason=reason, handled_at=handled_at,
        payload=canonical(item.notice.payload), now=tx.now(),
    )  # fmt: skip


def _foreign(reading: Reading, event: Mapping[str, Any], origin: Origin) -> dict:
    """It speaks of an account or region that its way in may not speak of, or came from a source that is not AWS's."""
    client_id = origin.account.client_id if origin.account else 0
    why = f"{origin.door}: an event of {event.get('source')} about account {reading.account or '?'} in {reading.region or '?'} was ignored"

    def note(tx: Tx) -> None:
        aws_events.count(tx, "ignored_foreign", tx.now())
        audit.record(tx, client_id=client_id, actor=audit.SYSTEM, action="ignored_foreign", resource=("event", 0), why=why)

    database.run(note)
    return _ignored("ignored_foreign")


def _bury(body: Any, reason: str, origin: Origin) -> dict:
    """A dead letter: kept whole, counted, and alarmed once an hour for each reason."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body if isinstance(body, str) else json.dumps(body, default=str)
    client_id = origin.account and origin.account.client_id
    uuid = str(UUID(bytes=hashlib.sha256(f"{origin.door}:{client_id}:{text}".encode(errors="replace")).digest()[:16]))

    def bury(tx: Tx) -> None:
        aws_events.count(tx, f"dead_{reason}", tx.now())
        aws_events.bury(tx, uuid=uuid, client_id=client_id, channel=origin.door, reason=reason, body=text[: 256 * 1024], now=tx.now())
        if client_id:
            title = f"A message from AWS could not be read: {reason.replace('_', ' ')}"
            notifications.announce(tx, client_id, f"dead_letter:{reason}:{tx.now():%Y%m%d%H}", "warning", title, text[:500])

    database.run(bury)
    log.error("a message was buried: %s", reason, extra={"component": "CORE-EVENTS", "action": "BURY", "result": reason})
    return {"status": "dead_letter", "action": None, "notice_id": None, "incident_id": None, "reason": reason}


def _unconfirmed(event: Mapping[str, Any], origin: Origin) -> dict:
    """SNS asks whether a subscription is meant; only a person may say so."""
    _count("ignored_subscription")
    client_id = origin.account and origin.account.client_id
    if client_id:
        topic, link = str(event.get("TopicArn", ""))[:200], str(event.get("SubscribeURL", ""))[:600]
        title, text = "SNS asks you to confirm a subscription", f"Topic {topic}; to confirm it, open {link}"
        database.run(lambda tx: notifications.announce(
            tx, client_id, f"subscription:{topic[-60:]}:{tx.now():%Y%m%d%H}", "warning", title, text
        ))  # fmt: skip
    return _ignored("ignored_subscription")


def _count(*reasons: str) -> None:
    for reason in reasons:
        database.run(lambda tx, reason=reason: aws_events.count(tx, reason, tx.now()))


def _ignored(reason: str) -> dict:
    return {"status": "ignored", "action": None, "notice_id": None, "incident_id": None, "reason": reason}


def _result(status: str, taken: Taken) -> dict:
    """What whoever brought the event is told."""
    incident = taken.incident
    return {
        "status": status, "action": taken.action, "notice_id": taken.notice_uuid, "incident_id": incident and incident.uuid,
        "reason": taken.sentence,
    }  # fmt: skip
