"""AWS's events are read as the table says, whatever is odd about them."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain.aws_envelope import Unreadable, unwrap
from core.domain.aws_event import READERS, read_event
from core.domain.notice import NOTICES, parse_time

FOLDER = Path(__file__).parents[1] / "fixtures/notices"
ID, OTHER = "i-0a7d25c81be43f906", "i-0b93f1e6d07c2a584"


def sample(kind: str) -> dict:
    return json.loads((FOLDER / f"{kind}.json").read_text())


def changed(kind: str, detail: dict | None = None, **envelope) -> dict:
    """A sample with other members; None removes one."""
    event = deepcopy(sample(kind)) | envelope
    if isinstance(event["detail"], dict):
        event["detail"] |= detail or {}
        event["detail"] = {name: value for name, value in event["detail"].items() if value is not None}
    return event


def at(event: dict, seconds: float = 1) -> datetime:
    """Received this long after it was sent."""
    sent = parse_time(event.get("time")) or datetime(2026, 5, 6, 8, 15, tzinfo=UTC)
    return sent + timedelta(seconds=seconds)


def read(event: dict, seconds: float = 1):
    return read_event(event, at(event, seconds))


def outcome(event: dict) -> str:
    """In the words of the table: a disposition, a reason, or a dead letter."""
    try:
        reading = read(event)
    except Unreadable:
        return "dead letter"
    return reading.ignored or " ".join(sorted({item.notice.disposition for item in reading.items}))


WARNING, STATE, HEALTH, HOOK = "termination", "state_change", "maintenance", "lifecycle"
GOLDEN = [
    ("G1 terminate", changed(WARNING), "act"),
    ("G1 stop", changed(WARNING, {"instance-action": "stop"}), "act"),
    ("G1 hibernate", changed(WARNING, {"instance-action": "hibernate"}), "act"),
    ("G2 no id", changed(WARNING, {"instance-id": None}), "dead letter"),
    ("G2 empty id", changed(WARNING, {"instance-id": ""}), "dead letter"),
    ("G2 short id", changed(WARNING, {"instance-id": "i-12"}), "dead letter"),
    ("G3 no action", changed(WARNING, {"instance-action": None}), "act"),
    ("G4 unknown action", changed(WARNING, {"instance-action": "evaporate"}), "act"),
    ("G5", changed("rebalance"), "act"),
    ("G6", changed("rebalance", **{"detail-type": "EC2 Spot Instance Rebalance Recommendation"}), "act"),
    ("G7 pending", changed(STATE, {"state": "pending"}), "record"),
    ("G7 running", changed(STATE, {"state": "running"}), "record"),
    *[(f"G8 {state}", changed(STATE, {"state": state}), "act") for state in ("stopping", "stopped", "shutting-down", "terminated")],
    *[(f"G9 {state!r}", changed(STATE, {"state": state}), "dead letter") for state in ("STOPPING", "stop", "", None)],
    ("G10", changed(HEALTH), "act"),
    ("G11 resources", changed(HEALTH, {"affectedEntities": []}), "act"),
    ("G11 a text", changed(HEALTH, {"affectedEntities": []}, resources=ID), "act"),
    ("G12 another service", changed(HEALTH, {"service": "RDS"}), "ignored_health_other"),
    ("G12 an issue", changed(HEALTH, {"eventTypeCategory": "issue"}), "ignored_health_other"),
    ("G13 terminating", changed(HOOK), "act"),
    ("G13 launching", changed(HOOK, **{"detail-type": "EC2 Instance-launch Lifecycle Action"}), "record"),
    ("G14 a test", changed(HOOK, {"LifecycleTransition": "autoscaling:TEST_NOTIFICATION"}), "ignored_test"),
    ("G14 the old test", {"Event": "autoscaling:TEST_NOTIFICATION", "AutoScalingGroupName": "shop"}, "ignored_test"),
    ("G15 reservation", changed(WARNING, **{"detail-type": "EC2 Capacity Reservation Instance Interruption Warning"}), "act"),
    ("G15 interruptible", changed(WARNING, **{"detail-type": "EC2 Interruptible Capacity Reservation Instance Interruption Warning"}), "act"),
    ("G16 version 1", changed(WARNING, version="1"), "act"),
    ("G17 no time", changed(WARNING, time=""), "act"),
    ("G17 garbage", changed(WARNING, time="yesterday"), "act"),
    ("G18 fraction", changed(WARNING, time="2026-05-06T08:14:30.123Z"), "act"),
    ("G18 offset", changed(WARNING, time="2026-05-06T08:14:30+00:00"), "act"),
    ("G19 another's source", changed(WARNING, source="my.app"), "ignored_foreign"),
    *[(f"G20 {detail!r}", changed(WARNING, detail=None) | {"detail": detail}, "dead letter") for detail in (None, "text", [1])],
    ("G21", {"hello": "world"}, "dead letter"),
    ("G25", changed(WARNING, **{"detail-type": "EC2 Instance Feels Unwell"}), "ignored_unknown_type"),
    ("another service event", changed("eviction", {"eventName": "SharedSnapshotVolumeCreated"}), "ignored_other_service_event"),
    ("an eviction of nobody", changed("eviction", {"serviceEventDetails": {"instanceIdSet": []}}), "dead letter"),
    ("an eviction of nonsense", changed("eviction", {"serviceEventDetails": {"instanceIdSet": [{"a": 1}]}}), "dead letter"),
    ("an account that is none", changed(WARNING, account="12"), "dead letter"),
    ("a year beyond belief", changed(WARNING, time="9999-12-31T23:59:59Z"), "act"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "expected"), [row[1:] for row in GOLDEN], ids=[row[0] for row in GOLDEN])
def test_an_odd_event_is_read_as_the_table_says(event, expected):
    assert outcome(event) == expected


@pytest.mark.parametrize(("event", "oddity"), [
    (changed(WARNING, {"instance-action": None}), "action_missing"), (changed(WARNING, {"instance-action": "evaporate"}), "action_unknown"),
    (changed("rebalance", **{"detail-type": "EC2 Spot Instance Rebalance Recommendation"}), "alias_detail_type"),
    (changed(WARNING, version="1"), "envelope_version_other"), (changed(WARNING, time="yesterday"), "time_unreadable"),
])  # fmt: skip
def test_what_is_odd_and_changes_nothing_is_named(event, oddity):
    assert read(event).odd == (oddity,)


def test_there_is_a_sample_of_every_kind_and_a_kind_for_every_sample():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(NOTICES)


@pytest.mark.parametrize("kind", NOTICES)
def test_a_sample_is_read_as_its_kind(kind):
    items = read(sample(kind)).items

    assert {item.kind for item in items} == {kind}
    assert {(item.account, item.region) for item in items} == {("310456789012", "eu-west-1")}
    assert items[0].ec2_id == ID


@pytest.mark.parametrize(("detail", "after_event"), [
    ({"instance-action": "terminate"}, 120), ({"instance-action": "stop"}, 120), ({"instance-action": "hibernate"}, 0),
    ({"instance-termination-time": "2026-05-06T08:15:50Z"}, 80), ({"instance-termination-time": "soon"}, 120),
])  # fmt: skip
def test_the_deadline_follows_from_the_event_and_not_from_its_receipt(detail, after_event):
    event = changed(WARNING, detail)

    assert read(event, 40).items[0].notice.deadline == at(event, after_event)


def test_an_unreadable_time_makes_the_receipt_the_time_of_the_event():
    event = changed(WARNING, time="")
    received = at(event)

    assert read_event(event, received).items[0].notice.deadline == received + timedelta(seconds=120)


def test_a_deadline_far_from_the_receipt_is_not_believed():
    event = changed(WARNING, time="2026-05-06T09:14:30Z")
    received = at(event, -3600)

    assert read_event(event, received).items[0].notice.deadline == received


@pytest.mark.parametrize(("kind", "seconds", "disposition", "reason"), [
    ("rebalance", 299, "act", None), ("rebalance", 301, "verify", "stale"), ("termination", 110, "act", None),
    ("termination", 130, "verify", "overdue"), ("termination", 301, "verify", "stale"), ("state_change", 301, "verify", "stale"),
    ("eviction", 301, "verify", "stale"), ("maintenance", 86400, "act", None), ("lifecycle", 900, "act", None),
])  # fmt: skip
def test_what_is_told_too_late_is_verified_first(kind, seconds, disposition, reason):
    notice = read(sample(kind), seconds).items[0].notice

    assert (notice.disposition, notice.reason) == (disposition, reason)


def test_a_health_event_is_its_own_regions_whatever_copy_arrives():
    original, copy = read(sample(HEALTH)), read(changed(HEALTH, region="us-west-2"))

    assert [(i.region, i.ec2_id, i.notice.source_key) for i in copy.items] == [(i.region, i.ec2_id, i.notice.source_key) for i in original.items]
    assert original.items[0].not_before == datetime(2026, 5, 16, 2, tzinfo=UTC)


def test_an_eviction_names_each_of_its_machines():
    assert [item.ec2_id for item in read(sample("eviction")).items] == [ID, OTHER]


def test_a_hooks_own_message_is_read_like_its_event():
    detail = sample(HOOK)["detail"]
    direct = {**detail, "AccountId": "310456789012", "RequestId": "r", "Service": "AWS Auto Scaling", "Time": "2026-05-06T09:00:00.412Z"}

    [item] = read_event(direct, datetime(2026, 5, 6, 9, 0, 1, tzinfo=UTC)).items

    assert (item.kind, item.ec2_id, item.notice.source_key) == ("lifecycle", ID, detail["LifecycleActionToken"])


def wrapped(event, times: int = 1) -> dict:
    for _ in range(times):
        event = {"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:eu-west-1:310456789012:t", "Message": json.dumps(event)}
    return event


@pytest.mark.parametrize("times", [0, 1, 2])
def test_an_envelope_of_sns_is_taken_off(times):
    [record] = unwrap(json.dumps(wrapped(sample(WARNING), times)))

    assert record.event == sample(WARNING)


DEEP = '{"a":' * 40 + "1" + "}" * 40


@pytest.mark.parametrize(("body", "reason"), [
    ("", "not_json"), ("{", "not_json"), ("[1]", "not_an_event"), ("7", "not_an_event"), ('{"a":1,"a":2}', "duplicate_keys"),
    ('{"a":NaN}', "not_json"), (DEEP, "too_deep"), ('{"a":"' + "x" * 262_144 + '"}', "too_large"),
    (json.dumps(wrapped(sample(WARNING), 3)), "wrapped_too_often"), (json.dumps(wrapped(sample(WARNING)) | {"Message": "{"}), "not_json"),
    ("[" * 100_000, "not_json"), ('{"a":"\\ud800"}', "odd_text"), ('{"a\\u0000":1}', "odd_text"), (b"\xff\xfe", "not_json"),
], ids=range(14))  # fmt: skip
def test_a_body_that_is_no_event_says_why(body, reason):
    assert [record.dead for record in unwrap(body)] == [reason]


def test_every_record_of_a_lambda_batch_is_unwrapped():
    batch = {"Records": [
        {"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps(sample(WARNING))},
        {"messageId": "2", "eventSource": "aws:sqs", "body": "{"},
        {"EventSource": "aws:sns", "Sns": {"Message": json.dumps(wrapped(sample("rebalance")))}},
        {"messageId": "4"}, "nonsense",
    ]}  # fmt: skip

    records = unwrap(batch)

    assert [(r.message_id, r.dead) for r in records] == [("1", None), ("2", "not_json"), (None, None), ("4", "not_an_event"), (None, "not_an_event")]
    assert records[2].event == sample("rebalance")


JUNK = [None, "", "x", 7, -1.5, True, [], [None], {}, {"instanceIdSet": 7}, {"items": [{"instanceId": []}]}]


@pytest.mark.parametrize(("source", "detail_type"), READERS)
def test_whatever_a_member_holds_an_event_is_read_or_refused_by_name(source, detail_type):
    names = {name for kind in NOTICES for name in sample(kind)["detail"]} | {"requestParameters", "instance-termination-time"}
    whole = {name: value for kind in NOTICES for name, value in sample(kind)["detail"].items()}
    for name in names:
        for junk in JUNK:
            event = {**sample(WARNING), "source": source, "detail-type": detail_type, "detail": {**whole, name: junk}}
            assert outcome(event)
