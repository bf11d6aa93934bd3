"""Run the product in the foreground until Ctrl-C: what `scripts/server` does once everything is installed."""

import os
import signal
import sys
import time
from pathlib import Path
from threading import Event

from scripts import demo
from scripts.stack import ROOT, CannotStart, Stack


def main() -> int:
    """Start, greet, wait, stop. 1 when a part did not come up or died."""
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    began = time.monotonic()
    stack = Stack(Path(os.environ.get("SPOTOPT_VAR", ROOT / "var")), preset="demo", port=5000)
    try:
        stack.start()
        fleet = demo.seed(stack) if stack.simulated else None
        print(_greeting(stack, fleet, time.monotonic() - began), flush=True)
        return _watch(stack, stop)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        print("Stopping; nothing is lost.", flush=True)
        stack.stop()


def _watch(stack: Stack, stop: Event) -> int:
    while not stop.wait(0.5):
        if part := stack.dead_part():
            print(f"{part} ended by itself; its log is in {stack.folder}", file=sys.stderr)
            return 1
    return 0


def _greeting(stack: Stack, fleet: demo.Fleet | None, seconds: float) -> str:
    lines = ["", f"  Spot Optimizer runs at {stack.url} (started in {seconds:.1f} s)", ""]
    if fleet:
        lines += ["  Sign in by opening", f"    {stack.url}/#token={fleet.token}", "  on a simulated AWS with a demo fleet.", ""]
    lines += [f"  Logs, secrets and data: {stack.folder}    Ctrl-C stops everything.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
