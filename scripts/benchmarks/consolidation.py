"""`scripts/bench consolidation`: ours against row at a time and against pure SQL, on the same staged rows.

All write the same table, and their checksums are compared before any ratio is printed.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
import pymysql

from config.settings import Settings
from core.cloud.simulator.ports import free_port
from core.domain.price_series import BUCKET_SECONDS
from database.migrate import connect, migrate
from database.private import PrivateDatabase
from scripts.benchmarks import naive
from scripts.stack import ROOT

POOLS = 500
RIVALS = {"pure-sql": (naive.pure_sql, 1.6), "row-at-a-time": (naive.row_at_a_time, 15.0)}
CHECKSUM = (
    "SELECT COUNT(*), SUM(CRC32(CONCAT_WS(',', s.pool_id, c.bucket_at, c.price, c.data_source)))"
    " FROM pricing_consolidated c JOIN price_series s ON s.pool_no = c.pool_no"
)


class Ground:
    """A database of its own with staged rows."""

    def __init__(self, folder: Path):
        self.server = PrivateDatabase(folder / "db", free_port())
        self.server.start()
        owner = connect(self.server.owner().environment())
        migrate(owner)
        owner.close()
        access = self.server.access()
        self.settings = Settings(
            db_host=access.host, db_port=access.port, db_user=access.user, db_password=access.password, db_database=access.database,
            install_key="1f" * 32, jwt_secret="j" * 40, log_level="WARNING",
        )  # fmt: skip
        self.now = int(time.time()) // BUCKET_SECONDS * BUCKET_SECONDS

    def session(self) -> pymysql.Connection:
        owner = self.server.owner()
        return pymysql.connect(
            host=owner.host, port=owner.port, user=owner.user, password=owner.password, database=owner.database, ssl_disabled=True,
            autocommit=True, local_infile=True, init_command="SET time_zone = '+00:00'",
        )  # fmt: skip

    def do(self, *statements: str) -> tuple | None:
        with self.session() as session, session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchone()

    def stage(self, rows: int, seed: int, first: int, span: int, age_seconds: int = 300) -> None:
        """Observations of hosts every five minutes from bucket ``first`` on: some missing, some doubled by replicas."""
        dice = np.random.default_rng(seed)
        with tempfile.NamedTemporaryFile("w", prefix="spotopt-bench-") as file:
            for pool in range(POOLS):
                file.writelines(_lines(dice, pool, rows // POOLS, first, span))
            file.flush()
            self.do(
                f"LOAD DATA LOCAL INFILE '{file.name}' IGNORE INTO TABLE spot_price_snapshots"
                f" (pool_id, observed_at, instance_id, source, source_role, price) SET received_at = UTC_TIMESTAMP(6) - INTERVAL {age_seconds} SECOND"
            )

    def set_clock(self, seconds: int) -> None:
        """The one clock offset that tests have."""
        self.do(
            "REPLACE INTO system_settings (k, v, requested_at) VALUES ('CLOCK_OFFSET_SECONDS', '%d', UTC_TIMESTAMP(6))" % seconds  # noqa: UP031, S608
        )

    def clear(self) -> None:
        self.do("TRUNCATE pricing_consolidated", "TRUNCATE pricing_canonical", "TRUNCATE price_series", "TRUNCATE consolidation_jobs")

    def timed(self, work) -> float:
        began = time.monotonic()
        work()
        return time.monotonic() - began

    def cpu(self) -> float:
        """Seconds of processor that the database, this process and its children have spent: what a busy machine does not change."""
        fields = Path(f"/proc/{self.server.pid}/stat").read_text().rpartition(")")[2].split()
        ticks = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return ticks + sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    def ours(self) -> dict:
        """One run in its child process: seconds, peak memory, and what was written."""
        self.do("INSERT INTO consolidation_jobs (uuid, requested_by, requested_at) VALUES (UUID(), 'bench', UTC_TIMESTAMP(6))")
        command = [sys.executable, "-m", "scripts.benchmarks.measured_child", "consolidation"]
        done = subprocess.run(command, cwd=ROOT, input=json.dumps(asdict(self.settings)).encode(), stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)


def _lines(dice: np.random.Generator, pool: int, count: int, first: int, span: int) -> list[str]:
    buckets = first + np.sort(dice.integers(0, span, count))
    seconds = buckets * BUCKET_SECONDS + dice.integers(0, BUCKET_SECONDS, count)
    prices = 0.05 + 0.0001 * dice.integers(0, 900, count)
    times = seconds.astype("datetime64[s]").astype(str)
    roles = dice.integers(0, 4, count)
    name = f"use1-az{pool % 6}:t{pool}.large:linux"
    return [
        f"{name}\t{at.replace('T', ' ')}.{n % 1000:06d}\t{11 + (role == 0)}\tagent\t{'REPLICA' if role == 0 else 'PRIMARY'}\t{price:.6f}\n"
        for n, (at, price, role) in enumerate(zip(times.tolist(), prices.tolist(), roles.tolist(), strict=True))
    ]


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, type=click.IntRange(10_000))
@click.option("--grow", default=0, type=click.IntRange(0), help="measure ours once more with so many rows, for the exponent")
@click.option("--against", type=click.Choice([*RIVALS, "both", "none"]), default="both", show_default=True, help="row at a time takes minutes for ten million")
def consolidation(rows: int, grow: int, against: str) -> None:
    """Ours; then one per cent more; then row at a time and pure SQL; then, with --grow, the exponent."""
    folder = Path(tempfile.mkdtemp(prefix="spotopt-bench-"))
    folder.chmod(0o755)
    ground = Ground(folder)
    try:
        _measure(ground, rows, grow, [name for name in RIVALS if against in (name, "both")])
    finally:
        ground.server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _measure(ground: Ground, rows: int, grow: int, rivals: list[str]) -> None:
    span = rows // POOLS
    more = max(1, span // 100)
    behind = (more + 2) * BUCKET_SECONDS
    first = (ground.now - behind) // BUCKET_SECONDS - span
    ground.set_clock(-behind)
    _say(f"staging {rows:,} rows of {POOLS} pools", ground.timed(lambda: ground.stage(rows, 1, first, span, age_seconds=behind + 300)))
    full = _ours(ground, f"ours, {rows:,} rows")
    mine = ground.do(CHECKSUM)
    horizon = int(ground.do("SELECT UNIX_TIMESTAMP(MAX(window_to)) FROM consolidation_jobs")[0]) // BUCKET_SECONDS
    ground.set_clock(0)
    ground.stage(rows // 100, 2, first + span, more, age_seconds=61)
    small = _ours(ground, "ours, after 1 % more")
    click.echo(f"{'incremental / full':44} {small['work_seconds'] / full['work_seconds']:8.3f}   goal ≤ .05")
    ground.do(f"DELETE FROM spot_price_snapshots WHERE observed_at >= FROM_UNIXTIME({(first + span) * BUCKET_SECONDS})")  # noqa: S608
    for name in rivals:
        _compare(ground, name, full, mine, horizon)
    if grow:
        _grow(ground, rows, grow, full)


def _compare(ground: Ground, name: str, full: dict, mine: tuple, horizon: int) -> None:
    work, goal = RIVALS[name]
    ground.clear()
    before = ground.cpu()
    seconds = ground.timed(lambda: work(ground.session(), horizon))
    spent = ground.cpu() - before
    _say(name, seconds)
    click.echo(f"{'  processor of database and client':44} {spent:8.2f} s")
    same = ground.do(CHECKSUM)
    click.echo(f"{'  the same table' if same == mine else f'  ANOTHER TABLE: {same} instead of {mine}'}")
    click.echo(f"{f'{name} / ours, prices alone':44} {seconds / full['price_seconds']:8.2f}   goal ≥ {goal} at 10M")
    click.echo(f"{f'{name} / ours, processor with features':44} {spent / full['cpu_seconds']:8.2f}")


def _grow(ground: Ground, rows: int, grow: int, full: dict) -> None:
    ground.clear()
    ground.do("TRUNCATE spot_price_snapshots")
    span = grow // POOLS
    _say(f"staging {grow:,} rows", ground.timed(lambda: ground.stage(grow, 3, ground.now // BUCKET_SECONDS - span - 60, span)))
    large = _ours(ground, f"ours, {grow:,} rows")
    exponent = np.log(large["work_seconds"] / full["work_seconds"]) / np.log(grow / rows)
    click.echo(f"{'exponent of growth':44} {exponent:8.2f}   goal ≤ 1.05")


def _ours(ground: Ground, name: str) -> dict:
    before = ground.cpu()
    told = ground.ours()
    told["cpu_seconds"] = ground.cpu() - before
    _say(name, told["work_seconds"])
    click.echo(f"{'  processor of database and client':44} {told['cpu_seconds']:8.2f} s")
    click.echo(f"{'  of it prices; hourly features':44} {told['price_seconds']:8.2f} s; {told['work_seconds'] - told['price_seconds']:.2f} s")
    click.echo(f"{'  peak memory of the child':44} {told['peak_mib']:8.0f} MiB  goal ≤ 350")
    click.echo(f"{'  rows written':44} {told['rows_out']:8,}")
    return told


def _say(name: str, seconds: float) -> None:
    click.echo(f"{name:44} {seconds:8.2f} s")
