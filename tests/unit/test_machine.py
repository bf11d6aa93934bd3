"""Which machines are ours to end: those that bear our tag, whatever the case of its letters (INV-07)."""

from datetime import UTC, datetime

import pytest

from core.cloud.actions import terminate
from core.cloud.errors import Answer
from core.cloud.machine import Machine
from core.cloud.permissions import policy

PARAMS = {"region": "us-east-1", "ec2_instance_id": "i-1"}


class Ec2:
    """Knows one machine, and keeps what was ended."""

    def __init__(self, tags: dict[str, str]):
        self.machine = Machine("i-1", "running", "us-east-1a", "spot", "m5.large", datetime(2026, 1, 1, tzinfo=UTC), None, tags)
        self.ended: list[str] = []

    def describe(self, region: str, ids: list[str]) -> dict[str, Machine]:
        return {"i-1": self.machine}

    def terminate(self, region: str, ec2_id: str) -> None:
        self.ended.append(ec2_id)


@pytest.mark.parametrize("value", ["SpotOptimizer", "spotoptimizer", "SPOTOPTIMIZER", "spotOptimizer"])
def test_a_machine_whose_tag_is_written_in_other_letters_is_ours(value: str):
    ec2 = Ec2({"ManagedBy": value})

    assert terminate(ec2, PARAMS).answer is Answer.DONE
    assert ec2.ended == ["i-1"]


@pytest.mark.parametrize("tags", [{}, {"ManagedBy": ""}, {"ManagedBy": "SpotOptimizer2"}, {"ManagedBy": " SpotOptimizer"}, {"Name": "SpotOptimizer"}, {"ManagedBy": "Terraform"}])
def test_a_machine_without_it_is_looked_at_and_never_ended(tags: dict):
    ec2 = Ec2(tags)

    assert terminate(ec2, PARAMS).answer is Answer.INVALID
    assert ec2.ended == []


def test_our_role_may_end_what_we_take_for_ours_whatever_the_case_of_the_letters():
    """IAM compares as we do: else a machine that people tagged by hand could not be ended."""
    ending = [one["Condition"] for one in policy()["Statement"] if "ec2:TerminateInstances" in one["Action"]]

    assert ending == [{"StringEqualsIgnoreCase": {"aws:ResourceTag/ManagedBy": "SpotOptimizer"}}]
