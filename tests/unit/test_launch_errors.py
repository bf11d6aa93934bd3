"""Which refusals of a launch are definite, and what each of them is blamed on (K-46, wire-formats 6.2)."""

import pytest

from core.cloud.errors import Answer, classify
from core.execution.actions import RECORD

BY_ANSWER = {
    Answer.NO_CAPACITY: ("InsufficientInstanceCapacity", "UnfulfillableCapacity"),
    Answer.WRONG_PLACE: ("ReservationCapacityExceeded", "Unsupported", "InsufficientFreeAddressesInSubnet"),
    Answer.QUOTA: ("MaxSpotInstanceCountExceeded", "VcpuLimitExceeded", "MaxFleetCountExceeded"),
    Answer.THROTTLED: ("RequestLimitExceeded",),
    Answer.TOKEN_REUSED: ("IdempotentParameterMismatch",),
}


@pytest.mark.parametrize(("code", "answer"), [(code, answer) for answer, codes in BY_ANSWER.items() for code in codes])
def test_a_code_says_what_it_says_in_every_form(code: str, answer: Answer):
    assert {classify(code), classify(f"Client.{code}"), classify(f"Server.{code}", 500)} == {answer}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_5xx_that_nobody_knows_says_nothing_and_a_4xx_that_our_request_is_wrong(status: int):
    assert (classify("Brandnew", status), classify("Brandnew", 400)) == (Answer.UNKNOWN, Answer.INVALID)


def test_what_is_unsure_has_one_way_and_what_is_definite_another():
    """Unsure: the same token, later. Definite: remember why, a new token, the next candidate."""
    unsure = {RECORD[answer] for answer in (Answer.UNKNOWN, Answer.THROTTLED)}
    definite = {RECORD[answer] for answer in (Answer.NO_CAPACITY, Answer.WRONG_PLACE, Answer.QUOTA)}

    assert len(unsure) == 1 and len(definite) == 3 and not unsure & definite
