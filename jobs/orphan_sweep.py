"""End machines that bear our tags and stand in no row."""

from core.execution.orphans import sweep


def run(context) -> dict:
    return sweep(context.clouds, context.settings)
