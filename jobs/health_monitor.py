"""Measures the seven components of the platform (JOB-03)."""

from core.operations import monitor


def run(context) -> dict:
    return monitor.check_all()
