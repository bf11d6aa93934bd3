"""What scenarios share: a town of their own on the running product."""

import pytest

from scripts.stack import Stack
from tests.scenarios.town import Town


@pytest.fixture
def town(stack: Stack) -> Town:
    """A client with an AWS account that no other test uses."""
    return Town(stack)
