"""What follows of pools from the rows of the fleet, every five minutes; expired flags go."""

from core import database
from core.forecast.risk import derive


def run(context) -> dict:
    return database.run(derive)
