"""Run the product in the foreground until Ctrl-C: what `scripts/server` does once everything is installed."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from threading import Event

from scripts import demo
from scripts.demo_market import DemoMarket
from scripts.stack import ROOT, CannotStart, Stack


def main() -> int:
    """Start, greet, wait, stop. 1 when a part did not come up or died."""
    options = _options().parse_args()
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    began = time.monotonic()
    stack = Stack(Path(os.environ.get("SPOTOPT_VAR", ROOT / "var")), preset="demo", port=5000)
    try:
        stack.start()
        fleets = demo.seed_town(stack) if stack.simulated else []
        if fleets and not options.quiet_market:
            DemoMarket(stack, fleets, stop).start()
        print(_greeting(stack, fleets, time.monotonic() - began, options.quiet_market), flush=True)
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


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Start the whole product on this machine.")
    parser.add_argument("--quiet-market", action="store_true", help="the demo's market stands still: nothing happens by itself")
    return parser


def _greeting(stack: Stack, fleets: list[demo.Fleet], seconds: float, quiet: bool) -> str:
    lines = ["", f"  Spot Optimizer runs at {stack.url} (started in {seconds:.1f} s)", ""]
    if fleets:
        mine, other = fleets
        lines += ["  Sign in by opening", f"    {stack.url}/#token={mine.token}", "  on a simulated AWS with a demo fleet;"]
        lines += ["  as its second client", f"    {stack.url}/#token={other.token}", ""]
        lines += ["  as the platform's administrator", f"    {stack.url}/#token={stack.secrets['ADMIN_TOKEN']}", ""]
        lines += [f"  {'Nothing happens by itself.' if quiet else 'Something happens there every minute or two.'}", ""]
    lines += [f"  Logs, secrets and data: {stack.folder}    Ctrl-C stops everything.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
