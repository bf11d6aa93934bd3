"""One search over everything of all clients, grouped by kind."""

from core.database import Tx
from core.sql import search

KINDS = {
    "client": search.clients,
    "agent": search.agents,
    "instance": search.instances,
    "command": search.commands,
    "incident": search.incidents,
}
LIMIT = 10


def find(tx: Tx, q: str, kinds: list[str]) -> dict[str, list[dict]]:
    """At most ten hits of each wanted kind."""
    code = q if q.isascii() else None
    return {kind: KINDS[kind](tx, q, code, LIMIT) for kind in KINDS if kind in kinds}
