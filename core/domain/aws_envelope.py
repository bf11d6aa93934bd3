"""What an event comes wrapped in: strict JSON, SNS envelopes, Lambda records. Every record is unwrapped, none is guessed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_WRAPPINGS = 2
ODD_TEXT = re.compile("[\ud800-\udfff]|\\\\u0000")  # lone surrogates and NUL: no database takes them
TEST = "autoscaling:TEST_NOTIFICATION"


class Unreadable(ValueError):
    """Not an event; the message is the reason of its dead letter."""


@dataclass(frozen=True)
class Record:
    """One event as it came, or why it is none. ``message_id`` is that of a Lambda record."""

    event: Mapping[str, Any] | None = None
    dead: str | None = None
    message_id: str | None = None


def unwrap(body: str | bytes | Mapping[str, Any]) -> list[Record]:
    """The events in a body: one, or one for each record of a Lambda batch."""
    try:
        value = read_object(body)
    except Unreadable as problem:
        return [Record(dead=str(problem))]
    if isinstance(value.get("Records"), list):
        return [_of_lambda(record) for record in value["Records"]]
    return [_unwrapped(value, None)]


def read_object(body: str | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    """A JSON object, or Unreadable: not JSON, a key twice, too deep, too large, not an object."""
    if isinstance(body, Mapping):
        return body
    if len(body) > MAX_BYTES:
        raise Unreadable("too_large")
    try:
        value = json.loads(body, object_pairs_hook=_unique, parse_constant=_refuse)
    except Unreadable:
        raise
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    if not isinstance(value, dict):
        raise Unreadable("not_an_event")
    if _depth(value) > MAX_DEPTH:
        raise Unreadable("too_deep")
    if ODD_TEXT.search(json.dumps(value, ensure_ascii=False)):
        raise Unreadable("odd_text")
    return value


def is_test(event: Mapping[str, Any]) -> bool:
    """Auto Scaling's test notification, wherever it says so."""
    detail = event.get("detail")
    places = (event, detail) if isinstance(detail, Mapping) else (event,)
    return any(TEST in (place.get("Event"), place.get("LifecycleTransition")) for place in places)


def _of_lambda(record: Any) -> Record:
    if not isinstance(record, Mapping):
        return Record(dead="not_an_event")
    message_id, sns = record.get("messageId"), record.get("Sns")
    body = record.get("body") if "body" in record else sns.get("Message") if isinstance(sns, Mapping) else None
    if not isinstance(body, str):
        return Record(dead="not_an_event", message_id=message_id)
    try:
        return _unwrapped(read_object(body), message_id)
    except Unreadable as problem:
        return Record(dead=str(problem), message_id=message_id)


def _unwrapped(value: Mapping[str, Any], message_id: str | None) -> Record:
    """Out of at most two SNS envelopes."""
    for _ in range(MAX_WRAPPINGS):
        if not _is_sns(value):
            break
        try:
            value = read_object(value["Message"])
        except Unreadable as problem:
            return Record(dead=str(problem), message_id=message_id)
    if _is_sns(value):
        return Record(dead="wrapped_too_often", message_id=message_id)
    return Record(event=value, message_id=message_id)


def _is_sns(value: Mapping[str, Any]) -> bool:
    return value.get("Type") == "Notification" and isinstance(value.get("Message"), str)


def _unique(pairs: list[tuple[str, Any]]) -> dict:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unreadable("duplicate_keys")
    return made


def _refuse(name: str) -> None:
    raise Unreadable("not_json")


def _depth(value: Any) -> int:
    """How deeply a value is nested; counted without recursion."""
    deepest, left = 0, [(value, 1)]
    while left:
        one, level = left.pop()
        deepest = max(deepest, level)
        if isinstance(one, dict | list) and level <= MAX_DEPTH:
            left += [(member, level + 1) for member in (one.values() if isinstance(one, dict) else one)]
    return deepest
