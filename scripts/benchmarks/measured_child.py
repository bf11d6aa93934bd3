"""A child process as core.child runs it, with its seconds and its peak memory beside its counts."""

import json
import resource
import sys
import time
from datetime import timedelta

from config.settings import Settings, use
from core import database
from core.child import work_of
from core.prices import consolidation


def main(name: str) -> None:
    consolidation.RAW = timedelta(days=3650)  # the naive ways keep every five minutes too
    database.connect(use(Settings(**json.load(sys.stdin))), job=True)
    spent = _spent_in_features()
    began = time.monotonic()
    counts = work_of(name)()
    seconds = time.monotonic() - began
    share = sum(spent) / consolidation.WIDTH
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**counts, "work_seconds": seconds, "price_seconds": seconds - share, "peak_mib": peak}))


def _spent_in_features() -> list[float]:
    """The seconds of each chunk's hourly features, which the naive ways do not make; chunks run side by side."""
    spent, features = [], consolidation._features

    def timed(*args):
        began = time.monotonic()
        made = features(*args)
        spent.append(time.monotonic() - began)
        return made

    consolidation._features = timed
    return spent


if __name__ == "__main__":
    main(sys.argv[1])
