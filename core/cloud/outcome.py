"""What a call to AWS came to."""

from dataclasses import dataclass

from core.cloud.errors import Answer


@dataclass(frozen=True)
class Outcome:
    """``ec2_id`` is set when a machine is involved; ``error`` says why not, or that another had done it already."""

    answer: Answer
    ec2_id: str | None = None
    az: str | None = None
    error: str | None = None
