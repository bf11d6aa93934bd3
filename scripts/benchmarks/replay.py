"""How long ninety days of a hundred replicas take to replay: `scripts/bench replay`. Goal: 60 s on two cores."""

import sys
import time

import click
import numpy as np

from core.replay import serve
from core.replay.availability import DAY, Market
from core.replay.lineup import TASK_A
from scripts.replay import progress

DAYS, REPLICAS, POOLS, GAP_SECONDS, GOAL_SECONDS = 90, 100, 24, 195.0, 60.0
UP_HOURS, DOWN_HOURS = (2.0, 40.0), (0.5, 6.0)  # mean spells of a pool, drawn for each


def market(seed: int = 1) -> Market:
    """Pools that come and go by themselves: geometric spells, steady pools and nervous ones."""
    dice = np.random.default_rng(seed)
    ticks = int(DAYS * DAY / GAP_SECONDS)
    return Market("drawn", tuple(f"pool-{n}" for n in range(POOLS)), GAP_SECONDS, tuple(_spells(dice, ticks) for _ in range(POOLS)))


def _spells(dice: np.random.Generator, ticks: int) -> bytes:
    means = [dice.uniform(*hours) * 3600 / GAP_SECONDS for hours in (DOWN_HOURS, UP_HOURS)]
    state, told = int(dice.integers(0, 2)), bytearray()
    while len(told) < ticks:
        told += bytes([state]) * int(dice.geometric(1 / means[state]))
        state = 1 - state
    return bytes(told[:ticks])


@click.command()
@click.option("--policy", default="hedged", show_default=True, type=click.Choice(list(TASK_A)))
def replay(policy: str) -> None:
    """Play one policy; exit code 1 above the goal."""
    drawn, began, spent = market(), time.monotonic(), time.process_time()
    metrics, _ = serve.play(drawn, serve.ServeTask(REPLICAS), TASK_A[policy], progress(policy))
    seconds, spent = time.monotonic() - began, time.process_time() - spent
    click.echo(f"{policy}: {DAYS} days of {REPLICAS} replicas in {POOLS} pools, {drawn.ticks:,} ticks: {seconds:.1f} s, {spent:.1f} s of processor")
    click.echo(", ".join(f"{name} {value:.3g}" for name, value in metrics.items() if isinstance(value, float)))
    sys.exit(0 if seconds <= GOAL_SECONDS else 1)
