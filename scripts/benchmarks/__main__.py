"""`scripts/bench NAME`."""

import click

from scripts.benchmarks.asked import asked
from scripts.benchmarks.consolidation import consolidation
from scripts.benchmarks.decision import decision
from scripts.benchmarks.replay import replay
from scripts.benchmarks.risk import risk


@click.group()
def bench() -> None:
    """Ratios measured inside one run: machines are noisy, ratios much less so."""


bench.add_command(asked)
bench.add_command(consolidation)
bench.add_command(decision)
bench.add_command(replay)
bench.add_command(risk)

if __name__ == "__main__":
    bench(prog_name="bench")
