"""A process that carries out intents and is killed at a chosen place: `python -m tests.scenarios.dying_executor PLACE`."""

import os
import signal
import sys

from config.settings import read_settings, use
from core import database
from core.cloud.aws import Clouds, Ec2
from core.execution import actions


def die(*_: object, **__: object) -> None:
    """No handler runs, no connection is closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def before_the_call() -> None:
    actions.Executor._act = die


def after_the_effect() -> None:
    run = Ec2.run
    Ec2.run = lambda self, region, request: die(run(self, region, request))
    tell_group = Ec2.tell_group
    Ec2.tell_group = lambda self, *told: die(tell_group(self, *told))


def after_the_reply() -> None:
    actions.record = die


def after_the_commit() -> None:
    run = database.run
    database.run = lambda work: die(run(work)) if "record" in getattr(work, "__code__", die.__code__).co_names else run(work)


PLACES = {place.__name__: place for place in (before_the_call, after_the_effect, after_the_reply, after_the_commit)}


def main(place: str) -> None:
    settings = use(read_settings())
    database.connect(settings)
    PLACES[place]()
    actions.Executor(Clouds(settings), settings).run_once()


if __name__ == "__main__":
    main(sys.argv[1])
