"""Predict, learn what became of it, and judge the models by it."""

from core.forecast.predictions import work


def run(context) -> dict:
    return work()
