"""The story of an agent: every change leaves its sentence, in the transaction that makes it."""

from core.database import Tx
from core.domain.lifecycle import Agent
from core.sql import audit as rows

SYSTEM = "system"


def tell(tx: Tx, agent: Agent, action: str, why: str, *, actor: str = SYSTEM, request_id: str | None = None) -> None:
    """One sentence on the agent's timeline."""
    rows.insert(
        tx, client_id=agent.client_id, actor=actor, action=action, resource_type="agent", resource_id=agent.id, why=why,
        request_id=request_id,
    )  # fmt: skip


def record(tx: Tx, *, client_id: int, actor: str, action: str, resource: tuple[str, int], why: str, request_id: str | None = None) -> None:
    """A change that belongs to no agent."""
    rows.insert(
        tx, client_id=client_id, actor=actor, action=action, resource_type=resource[0], resource_id=resource[1], why=why,
        request_id=request_id,
    )  # fmt: skip
