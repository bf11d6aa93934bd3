"""A consolidation that is killed after so many chunks: `python -m tests.integration.market.dying_consolidation N`."""

import os
import signal
import sys

from config.settings import read_settings, use
from core import database
from core.prices import consolidation
from core.sql import consolidation_jobs


def main(chunks: int) -> None:
    """One pool per chunk, one chunk at a time; the end comes before the commit of the next one."""
    database.connect(use(read_settings()), job=True)
    consolidation.CHUNK = consolidation.WIDTH = 1
    add, done = consolidation_jobs.add, []

    def add_or_die(*args, **counts):
        done.append(add(*args, **counts))
        if len(done) > chunks:
            os.kill(os.getpid(), signal.SIGKILL)
        return done[-1]

    consolidation_jobs.add = add_or_die
    consolidation.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
