"""What scenarios share: a town of their own on the running product."""

from collections.abc import Iterator

import pytest

from core.execution.actions import Executor
from scripts.stack import Stack
from tests.scenarios.street import Street, opened
from tests.scenarios.town import Town


@pytest.fixture
def town(stack: Stack) -> Town:
    """A client with an AWS account that no other test uses."""
    return Town(stack)


@pytest.fixture
def street(world, simulator, clouds) -> Iterator[Street]:
    """A workload whose account has its queue of events, without timetable."""
    yield from opened(world, simulator, clouds)


@pytest.fixture
def executor(clouds, settings) -> Executor:
    return Executor(clouds, settings)
