"""The one lock order: idempotency key, settings, agent, everything of that agent, audit."""

from core import errors, safe_mode
from core.database import Tx
from core.domain.lifecycle import Agent
from core.sql import agents


def lock_agent(tx: Tx, agent_id: int) -> tuple[Agent, bool]:
    """The agent, its row locked, and whether SAFE_MODE is requested (read first: the global order)."""
    safe = safe_mode.requested(tx)
    agent = agents.lock(tx, agent_id)
    if agent is None:
        raise errors.NotFound()
    return agent, safe
