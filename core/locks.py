"""The one lock order: idempotency key, settings, agent, everything of that agent, audit."""

import logging
from collections.abc import Callable

from core import database, errors
from core.database import Tx
from core.domain.lifecycle import Agent
from core.operations import safe_mode
from core.sql import agents

log = logging.getLogger("core.locks")


def lock_agent(tx: Tx, agent_id: int) -> tuple[Agent, bool]:
    """The agent, its row locked, and whether SAFE_MODE is requested (read first: the global order)."""
    safe = safe_mode.requested(tx)
    agent = agents.lock(tx, agent_id)
    if agent is None:
        raise errors.NotFound()
    return agent, safe


def for_agent(agent_id: int, what: str, step: Callable[[Tx, Agent, bool], bool]) -> bool:
    """One step of a sweep, in its own transaction under the agent's lock.

    What fails is named and does not stop the others; only a database that cannot be reached stops the sweep.
    """
    try:
        return bool(database.run(lambda tx: step(tx, *lock_agent(tx, agent_id))))
    except errors.Unavailable:
        raise
    except (errors.Conflict, errors.LostRace) as error:
        log.info("%s waits: %s", what, error.message)
    except errors.SpotError as error:
        log.error("%s failed: %s", what, error.message, exc_info=error)
    return False
