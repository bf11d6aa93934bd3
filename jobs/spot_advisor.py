"""The Spot Advisor's ranks and EC2's placement scores, every six hours."""

from core.prices import advisor, pricing


def run(context) -> dict:
    return {**pricing.score_placements(context.clouds), **advisor.refresh(context.settings)}
