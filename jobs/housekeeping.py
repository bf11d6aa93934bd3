"""Delete what nobody can need any more, in small batches."""

from core.operations.housekeeping import tidy


def run(context) -> dict:
    return tidy()
