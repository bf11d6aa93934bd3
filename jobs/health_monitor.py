"""Measures the seven components of the platform (JOB-03)."""

from core import monitor


def run(context) -> dict:
    return monitor.check_all()
