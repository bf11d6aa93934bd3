"""What tests of Auto Scaling share."""

from collections.abc import Iterator

import pytest

from tests.integration.scaling.garage import Garage, opened


@pytest.fixture
def garage(simulator) -> Iterator[Garage]:
    """A name for a group that is not built yet, and its API."""
    yield from opened(simulator)
