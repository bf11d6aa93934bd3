"""`python -m scripts.aws.update_asg GROUP --account … --region … --min 1 --desired 2 --max 4`: sizes of an Auto Scaling group.

Without --apply nothing is changed. With it the order goes to the running server's executor; --undo orders what the
last change found.
"""

import getpass
import json
import os
import time
from pathlib import Path

import click

from config.settings import BadSettings, Settings, read_settings, use
from core import database, errors
from core.cloud.aws import Clouds
from core.domain.account import Account
from core.domain.group_sizes import Sizes
from core.domain.intent import Intent
from core.execution import resizing
from core.sql import actions
from database.private import PrivateDatabase
from scripts.stack import ROOT

WAIT_SECONDS = 30.0


@click.command(help=__doc__)
@click.argument("group")
@click.option("--account", required=True, help="the 12 digits of a linked AWS account")
@click.option("--region", required=True)
@click.option("--min", "minimum", type=click.IntRange(0), help="the least machines")
@click.option("--desired", type=click.IntRange(0), help="the machines that are wanted now")
@click.option("--max", "maximum", type=click.IntRange(0), help="the most machines")
@click.option("--undo", is_flag=True, help="the sizes before the last change of ours")
@click.option("--apply", "really", is_flag=True, help="order it; without this it is only shown")
def main(group, account, region, minimum, desired, maximum, undo, really) -> None:
    settings = use(_settings())
    database.connect(settings)
    try:
        linked = resizing.account_of(account)
        before = resizing.sizes_of(Clouds(settings), linked, region, group)
        wanted = resizing.before_last_change(linked, region, group) if undo else before.changed(minimum, desired, maximum)
        _change(linked, region, group, before, wanted, really)
    except errors.SpotError as error:
        raise click.ClickException(error.message) from error


def _change(account: Account, region: str, group: str, before: Sizes, wanted: Sizes, really: bool) -> None:
    click.echo(f"{group} in {region}: {before} → {wanted}")
    if why_not := wanted.refused():
        raise errors.Invalid(why_not)
    if wanted == before:
        click.echo("Nothing to change.")
    elif not really:
        click.echo(f"[DRYRUN] Would execute: update_asg {group} {wanted}\nNothing was changed. --apply orders it.")
    else:
        _wait(resizing.order_sizes(account, region, group, before, wanted, f"cli:{getpass.getuser()}"))


def _wait(intent: Intent) -> None:
    """Until the executor has answered; the order stands, whatever becomes of us."""
    if intent.state == "dry_run":
        click.echo("[SAFE_MODE] Would execute: update_asg\nSAFE MODE is on: the order was written down and is not carried out.")
        return
    action_id, state, deadline = intent.id, intent.state, time.monotonic() + WAIT_SECONDS
    while state == "pending" and time.monotonic() < deadline:
        time.sleep(0.2)
        state = database.run(lambda tx: actions.get(tx, action_id)).state
    if state == "failed":
        raise click.ClickException(f"the order came to nothing: {database.run(lambda tx: actions.error_of(tx, action_id))}")
    click.echo("Done. --undo takes it back." if state == "done" else "The order waits for a server; it is carried out by itself.")


def _settings() -> Settings:
    """Of DB_HOST and its like where they are set, else of the product that scripts/server keeps."""
    folder = Path(os.environ.get("SPOTOPT_VAR", ROOT / "var"))
    try:
        known = {} if os.environ.get("DB_HOST") else {**PrivateDatabase.running(folder).environment(), **_simulator(folder)}
        return read_settings({"INSTALL_KEY": "0" * 64, "JWT_SECRET": "0" * 32, **os.environ, **known})
    except (BadSettings, FileNotFoundError) as error:
        raise click.ClickException(f"no database: {error}; start scripts/server, or set DB_HOST") from None


def _simulator(folder: Path) -> dict[str, str]:
    ports = json.loads((folder / "ports.json").read_text())
    return {"SIMULATOR_URL": f"http://127.0.0.1:{ports['simulator']}"}


if __name__ == "__main__":
    main()
