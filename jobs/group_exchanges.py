"""Let machines take the places of members in Auto Scaling groups, one call after another."""

from core.execution import groups


def run(context) -> dict:
    return groups.advance(context.clouds)
