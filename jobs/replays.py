"""Play the replays that people asked for, one after the other, each in a child process."""

from core import database, errors
from core.child import run_in_child
from core.moves import replays


def run(context) -> dict:
    if not database.run(replays.is_due):
        return {}
    try:
        return run_in_child("replay", context.settings)
    except errors.Unavailable:
        replays.let_go()
        raise
