"""Learn who is a member of which Auto Scaling group, and how large the groups are."""

from core.execution import groups


def run(context) -> dict:
    return groups.learn_members(context.clouds)
