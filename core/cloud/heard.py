"""What AWS answered to each call, as it goes over the wire: every try of a call is one, also those that boto3 repeats."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3

from core.cloud.errors import Answer, classify

Hear = Callable[[str, str, float], None]  # the call (ec2.RunInstances), its result, its seconds
BEGAN = "spotopt_began"


def listen(session: boto3.Session, hear: Hear) -> None:
    """Tell ``hear`` of every call of the session's clients."""

    def asked(request: Any, **_: Any) -> None:
        request.context[BEGAN] = time.monotonic()

    def answered(event_name: str, parsed_response: Mapping | None, context: Mapping, **_: Any) -> None:
        call = event_name.removeprefix("response-received.")
        hear(call, result_of(parsed_response), time.monotonic() - context.get(BEGAN, time.monotonic()))

    session.events.register("request-created", asked)
    session.events.register("response-received", answered)


def result_of(parsed: Mapping | None) -> str:
    """One word of a fixed set: the class of what AWS said; unknown where it said nothing."""
    if parsed is None:
        return Answer.UNKNOWN
    error, status = parsed.get("Error"), parsed.get("ResponseMetadata", {}).get("HTTPStatusCode", 200)
    if status < 300:
        return Answer.DONE
    return classify(str((error or {}).get("Code", "")), status)
