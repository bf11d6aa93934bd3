"""Fetch the prices of every region in use."""

from core.prices.pricing import collect


def run(context) -> dict:
    return collect(context.clouds)
