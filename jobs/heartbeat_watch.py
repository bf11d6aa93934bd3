"""Ask EC2 about the silent, the noticed and the ending."""

from core.execution.watch import watch


def run(context) -> dict:
    return watch(context.clouds)
