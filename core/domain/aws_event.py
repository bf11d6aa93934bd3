"""AWS's events, read: which instance, what will happen or has happened, how sure we are and by when.

Sources: the EC2 User Guide (Spot interruption notices, rebalance recommendations, BidEvictedEvent), the AWS Health
event schema, the EC2 Auto Scaling User Guide. An event names the instance in its detail alone: the ARNs beside it
may hold an AZ where the region belongs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from core.domain.aws_envelope import Unreadable, is_test
from core.domain.notice import NOTICES, OVERDUE, STALE, STALE_AFTER, Notice, credible, is_overdue, parse_time

INSTANCE_ID = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")
WARNING_LEAD = timedelta(seconds=120)
ACTIONS = ("terminate", "stop", "hibernate")
BEGINNINGS, ENDINGS = ("pending", "running"), ("stopping", "stopped", "shutting-down", "terminated")


@dataclass(frozen=True)
class Item:
    """One thing an event says of one instance. ``word`` is the action or state; ``not_before`` is a maintenance's begin."""

    account: str
    region: str
    ec2_id: str
    notice: Notice
    word: str = ""
    not_before: datetime | None = None

    @property
    def kind(self) -> str:
        return self.notice.kind.name


@dataclass(frozen=True)
class Reading:
    """What an event comes to: items, or the reason why it is passed over; ``odd`` names what was strange about it."""

    account: str = ""
    region: str = ""
    items: tuple[Item, ...] = ()
    ignored: str | None = None
    odd: tuple[str, ...] = ()


@dataclass(frozen=True)
class Envelope:
    """The members every reader needs, checked."""

    id: str
    account: str
    region: str
    at: datetime
    received_at: datetime
    detail: Mapping[str, Any]
    event: Mapping[str, Any]

    def item(self, kind: str, ec2_id: Any, key: str | None = None, **more: Any) -> Item:
        """An item of this event; a notice told too late is to be verified first."""
        doubt = STALE if kind in AGING and self.received_at - self.at > STALE_AFTER else None
        notice = Notice(
            NOTICES[kind], (key or self.id)[:128], more.pop("action_time", self.at), more.pop("deadline", None),
            more.pop("disposition", "verify" if doubt else "act"), more.pop("action", ""), self.event, doubt,
        )  # fmt: skip
        return Item(self.account, self.region, _instance_id(ec2_id), notice, **more)


AGING = ("rebalance", "termination", "state_change", "eviction")  # the others are true for longer than five minutes


def read_event(event: Mapping[str, Any], received_at: datetime) -> Reading:
    """Read one unwrapped event at ``received_at`` (database clock); Unreadable when it is to be a dead letter."""
    if is_test(event):
        return Reading(ignored="ignored_test")
    if "detail-type" not in event and "LifecycleTransition" in event:
        event = _as_eventbridge(event)
    source, detail_type = event.get("source"), event.get("detail-type")
    if not isinstance(source, str) or not isinstance(detail_type, str):
        raise Unreadable("not_an_event")
    read = READERS.get((source, detail_type))
    if read is None:
        foreign = any(detail_type == known for _, known in READERS)
        return Reading(_text(event, "account"), _text(event, "region"), (), "ignored_foreign" if foreign else "ignored_unknown_type")
    envelope = _envelope(event, received_at)
    reading = read(envelope)
    return replace(reading, account=reading.account or envelope.account, region=reading.region or envelope.region, odd=_odd(event) + reading.odd)


def _as_eventbridge(hook: Mapping[str, Any]) -> dict:
    """A hook's own message to SQS or SNS, as EventBridge would have told it."""
    launching = hook["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_LAUNCHING"
    return {
        "version": "0", "id": hook.get("LifecycleActionToken") or hook.get("RequestId"), "source": "aws.autoscaling",
        "detail-type": f"EC2 Instance-{'launch' if launching else 'terminate'} Lifecycle Action",
        "account": hook.get("AccountId"), "region": hook.get("Region", ""), "time": hook.get("Time"), "detail": dict(hook),
    }  # fmt: skip


def _envelope(event: Mapping[str, Any], received_at: datetime) -> Envelope:
    detail = event.get("detail")
    if not isinstance(detail, Mapping):
        raise Unreadable("detail_missing")
    if not re.fullmatch(r"\d{12}", _text(event, "account")) or not _text(event, "id"):
        raise Unreadable("envelope_incomplete")
    at = parse_time(_text(event, "time")) or received_at
    return Envelope(event["id"], event["account"], _text(event, "region"), at, received_at, detail, event)


def _odd(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Strange, but not in a way that changes what is done."""
    strange = (
        (event.get("version") != "0", "envelope_version_other"),
        (parse_time(_text(event, "time")) is None, "time_unreadable"),
        (event["detail-type"] == "EC2 Spot Instance Rebalance Recommendation", "alias_detail_type"),
    )
    return tuple(name for is_so, name in strange if is_so)


def _interruption(e: Envelope) -> Reading:
    """AWS will take a machine, or a reservation's machine; without a deadline of its own two minutes after it was told."""
    action = e.detail.get("instance-action")
    odd = () if action in ACTIONS else ("action_missing",) if not action else ("action_unknown",)
    named = parse_time(_text(e.detail, "instance-termination-time"))
    lead = timedelta() if action == "hibernate" else WARNING_LEAD
    deadline = credible(named or e.at + lead, e.received_at)
    word = str(action) if action in ACTIONS else "terminate"
    item = e.item("termination", e.detail.get("instance-id"), deadline=deadline, action=word, word=word)
    if item.notice.disposition == "act" and word != "hibernate" and is_overdue(deadline, e.received_at):
        item = replace(item, notice=replace(item.notice, disposition="verify", reason=OVERDUE))
    return Reading(items=(item,), odd=odd)


def _rebalance(e: Envelope) -> Reading:
    return Reading(items=(e.item("rebalance", e.detail.get("instance-id")),))


def _state_change(e: Envelope) -> Reading:
    state = e.detail.get("state")
    if state not in BEGINNINGS + ENDINGS:
        raise Unreadable("state_unknown")
    item = e.item("state_change", e.detail.get("instance-id"), action=state, word=state)
    if state in BEGINNINGS:
        item = replace(item, notice=replace(item.notice, disposition="record", reason=None))
    return Reading(items=(item,))


def _service_event(e: Envelope) -> Reading:
    """Proof that AWS took machines, one item for each."""
    if e.detail.get("eventName") != "BidEvictedEvent":
        return Reading(ignored="ignored_other_service_event")
    ids = _within(e.detail, "serviceEventDetails", "instanceIdSet")
    if not isinstance(ids, list) or not ids:
        raise Unreadable("instance_id_missing")
    key = _text(e.detail, "eventID") or e.id
    e = replace(e, account=_text(e.detail, "recipientAccountId") or e.account)
    return Reading(e.account, items=tuple(e.item("eviction", one, key) for one in _distinct(ids)))


def _api_call(e: Envelope) -> Reading:
    """Who ended machines by the API; recorded, never acted upon."""
    if e.detail.get("eventName") != "TerminateInstances":
        return Reading(ignored="ignored_other_api_call")
    rows = _within(e.detail, "requestParameters", "instancesSet", "items")
    ids = [row.get("instanceId") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return Reading(items=tuple(e.item("activity", one, disposition="record", word="TerminateInstances") for one in _distinct(ids)))


def _health(e: Envelope) -> Reading:
    """A scheduled change, one item per machine. Its own region counts, not that of the copy."""
    if e.detail.get("service") != "EC2" or e.detail.get("eventTypeCategory") != "scheduledChange":
        return Reading(ignored="ignored_health_other")
    e = replace(e, region=_text(e.detail, "eventRegion") or e.region, account=_text(e.detail, "affectedAccount") or e.account)
    begins = _health_time(_text(e.detail, "startTime"))
    key = _text(e.detail, "communicationId") or e.id
    word = _text(e.detail, "statusCode") or "upcoming"
    items = tuple(e.item("maintenance", one, f"{key}:{word}", word=word, not_before=begins, action_time=begins) for one in _entities(e))
    return Reading(e.account, e.region, items)


def _entities(e: Envelope) -> list[str]:
    """The machines of a health event; where none is listed, those among its resources."""
    listed = e.detail.get("affectedEntities")
    ids = [one.get("entityValue") for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    resources = e.event.get("resources")
    ids = ids or [one for one in (resources if isinstance(resources, list) else [resources]) if is_instance_id(one)]
    if not ids:
        raise Unreadable("instance_id_missing")
    return _distinct(ids)


def _health_time(text: str) -> datetime | None:
    """``Sun, 12 Apr 2026 02:00:00 GMT`` or ISO; None for what is no time."""
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return parse_time(text)


def _lifecycle(e: Envelope) -> Reading:
    token = _text(e.detail, "LifecycleActionToken")
    if not token:
        raise Unreadable("token_missing")
    return Reading(items=(e.item("lifecycle", e.detail.get("EC2InstanceId"), token, word="terminate"),))


def _activity(e: Envelope) -> Reading:
    return Reading(items=(e.item("activity", e.detail.get("EC2InstanceId"), disposition="record", word=e.event["detail-type"]),))


def is_instance_id(value: Any) -> bool:
    return isinstance(value, str) and INSTANCE_ID.fullmatch(value) is not None


def _distinct(ids: list) -> list[str]:
    """Each id once, in order; Unreadable when one of them is none."""
    return list(dict.fromkeys(_instance_id(one) for one in ids))


def _within(value: Any, *names: str) -> Any:
    """The member that a path of names leads to, or None."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _instance_id(value: Any) -> str:
    if not is_instance_id(value):
        raise Unreadable("instance_id_missing" if not value else "instance_id_malformed")
    return value


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


Reader = Callable[[Envelope], Reading]

READERS: dict[tuple[str, str], Reader] = {
    ("aws.ec2", "EC2 Spot Instance Interruption Warning"): _interruption,
    ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"): _interruption,
    ("aws.ec2", "EC2 Interruptible Capacity Reservation Instance Interruption Warning"): _interruption,
    ("aws.ec2", "EC2 Instance Rebalance Recommendation"): _rebalance,
    ("aws.ec2", "EC2 Spot Instance Rebalance Recommendation"): _rebalance,
    ("aws.ec2", "EC2 Instance State-change Notification"): _state_change,
    ("aws.ec2", "AWS Service Event via CloudTrail"): _service_event,
    ("aws.ec2", "AWS API Call via CloudTrail"): _api_call,
    ("aws.health", "AWS Health Event"): _health,
    ("aws.autoscaling", "EC2 Instance-terminate Lifecycle Action"): _lifecycle,
    ("aws.autoscaling", "EC2 Instance-launch Lifecycle Action"): _activity,
    ("aws.autoscaling", "EC2 Instance Launch Successful"): _activity,
    ("aws.autoscaling", "EC2 Instance Launch Unsuccessful"): _activity,
    ("aws.autoscaling", "EC2 Instance Terminate Successful"): _activity,
    ("aws.autoscaling", "EC2 Instance Terminate Unsuccessful"): _activity,
}
