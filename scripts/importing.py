"""`scripts/spotopt import`: recorded prices, ranks and availability into the running product's database."""

import os
import re
import sys
from datetime import UTC, date
from pathlib import Path

import click

from config.settings import BadSettings, Settings, read_settings, use
from core import database, errors
from core.prices.imports import import_advisor, import_availability, import_prices
from database.private import PrivateDatabase
from scripts.stack import ROOT

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group("import")
def importing() -> None:
    """Bring recorded markets in: what others or you yourself have stored."""


@importing.command()
@FILES
@click.option("--zone", "zones", multiple=True, metavar="NAME=ID", help="what an AZ's name means: us-east-1a=use1-az6; may be repeated")
def prices(files, zones) -> None:
    """Spot price changes: JSON of `aws ec2 describe-spot-price-history`, or CSV with timestamp, az, instance_type, spot_price; also gzipped, or Parquet with these columns."""
    known = dict(_pair(zone) for zone in zones)
    _each(files, lambda path: import_prices(path, known))


@importing.command()
@FILES
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="the day the snapshot was taken; the file does not say")
def advisor(files, day) -> None:
    """The Spot Advisor's file."""
    _each(files, lambda path: import_advisor(path, date(day.year, day.month, day.day)))


@importing.command()
@FILES
@click.option("--pool", required=True, help="the pool it speaks of: use1-az6:p3.2xlarge:linux")
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="when the record begins, in UTC")
def availability(files, pool, since) -> None:
    """When a pool had capacity: {"metadata": {"gap_seconds": 195}, "data": [0, 1, …]}."""
    if not re.fullmatch(r"[a-z0-9-]+:[a-z0-9.-]+(:[a-z0-9]+)?", pool):
        raise click.BadParameter("a pool is <az id>:<instance type>", param_hint="--pool")
    whole = pool if pool.count(":") == 2 else f"{pool}:linux"
    _each(files, lambda path: import_availability(path, whole, since.replace(tzinfo=UTC)))


def _pair(zone: str) -> tuple[str, str]:
    name, sign, az_id = zone.partition("=")
    if not sign or not name or not az_id:
        raise click.BadParameter(f"{zone} is not NAME=ID", param_hint="--zone")
    return name, az_id


def _each(files, work) -> None:
    """Each file with its counts; a file that is wrong is named, changes nothing, and makes the exit code 1."""
    database.connect(use(_settings()))
    failed = False
    for path in files:
        try:
            counts = work(path)
        except errors.SpotError as error:
            click.echo(f"{path}: {error.message}", err=True)
            failed = True
        else:
            click.echo(f"{path}: " + ", ".join(f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}" for name, value in counts.items()))
    sys.exit(1 if failed else 0)


def _settings() -> Settings:
    """Of DB_HOST and its like where they are set, else of the private database that scripts/server keeps."""
    try:
        if os.environ.get("DB_HOST"):
            return read_settings({"INSTALL_KEY": "0" * 64, "JWT_SECRET": "0" * 32, **os.environ})
        return read_settings({"INSTALL_KEY": "0" * 64, "JWT_SECRET": "0" * 32, **PrivateDatabase.running(_var()).environment()})
    except (BadSettings, FileNotFoundError) as error:
        raise click.ClickException(f"no database: {error}; start scripts/server, or set DB_HOST") from None


def _var() -> Path:
    return Path(os.environ.get("SPOTOPT_VAR", ROOT / "var"))
