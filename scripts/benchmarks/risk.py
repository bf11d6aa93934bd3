"""How long the risk of 509 pools takes, with a week of hourly sightings of each: `scripts/bench risk`. Goal: median <= 15 ms."""

import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from config.settings import Settings, use
from core import database
from core.cloud.simulator.ports import free_port
from core.database import Tx
from core.forecast.risk import risk_of_pools
from core.forecast.sightings import catch_up
from core.sql import pools
from core.sql import risk as rows
from database.migrate import connect, migrate
from database.private import Access, PrivateDatabase

POOLS, HOURS, ROUNDS, GOAL_MS = 509, 168, 50, 15.0
REGION = "us-east-1"
IDS = [f"use1-az{n % 6}:m{n}.large:linux" for n in range(POOLS)]


def fill(tx: Tx) -> None:
    """A price for each pool, and an hourly sighting: up, now and then lost."""
    now, dice = tx.now(), random.Random(1)
    pools.write_pools(tx, [(name, REGION, name.split(":")[0], name.split(":")[1], 2, 8192, "x86_64", 0.03, now, now) for name in IDS])
    for name in IDS:
        seen = [(name, "lost" if dice.random() < 0.02 else "available", now - timedelta(hours=n), f"h{n}") for n in range(HOURS)]
        rows.observe(tx, seen)


@contextmanager
def filled_database() -> Iterator[Settings]:
    """A database of one's own with that market in it, connected to; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="spotopt-bench-"))
    folder.chmod(0o755)
    server = PrivateDatabase(folder / "db", free_port())
    try:
        server.start()
        with connect(server.owner().environment()) as owner:
            migrate(owner)
        settings = use(_settings(server.access()))
        database.connect(settings)
        database.run(fill)
        yield settings
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _settings(access: Access) -> Settings:
    return Settings(
        db_host=access.host, db_port=access.port, db_user=access.user, db_password=access.password, db_database=access.database,
        install_key="1f" * 32, jwt_secret="j" * 40,
    )  # fmt: skip


@click.command()
def risk() -> None:
    """Read the risk of every pool of a region; exit code 1 above the goal."""
    with filled_database():
        sys.exit(0 if _measure() <= GOAL_MS else 1)


def _measure() -> float:
    _say(f"catching up with {POOLS * HOURS:,} sightings, once", _timed(catch_up))
    _say("catching up when nothing is new", _timed(catch_up))
    before = time.process_time()
    taken = sorted(_timed(lambda: database.run(lambda tx: risk_of_pools(tx, REGION))) for _ in range(ROUNDS))
    _say(f"risk of {POOLS} pools, median of {ROUNDS}, goal <= {GOAL_MS:g} ms", statistics.median(taken))
    _say("  slowest", taken[-1])
    _say("  processor of this process, each", (time.process_time() - before) * 1000 / ROUNDS)
    return statistics.median(taken)


def _timed(work) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _say(name: str, milliseconds: float) -> None:
    click.echo(f"{name:64} {milliseconds:9.1f} ms")
