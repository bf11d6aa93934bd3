"""Work that would hold the event loop up, in a child process: `python -m core.child NAME`.

The settings travel over stdin, so that no secret stands in a command line or an environment.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from config.logging import configure_logging
from config.settings import Settings, use
from core import database, errors

log = logging.getLogger("core.child")

ROOT = Path(__file__).parents[1]
WORKS = {"consolidation": "core.prices.consolidation:run", "risk": "core.forecast.risk_training:run", "replay": "core.moves.replays:run"}


def run_in_child(name: str, settings: Settings, *, timeout_seconds: float = 3600) -> dict:
    """What ``WORKS[name]`` returned in a process of its own; Unavailable when it died or took too long."""
    command = ["nice", "-n", "5", sys.executable, "-m", "core.child", name]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        told, _ = child.communicate(json.dumps(asdict(settings)).encode(), timeout=timeout_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        raise errors.Unavailable(f"{name} took longer than {timeout_seconds:.0f} s and was ended") from None
    if child.returncode:
        raise errors.Unavailable(f"{name} ended with {child.returncode}; its last words are in the log")
    return json.loads(told)


def work_of(name: str) -> Callable[[], dict]:
    module, _, function = WORKS[name].partition(":")
    return getattr(import_module(module), function)


def main(name: str) -> None:
    settings = use(Settings(**json.load(sys.stdin)))
    configure_logging(settings.log_level, settings.log_format)
    database.connect(settings, job=True)
    print(json.dumps(work_of(name)(), default=str))


if __name__ == "__main__":
    main(sys.argv[1])
