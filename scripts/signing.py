"""`scripts/spotopt sign FILE`: the signature of settings for the decision engine, made where the installation's key is."""

import json
import os
import sys
from pathlib import Path

import click

from core import errors
from core.moves import engine
from scripts.stack import ROOT


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def sign(file: Path) -> None:
    """Check a file of settings and print its signature; INSTALL_KEY as the server has it, or that of scripts/server."""
    data = file.read_bytes()
    try:
        engine.read(data)
    except errors.SpotError as error:
        click.echo(f"{file}: {error.message} {json.dumps(error.details.get('fields', {})) if error.details else ''}".rstrip(), err=True)
        sys.exit(1)
    click.echo(engine.signature(_key(), data))


def _key() -> str:
    """64 hex characters."""
    if key := os.environ.get("INSTALL_KEY"):
        return key
    kept = Path(os.environ.get("SPOTOPT_VAR", ROOT / "var")) / "secrets.json"
    if not kept.exists():
        raise click.ClickException("no key: set INSTALL_KEY as the server has it")
    return json.loads(kept.read_text())["INSTALL_KEY"]
