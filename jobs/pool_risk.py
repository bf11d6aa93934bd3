"""What follows of pools from the rows of the fleet, every five minutes, and how each pool stands after it; expired flags go."""

from core import database
from core.forecast.risk import derive
from core.forecast.sightings import catch_up


def run(context) -> dict:
    return {**database.run(derive), "standings": catch_up()}
