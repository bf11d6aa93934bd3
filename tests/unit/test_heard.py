"""The result of a call of AWS is one word of a fixed set, whatever AWS said (P-14)."""

import pytest

from core.cloud.errors import Answer
from core.cloud.heard import result_of


def said(status: int, code: str | None = None) -> dict:
    error = {"Error": {"Code": code, "Message": "a test"}} if code else {}
    return {**error, "ResponseMetadata": {"HTTPStatusCode": status}}


@pytest.mark.parametrize(
    ("parsed", "result"),
    [
        (None, "unknown"), (said(200), "done"), (said(503, "RequestLimitExceeded"), "throttled"), (said(500, "InsufficientInstanceCapacity"), "no_capacity"),
        (said(403, "UnauthorizedOperation"), "not_allowed"), (said(500), "unknown"), (said(400, "NobodyEverSawThisCode"), "invalid"), ({}, "done"),
        (said(400, "x" * 500), "invalid"),
    ],
)  # fmt: skip
def test_whatever_aws_says_is_one_word_of_a_fixed_set(parsed, result):
    assert result_of(parsed) == result
    assert result in set(Answer)
